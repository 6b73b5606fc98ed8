// GetObject and HeadObject.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "objects/http_conditions.h"
#include "objects/object_source.h"
#include "objects/s3_error.h"
#include "objects/s3_headers.h"
#include "objects/s3_operation.h"

namespace objects {
namespace {

/// Read at once and sent with the head; longer ones follow piece by piece.
constexpr std::uint64_t kSmall = 128 * 1024;

/// What somebody stored is never shown as a page of ours, whatever it says it is: a name to save it under is
/// all that a disposition may add.
std::string safe_disposition(std::string_view wanted) {
  const std::size_t semicolon = wanted.find(';');
  return semicolon == std::string_view::npos ? "attachment"
                                             : fmt::format("attachment{}", wanted.substr(semicolon));
}

/// The value that the request wants answered instead of the stored one: `response-content-type` and the like.
void override_header(net::Headers& headers, const S3Request& request, std::string_view parameter,
                     std::string_view name) {
  if (const auto wanted = request.parameter(parameter)) headers.set(name, std::string(*wanted));
}

void describe(net::Headers& headers, const ObjectFacts& facts, const S3Request& request) {
  headers.set("ETag", fmt::format("\"{}\"", facts.etag));
  headers.set("Last-Modified", http_date(facts.modified_at));
  headers.set("Accept-Ranges", "bytes");
  headers.set("Content-Type", facts.content_type);
  std::string disposition = "attachment";
  for (const auto& [name, value] : facts.headers) {
    if (name == "content-disposition") {
      disposition = value;
    } else if (!name.starts_with("x-amz-checksum-") && name != kPartSizes) {
      headers.set(name, value);
    }
  }
  override_header(headers, request, "response-content-type", "Content-Type");
  override_header(headers, request, "response-content-encoding", "Content-Encoding");
  override_header(headers, request, "response-content-language", "Content-Language");
  override_header(headers, request, "response-cache-control", "Cache-Control");
  override_header(headers, request, "response-expires", "Expires");
  headers.set("Content-Disposition",
              safe_disposition(request.parameter("response-content-disposition").value_or(disposition)));
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Content-Security-Policy", "sandbox; default-src 'none'");
}

/// Checksums are of the whole, for those who ask.
void describe_checksum(net::Headers& headers, const ObjectFacts& facts) {
  for (const auto& [name, value] : facts.headers) {
    if (name.starts_with("x-amz-checksum-")) headers.set(name, value);
  }
}

/// A range counts only while the object is the one that the client has a part of.
bool range_counts(const S3Request& request, const ObjectFacts& facts) {
  const std::string_view condition = request.header("If-Range");
  if (condition.empty()) return true;
  if (const auto date = read_http_date(condition)) return http_date(facts.modified_at) == condition;
  return !condition.starts_with("W/") && names_etag(condition, facts.etag);
}

net::HttpResponse unsatisfiable(const S3Request& request, std::uint64_t size) {
  net::HttpResponse response =
      S3Error(416, "InvalidRange", "The object has {} bytes: the range begins behind its end.", size)
          .answer(request.http.path);
  response.headers.set("Content-Range", fmt::format("bytes */{}", size));
  return response;
}

void say_part(net::HttpResponse& response, const ByteRange& part, std::uint64_t size) {
  response.status = 206;
  if (part.size == 0) return;  // has no first byte to name
  response.headers.set("Content-Range",
                       fmt::format("bytes {}-{}/{}", part.first, part.first + part.size - 1, size));
}

/// One of the parts that the object was uploaded in; an object that came whole has one.
ByteRange choose_part(const S3Request& request, const ObjectFacts& facts, net::HttpResponse& response) {
  if (!request.header("Range").empty())
    throw S3Error(400, "InvalidRequest", "A range and the number of a part cannot be asked for together.");
  const auto number = static_cast<std::size_t>(part_number(request));
  const std::vector<std::uint64_t> sizes = part_sizes(facts);
  if (number > sizes.size()) {
    throw S3Error(416, "InvalidPartNumber", "The object has {} parts.", sizes.size());
  }
  ByteRange part{0, sizes[number - 1]};
  for (std::size_t i = 0; i + 1 < number; ++i) part.first += sizes[i];
  if (sizes.size() > 1) response.headers.set("x-amz-mp-parts-count", std::to_string(sizes.size()));
  say_part(response, part, facts.size);
  return part;
}

net::HttpResponse answer_read(const S3Context& context) {
  const S3Request& request = *context.request;
  std::shared_ptr<const OpenObject> object = context.store.files().open(request.bucket, request.key);
  if (!object) throw S3Error(404, "NoSuchKey", "The specified key does not exist.");
  const ObjectFacts& facts = object->facts();
  const Verdict verdict = judge(request.http.headers, "", facts);
  if (verdict == Verdict::kFailed) {
    throw S3Error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold.")
        .with_condition(request.header("If-Match").empty() ? "If-Unmodified-Since" : "If-Match");
  }
  net::HttpResponse response;
  describe(response.headers, facts, request);
  if (verdict == Verdict::kNotModified) {
    response.status = 304;
    return response;
  }
  ByteRange part{0, facts.size};
  if (request.has("partNumber")) {
    part = choose_part(request, facts, response);
  } else if (range_counts(request, facts)) {
    const RangeChoice choice = choose_range(request.header("Range"), facts.size);
    if (choice.is_unsatisfiable) return unsatisfiable(request, facts.size);
    if (choice.part) {
      part = *choice.part;
      say_part(response, part, facts.size);
    }
  }
  if (response.status == 200 && request.header("x-amz-checksum-mode") == "ENABLED")
    describe_checksum(response.headers, facts);
  if (request.http.method == "HEAD") {
    response.headers.set("Content-Length", std::to_string(part.size));
  } else if (part.size <= kSmall) {
    response.body = object->read(part.first, part.size);
  } else {
    response.source = open_source(std::move(object), part.first, part.size, context.workers);
  }
  return response;
}

}  // namespace

std::unique_ptr<Operation> get_object(const S3Context& context) {
  context.caller->must_read(context.request->bucket, context.request->key);
  return bodyless([context] { return answer_read(context); });
}

}  // namespace objects
