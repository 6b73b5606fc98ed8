// ListParts and ListMultipartUploads.
#include <fmt/format.h>

#include <algorithm>

#include "base/markup.h"
#include "jose/jose.h"
#include "objects/s3_error.h"
#include "objects/s3_operation.h"
#include "objects/uploads.h"

namespace objects {
namespace {

constexpr std::uint64_t kMostRows = 1000;
constexpr std::uint64_t kLargest = 0x7fffffff;

std::string row_of(int number, const UploadedPart& part, const UploadPlan& plan) {
  std::string checksum;
  if (plan.checksum)
    checksum = fmt::format("<Checksum{0}>{1}</Checksum{0}>", name_of(*plan.checksum),
                           jose::base64_encode(part.checksum));
  return fmt::format(
      "<Part><PartNumber>{}</PartNumber><LastModified>{}</LastModified><ETag>&quot;{}&quot;</ETag>"
      "<Size>{}</Size>{}</Part>",
      number, xml_time(part.modified_at), part.etag, part.size, checksum);
}

net::HttpResponse answer_parts(const S3Context& context, std::uint64_t limit, int after) {
  const S3Request& request = *context.request;
  const auto upload = context.store.uploads().find(upload_id(request), request.bucket, request.key);
  const std::map<int, UploadedPart> parts = upload->parts();
  std::string rows;
  int last = 0;
  std::uint64_t count = 0;
  auto next = parts.upper_bound(after);
  for (; next != parts.end() && count < limit; ++next, ++count) {
    rows += row_of(next->first, next->second, upload->plan());
    last = next->first;
  }
  const bool is_truncated = next != parts.end() && limit > 0;
  std::string kind;
  if (upload->plan().checksum) {
    kind = fmt::format("<ChecksumAlgorithm>{}</ChecksumAlgorithm><ChecksumType>{}</ChecksumType>",
                       name_of(*upload->plan().checksum), name_of(upload->plan().scope));
  }
  return xml_answer(
      200, fmt::format("<ListPartsResult xmlns=\"{}\"><Bucket>{}</Bucket><Key>{}</Key><UploadId>{}</UploadId>"
                       "<StorageClass>STANDARD</StorageClass><PartNumberMarker>{}</PartNumberMarker>"
                       "<NextPartNumberMarker>{}</NextPartNumberMarker><MaxParts>{}</MaxParts>"
                       "<IsTruncated>{}</IsTruncated>{}{}</ListPartsResult>",
                       kNamespace, base::escaped(request.bucket), base::escaped(request.key),
                       base::escaped(upload_id(request)), after, last, limit, is_truncated ? "true" : "false",
                       kind, rows));
}

struct UploadListing {
  std::string prefix;
  std::string delimiter;
  std::string after_key;
  std::string after_id;
  std::uint64_t limit = kMostRows;
  bool is_url_encoded = false;
};

/// Whether it was told on an earlier page. Without an id to begin after, all of that key were.
bool is_before(const Uploads::Listed& upload, const UploadListing& listing, bool& has_passed_id) {
  if (upload.plan.key != listing.after_key) return upload.plan.key < listing.after_key;
  if (listing.after_id.empty() || !has_passed_id) {
    has_passed_id = has_passed_id || upload.id == listing.after_id;
    return true;
  }
  return false;
}

net::HttpResponse answer_uploads(const S3Context& context, const UploadListing& listing) {
  const S3Request& request = *context.request;
  const auto key_text = [&](std::string_view key) { return xml_key(key, listing.is_url_encoded); };
  std::string rows;
  std::string groups;
  std::string last_group;
  std::string next;
  const Uploads::Listed* last = nullptr;
  std::uint64_t count = 0;
  bool has_passed_id = false;
  const std::vector<Uploads::Listed> uploads = context.store.uploads().list(request.bucket);
  for (const Uploads::Listed& upload : uploads) {
    const std::string& key = upload.plan.key;
    if (!key.starts_with(listing.prefix)) continue;
    if (is_before(upload, listing, has_passed_id)) continue;
    const std::size_t at =
        listing.delimiter.empty() ? std::string::npos : key.find(listing.delimiter, listing.prefix.size());
    const std::string group = at == std::string::npos ? "" : key.substr(0, at + listing.delimiter.size());
    if (!group.empty() && (group == last_group || listing.after_key.starts_with(group))) {
      if (group == last_group) last = &upload;
      continue;
    }
    if (count == listing.limit) {
      if (last != nullptr) {
        next = fmt::format("<NextKeyMarker>{}</NextKeyMarker><NextUploadIdMarker>{}</NextUploadIdMarker>",
                           key_text(last->plan.key), last->id);
      }
      break;
    }
    ++count;
    last = &upload;
    last_group = group;
    if (group.empty()) {
      rows += fmt::format(
          "<Upload><Key>{}</Key><UploadId>{}</UploadId><StorageClass>STANDARD</StorageClass>"
          "<Initiated>{}</Initiated></Upload>",
          key_text(key), upload.id, xml_time(upload.plan.begun_at));
    } else {
      groups += fmt::format("<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>", key_text(group));
    }
  }
  return xml_answer(
      200, fmt::format(
               "<ListMultipartUploadsResult xmlns=\"{}\"><Bucket>{}</Bucket><KeyMarker>{}</KeyMarker>"
               "<UploadIdMarker>{}</UploadIdMarker><Prefix>{}</Prefix><Delimiter>{}</Delimiter>{}"
               "<MaxUploads>{}</MaxUploads><IsTruncated>{}</IsTruncated>{}{}{}</ListMultipartUploadsResult>",
               kNamespace, base::escaped(request.bucket), key_text(listing.after_key),
               base::escaped(listing.after_id), key_text(listing.prefix), key_text(listing.delimiter),
               listing.is_url_encoded ? "<EncodingType>url</EncodingType>" : "", listing.limit,
               next.empty() ? "false" : "true", next, rows, groups));
}

}  // namespace

std::unique_ptr<Operation> list_parts(const S3Context& context) {
  const S3Request& request = *context.request;
  context.caller->must_write(request.bucket, request.key);
  const std::uint64_t limit = std::min(request.number("max-parts", kLargest).value_or(kMostRows), kMostRows);
  const auto after = static_cast<int>(request.number("part-number-marker", kLargest).value_or(0));
  return bodyless([context, limit, after] { return answer_parts(context, limit, after); });
}

std::unique_ptr<Operation> list_uploads(const S3Context& context) {
  const S3Request& request = *context.request;
  const auto text = [&](std::string_view name) { return std::string(request.parameter(name).value_or("")); };
  UploadListing listing{text("prefix"),
                        text("delimiter"),
                        text("key-marker"),
                        text("upload-id-marker"),
                        std::min(request.number("max-uploads", kLargest).value_or(kMostRows), kMostRows),
                        wants_url_encoding(request)};
  context.caller->must_list_uploads(request.bucket);
  return bodyless([context, listing = std::move(listing)] { return answer_uploads(context, listing); });
}

}  // namespace objects
