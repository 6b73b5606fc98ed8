#include "objects/embedded_store.h"

#include "base/clock.h"
#include "base/text.h"
#include "objects/presign.h"
#include "objects/s3_error.h"

namespace objects {

EmbeddedStore::EmbeddedStore(const std::string& root, GrantKey key)
    : key_(std::move(key)), files_(root), uploads_(root) {}

Credentials EmbeddedStore::grant(const Grant& grant) {
  if (grant.bucket.empty()) throw S3Error(400, "InvalidArgument", "A grant needs a bucket.");
  return key_.issue(grant);
}

std::string EmbeddedStore::presigned_get(std::string_view bucket, std::string_view key, std::string_view host,
                                         std::chrono::seconds lifetime) {
  net::HttpRequest request;
  request.method = "GET";
  request.path = fmt::format("/{}/{}", bucket, key);
  request.headers.add("Host", std::string(host));
  sign_query(request, key_.own(), lifetime, base::now_micros());
  return address_of(bucket, key) + "?" + request.query;
}

PostForm EmbeddedStore::presigned_post(const PostRequest& request) {
  return sign_post(request, key_.own(), base::now_micros());
}

std::optional<ObjectFacts> EmbeddedStore::head(std::string_view bucket, std::string_view key) {
  const auto object = files_.open(bucket, key);
  return object ? std::optional(object->facts()) : std::nullopt;
}

std::string EmbeddedStore::read(std::string_view bucket, std::string_view key, std::uint64_t offset,
                                std::size_t size) {
  const auto object = files_.open(bucket, key);
  if (!object) throw S3Error(404, "NoSuchKey", "The specified key does not exist.");
  return object->read(offset, size);
}

ObjectList EmbeddedStore::list(std::string_view bucket, const ListRequest& request) {
  return files_.list(bucket, request);
}

bool EmbeddedStore::remove(std::string_view bucket, std::string_view key) {
  return files_.remove(bucket, key);
}

void EmbeddedStore::commit(std::unique_ptr<IncomingObject> object, std::string_view bucket,
                           std::string_view key, const ObjectFacts& facts, const WriteCondition& condition) {
  const Seals::Writing writing = seals_.write(bucket, key);
  files_.commit(std::move(object), bucket, key, facts, condition);
}

bool EmbeddedStore::erase(std::string_view bucket, std::string_view key, const RemoveCondition& condition) {
  const Seals::Writing writing = seals_.write(bucket, key);
  return files_.remove(bucket, key, condition);
}

void EmbeddedStore::remove_old_uploads() {
  constexpr std::int64_t kHour = 3'600'000'000;
  constexpr std::int64_t kKept = 7 * 24 * kHour;
  const std::int64_t now = base::now_micros();
  std::int64_t before = looked_at_uploads_;
  if (now - before < kHour || !looked_at_uploads_.compare_exchange_strong(before, now)) return;
  uploads_.remove_older(now - kKept);
}

std::string address_of(std::string_view bucket, std::string_view key) {
  std::string out = fmt::format("/{}", bucket);
  for (const std::string_view part : base::split(key, '/')) out += "/" + net::percent_encode(part);
  return out;
}

}  // namespace objects
