// CopyObject and UploadPartCopy.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "jose/jose.h"
#include "objects/hmac.h"
#include "objects/http_conditions.h"
#include "objects/key_path.h"
#include "objects/s3_error.h"
#include "objects/s3_headers.h"
#include "objects/s3_operation.h"
#include "objects/uploads.h"

namespace objects {
namespace {

constexpr std::uint64_t kLargestCopy = 5ULL << 30U;

/// What `x-amz-copy-source` names.
struct CopySource {
  std::string bucket;
  std::string key;

  /// Throws S3Error for what cannot be read, and for what the caller may not read.
  static CopySource of(const S3Context& context);
  /// Throws S3Error: NoSuchKey, PreconditionFailed by the conditions of the request. On a worker.
  std::unique_ptr<OpenObject> open(const S3Context& context) const;
};

CopySource CopySource::of(const S3Context& context) {
  std::string_view header = context.request->header("x-amz-copy-source");
  if (const std::size_t query = header.find('?'); query != std::string_view::npos) {
    if (header.substr(query) != "?versionId=null")
      throw S3Error(404, "NoSuchVersion", "There are no versions here but the latest.");
    header = header.substr(0, query);
  }
  std::string path;
  try {
    path = net::percent_decode(header);
  } catch (const base::Error& error) {
    throw S3Error(400, "InvalidArgument", "x-amz-copy-source: {}", error.message());
  }
  if (path.starts_with('/')) path.erase(0, 1);
  const std::size_t slash = path.find('/');
  if (slash == std::string::npos)
    throw S3Error(400, "InvalidArgument", "x-amz-copy-source must be bucket/key.");
  CopySource source{path.substr(0, slash), path.substr(slash + 1)};
  check_bucket(source.bucket);
  check_key(source.key);
  context.caller->must_read(source.bucket, source.key);
  return source;
}

std::unique_ptr<OpenObject> CopySource::open(const S3Context& context) const {
  auto object = context.store.files().open(bucket, key);
  if (!object) throw S3Error(404, "NoSuchKey", "The object to copy does not exist.");
  if (judge(context.request->http.headers, "x-amz-copy-source-", object->facts()) != Verdict::kGo)
    throw S3Error(412, "PreconditionFailed",
                  "At least one of the pre-conditions you specified did not hold.");
  return object;
}

/// Hands bytes of an object to `take`, piece by piece.
void read_pieces(const OpenObject& object, std::uint64_t offset, std::uint64_t size,
                 const std::function<void(std::string_view)>& take) {
  constexpr std::uint64_t kPiece = 1ULL << 20U;
  while (size > 0) {
    const std::string piece = object.read(offset, std::min(size, kPiece));
    if (piece.empty()) throw S3Error(500, "InternalError", "The object is shorter than it was.");
    take(piece);
    offset += piece.size();
    size -= piece.size();
  }
}

std::uint64_t most_bytes(const S3Context& context) {
  return std::min(kLargestCopy, context.caller->grant().max_bytes.value_or(kLargestCopy));
}

void check_size(std::uint64_t size, std::uint64_t most) {
  if (size > most)
    throw S3Error(400, "EntityTooLarge",
                  "The copy would be longer than the {} bytes that are permitted here.", most);
}

bool replaces_metadata(const S3Request& request) {
  const std::string_view directive = request.header("x-amz-metadata-directive");
  if (directive.empty() || directive == "COPY") return false;
  if (directive == "REPLACE") return true;
  throw S3Error(400, "InvalidArgument", "x-amz-metadata-directive must be COPY or REPLACE.");
}

std::optional<ChecksumKind> wanted_checksum(const S3Request& request) {
  const std::string_view name = request.header("x-amz-checksum-algorithm");
  const auto kind = checksum_named(name);
  if (!name.empty() && !kind) throw S3Error(400, "InvalidRequest", "There is no checksum `{}`.", name);
  return kind;
}

/// The facts of the copy but for its ETag. A checksum of parts says nothing of an object that has none.
ObjectFacts facts_of_copy(const S3Request& request, const ObjectFacts& source, bool is_new_checksum) {
  ObjectFacts facts = replaces_metadata(request) ? facts_from(request.http.headers) : source;
  const auto is_composite = [](const auto& header) {
    return header.first == "x-amz-checksum-type" && header.second == name_of(ChecksumScope::kComposite);
  };
  const bool is_dropped = is_new_checksum || std::ranges::any_of(source.headers, is_composite);
  std::erase_if(facts.headers, [](const auto& header) {
    return header.first.starts_with("x-amz-checksum-") || header.first == kPartSizes;
  });
  if (is_dropped) return facts;
  for (const auto& header : source.headers) {
    if (header.first.starts_with("x-amz-checksum-")) facts.headers.push_back(header);
  }
  return facts;
}

/// Copies the bytes, and says what their ETag is. An object of one piece keeps its own: then they need not be
/// read.
std::string copy_bytes(const OpenObject& source, IncomingObject& target,
                       const std::optional<ChecksumKind>& kind, ObjectFacts& facts) {
  const ObjectFacts& from = source.facts();
  if (!kind && from.etag.find('-') == std::string::npos) {
    target.append(source.descriptor(), 0, from.size);
    return from.etag;
  }
  Digest md5(Digest::Kind::kMd5);
  std::optional<Checksum> checksum;
  if (kind) checksum.emplace(*kind);
  read_pieces(source, 0, from.size, [&](std::string_view bytes) {
    md5.update(bytes);
    if (checksum) checksum->update(bytes);
    target.write(bytes);
  });
  if (checksum) {
    facts.headers.emplace_back(header_of(*kind), jose::base64_encode(checksum->finish()));
    facts.headers.emplace_back("x-amz-checksum-type", std::string(name_of(ChecksumScope::kFullObject)));
  }
  return hex(md5.finish());
}

net::HttpResponse answer_copy(const S3Context& context, const CopySource& named) {
  const S3Request& request = *context.request;
  context.store.seals().check(request.bucket, request.key);
  const auto source = named.open(context);
  check_size(source->facts().size, most_bytes(context));
  const auto kind = wanted_checksum(request);
  ObjectFacts facts = facts_of_copy(request, source->facts(), kind.has_value());
  auto target = context.store.files().begin();
  facts.etag = copy_bytes(*source, *target, kind, facts);
  context.store.commit(std::move(target), request.bucket, request.key, facts,
                       condition_from(request.http.headers));
  const auto copied = context.store.head(request.bucket, request.key);
  return xml_answer(
      200,
      fmt::format("<CopyObjectResult xmlns=\"{}\"><LastModified>{}</LastModified><ETag>&quot;{}&quot;</ETag>"
                  "</CopyObjectResult>",
                  kNamespace, xml_time(copied ? copied->modified_at : 0), facts.etag));
}

ByteRange part_of(const S3Request& request, std::uint64_t size) {
  const std::string_view header = request.header("x-amz-copy-source-range");
  if (header.empty()) return {0, size};
  // One form only, and never more than there is: a part that is shorter than its sender thinks would be a
  // hole.
  const RangeChoice choice = choose_range(header, size);
  const std::uint64_t last = choice.part ? choice.part->first + choice.part->size - 1 : 0;
  if (!choice.part || header != fmt::format("bytes={}-{}", choice.part->first, last)) {
    throw S3Error(400, "InvalidArgument",
                  "x-amz-copy-source-range must be bytes=first-last, inside of the object.");
  }
  return *choice.part;
}

net::HttpResponse answer_copy_part(const S3Context& context, const CopySource& named, int number) {
  const S3Request& request = *context.request;
  context.store.seals().check(request.bucket, request.key);
  const auto upload = context.store.uploads().find(upload_id(request), request.bucket, request.key);
  const auto source = named.open(context);
  const ByteRange range = part_of(request, source->facts().size);
  check_size(range.size, kLargestCopy);
  auto part = upload->begin_part(number, range.size, context.caller->grant().max_bytes);
  Digest md5(Digest::Kind::kMd5);
  std::optional<Checksum> checksum;
  if (upload->plan().checksum) checksum.emplace(*upload->plan().checksum);
  read_pieces(*source, range.first, range.size, [&](std::string_view bytes) {
    md5.update(bytes);
    if (checksum) checksum->update(bytes);
    part->write(bytes);
  });
  const UploadedPart made =
      upload->commit(std::move(part), hex(md5.finish()), checksum ? checksum->finish() : std::string());
  const std::string told =
      made.checksum.empty() ? std::string()
                            : fmt::format("<Checksum{0}>{1}</Checksum{0}>", name_of(*upload->plan().checksum),
                                          jose::base64_encode(made.checksum));
  return xml_answer(200, fmt::format("<CopyPartResult xmlns=\"{}\"><LastModified>{}</LastModified>"
                                     "<ETag>&quot;{}&quot;</ETag>{}</CopyPartResult>",
                                     kNamespace, xml_time(made.modified_at), made.etag, told));
}

}  // namespace

std::unique_ptr<Operation> copy_object(const S3Context& context) {
  const S3Request& request = *context.request;
  context.caller->must_write(request.bucket, request.key);
  CopySource source = CopySource::of(context);
  if (source.bucket == request.bucket && source.key == request.key && !replaces_metadata(request)) {
    throw S3Error(400, "InvalidRequest",
                  "An object can be copied onto itself only with other metadata "
                  "(x-amz-metadata-directive: REPLACE).");
  }
  condition_from(request.http.headers);
  return bodyless([context, source = std::move(source)] { return answer_copy(context, source); });
}

std::unique_ptr<Operation> copy_part(const S3Context& context) {
  context.caller->must_write(context.request->bucket, context.request->key);
  return bodyless([context, source = CopySource::of(context), number = part_number(*context.request)] {
    return answer_copy_part(context, source, number);
  });
}

}  // namespace objects
