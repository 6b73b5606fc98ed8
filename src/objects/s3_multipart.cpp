// Uploads in parts: CreateMultipartUpload, UploadPart, CompleteMultipartUpload, AbortMultipartUpload.
#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "base/markup.h"
#include "jose/jose.h"
#include "objects/hmac.h"
#include "objects/s3_error.h"
#include "objects/s3_headers.h"
#include "objects/s3_operation.h"
#include "objects/uploads.h"

namespace objects {
namespace {

constexpr std::uint64_t kLargestPart = 5ULL << 30U;

ChecksumScope scope_from(const S3Request& request, const std::optional<ChecksumKind>& kind) {
  const std::string_view type = request.header("x-amz-checksum-type");
  const bool is_digest = kind == ChecksumKind::kSha1 || kind == ChecksumKind::kSha256;
  const bool is_full = type.empty() ? kind == ChecksumKind::kCrc64Nvme : type == "FULL_OBJECT";
  const bool is_known = type.empty() || type == "FULL_OBJECT" || type == "COMPOSITE";
  const bool is_possible = is_full ? !is_digest : kind != ChecksumKind::kCrc64Nvme;
  if (!is_known || !is_possible || (!type.empty() && !kind))
    throw S3Error(400, "InvalidRequest", "That checksum cannot be of the type `{}`.", type);
  return is_full ? ChecksumScope::kFullObject : ChecksumScope::kComposite;
}

UploadPlan plan_from(const S3Request& request) {
  UploadPlan plan;
  plan.bucket = request.bucket;
  plan.key = request.key;
  plan.facts = facts_from(request.http.headers);
  plan.begun_at = base::now_micros();
  if (const std::string_view name = request.header("x-amz-checksum-algorithm"); !name.empty()) {
    plan.checksum = checksum_named(name);
    if (!plan.checksum) throw S3Error(400, "InvalidRequest", "There is no checksum `{}`.", name);
  }
  plan.scope = scope_from(request, plan.checksum);
  return plan;
}

net::HttpResponse answer_create(const S3Context& context, UploadPlan plan) {
  const S3Request& request = *context.request;
  context.store.seals().check(request.bucket, request.key);
  net::HttpResponse headers;
  if (plan.checksum) {
    headers.headers.add("x-amz-checksum-algorithm", std::string(name_of(*plan.checksum)));
    headers.headers.add("x-amz-checksum-type", std::string(name_of(plan.scope)));
  }
  const std::string id = context.store.uploads().create(std::move(plan));
  net::HttpResponse response = xml_answer(
      200, fmt::format("<InitiateMultipartUploadResult xmlns=\"{}\"><Bucket>{}</Bucket><Key>{}</Key>"
                       "<UploadId>{}</UploadId></InitiateMultipartUploadResult>",
                       kNamespace, base::escaped(request.bucket), base::escaped(request.key), id));
  for (const auto& [name, value] : headers.headers.fields()) response.headers.add(name, value);
  return response;
}

class UploadPart final : public Operation {
 public:
  explicit UploadPart(const S3Context& context) : context_(context), number_(part_number(*context.request)) {}

  void begin(Payload& payload) override {
    const S3Request& request = *context_.request;
    context_.store.seals().check(request.bucket, request.key);
    upload_ = context_.store.uploads().find(upload_id(request), request.bucket, request.key);
    if (upload_->plan().checksum) payload.want(*upload_->plan().checksum);
    if (!payload.declared_size()) {
      throw S3Error(411, "MissingContentLength", "A part needs a Content-Length.");
    }
    part_ = upload_->begin_part(number_, *payload.declared_size(), context_.caller->grant().max_bytes);
  }

  void take(std::string_view bytes) override { part_->write(bytes); }

  net::HttpResponse finish(const Payload& payload) override {
    const auto checksum = checksum_headers(payload);
    const bool is_kept = upload_->plan().checksum.has_value();
    const UploadedPart part = upload_->commit(std::move(part_), hex(payload.md5()),
                                              is_kept ? payload.checksum()->value : std::string());
    net::HttpResponse response;
    response.headers.add("ETag", fmt::format("\"{}\"", part.etag));
    if (!checksum.empty()) response.headers.add(checksum.front().first, checksum.front().second);
    return response;
  }

  Payload::Wants wants() const override { return {.max_bytes = kLargestPart, .md5 = true}; }

 private:
  const S3Context context_;
  const int number_;
  std::shared_ptr<Upload> upload_;
  std::unique_ptr<Upload::Part> part_;
};

}  // namespace

int part_number(const S3Request& request) {
  const std::uint64_t number = request.number("partNumber", kMostParts).value_or(0);
  if (number == 0) throw S3Error(400, "InvalidArgument", "A part's number is one from 1 to {}.", kMostParts);
  return static_cast<int>(number);
}

std::string upload_id(const S3Request& request) {
  return std::string(request.parameter("uploadId").value_or(""));
}

std::unique_ptr<Operation> create_upload(const S3Context& context) {
  context.caller->must_write(context.request->bucket, context.request->key);
  return bodyless([context, plan = plan_from(*context.request)] {
    context.store.remove_old_uploads();
    return answer_create(context, plan);
  });
}

std::unique_ptr<Operation> upload_part(const S3Context& context) {
  context.caller->must_write(context.request->bucket, context.request->key);
  return std::make_unique<UploadPart>(context);
}

std::unique_ptr<Operation> abort_upload(const S3Context& context) {
  context.caller->must_write(context.request->bucket, context.request->key);
  return bodyless([context] {
    const S3Request& request = *context.request;
    if (!context.store.uploads().find(upload_id(request), request.bucket, request.key)->abort())
      throw S3Error(404, "NoSuchUpload", "The upload has been completed.");
    net::HttpResponse response;
    response.status = 204;
    return response;
  });
}

}  // namespace objects
