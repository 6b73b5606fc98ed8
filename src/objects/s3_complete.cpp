// CompleteMultipartUpload: parts become an object.
#include <fmt/format.h>

#include <algorithm>

#include "base/markup.h"
#include "base/text.h"
#include "jose/jose.h"
#include "objects/hmac.h"
#include "objects/s3_error.h"
#include "objects/s3_headers.h"
#include "objects/s3_operation.h"
#include "objects/uploads.h"
#include "objects/xml_document.h"

namespace objects {
namespace {

constexpr std::uint64_t kSmallestPart = 5ULL << 20U;

/// As the client lists it.
struct NamedPart {
  int number = 0;
  std::string etag;
  std::vector<std::pair<ChecksumKind, std::string>> checksums;  ///< base64
};

std::vector<NamedPart> read_parts(const std::string& body) {
  const XmlDocument document(body, "CompleteMultipartUpload");
  std::vector<NamedPart> parts;
  for (const XmlElement& element : document.root().children("Part")) {
    NamedPart part;
    const auto number = read_number(base::trim(element.text_of("PartNumber")));
    if (!number || *number == 0 || *number > kMostParts) {
      throw S3Error(400, "InvalidArgument", "A part's number is one from 1 to {}.", kMostParts);
    }
    part.number = static_cast<int>(*number);
    part.etag = unquoted_etag(element.text_of("ETag"));
    for (const ChecksumKind kind : {ChecksumKind::kCrc32, ChecksumKind::kCrc32c, ChecksumKind::kCrc64Nvme,
                                    ChecksumKind::kSha1, ChecksumKind::kSha256}) {
      std::string value = element.text_of(fmt::format("Checksum{}", name_of(kind)));
      if (!value.empty()) part.checksums.emplace_back(kind, std::move(value));
    }
    if (!parts.empty() && part.number <= parts.back().number)
      throw S3Error(400, "InvalidPartOrder", "Parts must be listed by rising number, each once.");
    parts.push_back(std::move(part));
  }
  if (parts.empty()) throw S3Error(400, "MalformedXML", "At least one part must be listed.");
  return parts;
}

/// The ETag that they make together, nothing if one of theirs is no MD5.
std::optional<std::string> etag_of(const std::vector<NamedPart>& parts) {
  constexpr std::size_t kDigits = 32;
  Digest whole(Digest::Kind::kMd5);
  for (const NamedPart& part : parts) {
    const auto raw = part.etag.size() == kDigits ? unhex(part.etag) : std::nullopt;
    if (!raw) return std::nullopt;
    whole.update(*raw);
  }
  return fmt::format("{}-{}", hex(whole.finish()), parts.size());
}

/// What was uploaded of what is named. Throws S3Error for what is not as it is named.
std::vector<UploadedPart> check_parts(const std::vector<NamedPart>& named, const Upload& upload) {
  const std::map<int, UploadedPart> there = upload.parts();
  std::vector<UploadedPart> parts;
  for (const NamedPart& part : named) {
    const auto found = there.find(part.number);
    const bool is_same = found != there.end() && found->second.etag == part.etag &&
                         std::ranges::all_of(part.checksums, [&](const auto& claimed) {
                           return claimed.first != upload.plan().checksum ||
                                  claimed.second == jose::base64_encode(found->second.checksum);
                         });
    if (!is_same) {
      throw S3Error(400, "InvalidPart", "Part {} has not come, or its ETag or checksum is another.",
                    part.number);
    }
    parts.push_back(found->second);
  }
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    if (parts[i].size < kSmallestPart)
      throw S3Error(400, "EntityTooSmall", "All parts but the last must have at least {} bytes.",
                    kSmallestPart);
  }
  return parts;
}

std::optional<std::pair<std::string, std::string>> joined(const UploadPlan& plan,
                                                          const std::vector<UploadedPart>& parts) {
  if (!plan.checksum) return std::nullopt;
  std::vector<PartChecksum> checksums;
  for (const UploadedPart& part : parts) checksums.push_back({part.checksum, part.size});
  return std::pair(header_of(*plan.checksum), joined_checksum(*plan.checksum, plan.scope, checksums));
}

/// What the request itself says of the whole.
void check_whole(const S3Context& context, const std::vector<UploadedPart>& parts,
                 const std::optional<std::pair<std::string, std::string>>& checksum) {
  std::uint64_t size = 0;
  for (const UploadedPart& part : parts) size += part.size;
  const std::uint64_t limit = context.caller->grant().max_bytes.value_or(size);
  if (size > limit)
    throw S3Error(400, "EntityTooLarge", "The object is longer than the {} bytes that are permitted here.",
                  limit);
  const std::string_view told = context.request->header("x-amz-mp-object-size");
  if (!told.empty() && read_number(told) != size)
    throw S3Error(400, "InvalidRequest", "The parts have {} bytes together, not {}.", size, told);
  if (!checksum) return;
  const std::string_view claimed = context.request->header(checksum->first);
  // A composite one may be told without the number of parts behind it.
  if (!claimed.empty() && claimed != checksum->second &&
      claimed != std::string_view(checksum->second).substr(0, checksum->second.find('-'))) {
    throw S3Error(400, "BadDigest", "The object is not the one whose checksum is given.");
  }
}

net::HttpResponse success(const S3Context& context, const std::string& etag, const ObjectFacts& facts) {
  std::string checksums;
  for (const auto& [name, value] : facts.headers) {
    if (const auto kind = checksum_of_header(name))
      checksums += fmt::format("<Checksum{0}>{1}</Checksum{0}>", name_of(*kind), base::escaped(value));
    if (name == "x-amz-checksum-type") checksums += fmt::format("<ChecksumType>{}</ChecksumType>", value);
  }
  const S3Request& request = *context.request;
  return xml_answer(
      200,
      fmt::format("<CompleteMultipartUploadResult xmlns=\"{}\"><Location>{}</Location><Bucket>{}</Bucket>"
                  "<Key>{}</Key><ETag>&quot;{}&quot;</ETag>{}</CompleteMultipartUploadResult>",
                  kNamespace,
                  base::escaped(fmt::format("{}://{}{}", request.http.scheme, request.header("Host"),
                                            address_of(request.bucket, request.key))),
                  base::escaped(request.bucket), base::escaped(request.key), etag, checksums));
}

net::HttpResponse complete(const S3Context& context, const std::vector<NamedPart>& named) {
  const S3Request& request = *context.request;
  const auto upload = context.store.uploads().find(upload_id(request), request.bucket, request.key);
  const std::vector<UploadedPart> parts = check_parts(named, *upload);
  ObjectFacts facts = upload->plan().facts;
  facts.etag = etag_of(named).value_or("");
  if (const auto checksum = joined(upload->plan(), parts)) {
    check_whole(context, parts, checksum);
    facts.headers.push_back(*checksum);
    facts.headers.emplace_back("x-amz-checksum-type", std::string(name_of(upload->plan().scope)));
  } else {
    check_whole(context, parts, std::nullopt);
  }
  std::vector<std::uint64_t> sizes;
  for (const UploadedPart& part : parts) sizes.push_back(part.size);
  if (std::string text = part_sizes_text(sizes); !text.empty())
    facts.headers.emplace_back(std::string(kPartSizes), std::move(text));
  std::vector<int> numbers;
  for (const NamedPart& part : named) numbers.push_back(part.number);
  context.store.seals().check(request.bucket, request.key);
  const WriteCondition condition = condition_from(request.http.headers);
  upload->complete(numbers, context.store.files(), [&](std::unique_ptr<IncomingObject> object) {
    context.store.commit(std::move(object), request.bucket, request.key, facts, condition);
  });
  return success(context, facts.etag, facts);
}

net::HttpResponse answer_complete(const S3Context& context, const std::string& body) {
  const std::vector<NamedPart> named = read_parts(body);
  try {
    return complete(context, named);
  } catch (const S3Error& error) {
    if (error.code() != "NoSuchUpload") throw;
    // The answer to a first request may have been lost.
    const auto there = context.store.head(context.request->bucket, context.request->key);
    if (!there || there->etag != etag_of(named)) throw;
    return success(context, there->etag, *there);
  }
}

}  // namespace

std::unique_ptr<Operation> complete_upload(const S3Context& context) {
  context.caller->must_write(context.request->bucket, context.request->key);
  condition_from(context.request->http.headers);
  return with_document([context](const std::string& body) { return answer_complete(context, body); }, false);
}

}  // namespace objects
