#include "objects/s3_headers.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "jose/jose.h"
#include "objects/http_conditions.h"
#include "objects/s3_error.h"
#include "objects/s3_request.h"
#include "objects/uploads.h"

namespace objects {
namespace {

constexpr std::string_view kMetadata = "x-amz-meta-";
constexpr std::size_t kMostMetadata = 2 * 1024;  ///< as in Amazon's, names and values together
constexpr std::array<std::string_view, 5> kKept{"cache-control", "content-disposition", "content-encoding",
                                                "content-language", "expires"};

void check_text(std::string_view name, std::string_view value) {
  if (base::is_valid_utf8(value) && std::ranges::none_of(value, [](char c) { return c == '\0'; })) return;
  throw S3Error(400, "InvalidArgument", "The header {} is not UTF-8.", name);
}

/// How the body came is no property of the object.
std::string without_aws_chunked(std::string_view encodings) {
  std::string out;
  for (const std::string_view part : base::split(encodings, ',')) {
    const std::string_view encoding = base::trim(part);
    if (encoding == "aws-chunked" || encoding.empty()) continue;
    if (!out.empty()) out += ", ";
    out += encoding;
  }
  return out;
}

}  // namespace

ObjectFacts facts_from(const net::Headers& headers) {
  ObjectFacts facts;
  std::size_t metadata = 0;
  for (const auto& [field, value] : headers.fields()) {
    std::string name = base::fold_case(field);
    const bool is_metadata = name.starts_with(kMetadata);
    const bool is_kept = std::ranges::find(kKept, name) != kKept.end();
    if (!is_metadata && !is_kept && name != "content-type") continue;
    check_text(name, value);
    if (is_metadata) metadata += name.size() - kMetadata.size() + value.size();
    if (name == "content-type") {
      if (!value.empty()) facts.content_type = value;
    } else if (name != "content-encoding") {
      facts.headers.emplace_back(std::move(name), value);
    } else if (std::string kept = without_aws_chunked(value); !kept.empty()) {
      facts.headers.emplace_back(std::move(name), std::move(kept));
    }
  }
  if (metadata > kMostMetadata) {
    throw S3Error(400, "MetadataTooLarge", "The metadata has {} bytes; {} are permitted.", metadata,
                  kMostMetadata);
  }
  return facts;
}

std::vector<std::pair<std::string, std::string>> checksum_headers(const Payload& payload) {
  if (!payload.checksum()) return {};
  return {{header_of(payload.checksum()->kind), jose::base64_encode(payload.checksum()->value)},
          {"x-amz-checksum-type", "FULL_OBJECT"}};
}

std::string part_sizes_text(const std::vector<std::uint64_t>& sizes) {
  constexpr std::size_t kLongest = 512;
  std::string out;
  for (std::size_t at = 0; at < sizes.size() && out.size() <= kLongest;) {
    std::size_t count = 1;
    while (at + count < sizes.size() && sizes[at + count] == sizes[at]) ++count;
    out += fmt::format("{}{}*{}", out.empty() ? "" : ",", sizes[at], count);
    at += count;
  }
  return out.size() > kLongest ? "" : out;
}

std::vector<std::uint64_t> part_sizes(const ObjectFacts& facts) {
  const auto kept = std::ranges::find(facts.headers, kPartSizes, &std::pair<std::string, std::string>::first);
  if (kept == facts.headers.end()) {
    if (facts.etag.find('-') == std::string::npos) return {facts.size};
    throw S3Error(501, "NotImplemented", "In which parts this object was uploaded is not known any more.");
  }
  std::vector<std::uint64_t> sizes;
  for (const std::string_view run : base::split(kept->second, ',')) {
    const std::size_t star = std::min(run.find('*'), run.size());
    const auto size = read_number(run.substr(0, star));
    const auto count = read_number(run.substr(std::min(star + 1, run.size())));
    if (!size || !count || *count > kMostParts - sizes.size())
      throw S3Error(500, "InternalError", "What belongs to this object cannot be read.");
    sizes.insert(sizes.end(), *count, *size);
  }
  return sizes;
}

WriteCondition condition_from(const net::Headers& headers) {
  WriteCondition condition;
  if (const auto none_match = headers.get("If-None-Match")) {
    if (base::trim(*none_match) != "*")
      throw S3Error(501, "NotImplemented", "A write knows If-None-Match only with a star.");
    condition.only_new = true;
  }
  if (const auto match = headers.get("If-Match")) {
    const std::string_view etag = unquoted_etag(*match);
    if (etag == "*") throw S3Error(501, "NotImplemented", "A write knows If-Match only with an ETag.");
    condition.only_change = std::string(etag);
  }
  return condition;
}

RemoveCondition remove_condition(std::optional<std::string_view> etag, std::optional<std::string_view> size,
                                 std::optional<std::string_view> modified_at) {
  RemoveCondition condition;
  condition.must_exist = etag.has_value();
  if (etag && base::trim(*etag) != "*") condition.etag = std::string(unquoted_etag(*etag));
  if (size) {
    condition.size = read_number(base::trim(*size));
    if (!condition.size) throw S3Error(400, "InvalidArgument", "A size is a whole number of bytes.");
  }
  if (modified_at) {
    condition.modified_at = read_http_date(base::trim(*modified_at));
    if (!condition.modified_at)
      throw S3Error(400, "InvalidArgument", "A time is written `Sun, 06 Nov 1994 08:49:37 GMT`.");
  }
  return condition;
}

std::string_view unquoted_etag(std::string_view etag) {
  etag = base::trim(etag);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return etag;
}

}  // namespace objects
