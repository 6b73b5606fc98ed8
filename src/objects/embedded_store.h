// The object store of `up`: objects as files on this machine's disk.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "objects/grant.h"
#include "objects/object_files.h"
#include "objects/object_store.h"
#include "objects/uploads.h"

namespace objects {

/// What ObjectStore says, and what its server needs besides. Thread-safe; all but `key` block on the disk.
class EmbeddedStore final : public ObjectStore {
 public:
  /// Makes the folder. Throws base::Error(kUnavailable).
  EmbeddedStore(const std::string& root, GrantKey key);

  /// Throws S3Error(InvalidArgument) without a bucket: a service opens one, never all.
  Credentials grant(const Grant& grant) override;
  std::string region() const override { return "us-east-1"; }
  std::string presigned_get(std::string_view bucket, std::string_view key, std::string_view host,
                            std::chrono::seconds lifetime) override;
  PostForm presigned_post(const PostRequest& request) override;
  std::optional<ObjectFacts> head(std::string_view bucket, std::string_view key) override;
  std::string read(std::string_view bucket, std::string_view key, std::uint64_t offset,
                   std::size_t size) override;
  ObjectList list(std::string_view bucket, const ListRequest& request) override;
  /// Finished or not: it is how stores are purged.
  bool remove(std::string_view bucket, std::string_view key) override;
  void hold(std::string_view bucket, std::string_view key) override { seals_.hold(bucket, key); }
  void release(std::string_view bucket, std::string_view key) noexcept override {
    seals_.release(bucket, key);
  }
  bool refuse_writes_to(IsFinished is_finished) override {
    seals_.ask(std::move(is_finished));
    return true;
  }

  // For requests, which seals bind.
  const GrantKey& key() const { return key_; }
  ObjectFiles& files() { return files_; }
  Seals& seals() { return seals_; }
  Uploads& uploads() { return uploads_; }
  /// As ObjectFiles has them. Throws S3Error(AccessDenied), too.
  void commit(std::unique_ptr<IncomingObject> object, std::string_view bucket, std::string_view key,
              const ObjectFacts& facts, const WriteCondition& condition);
  bool erase(std::string_view bucket, std::string_view key, const RemoveCondition& condition);
  /// Ends uploads to which nothing came for seven days; looks once an hour at most.
  void remove_old_uploads();

 private:
  const GrantKey key_;
  ObjectFiles files_;
  Seals seals_;
  Uploads uploads_;
  std::atomic<std::int64_t> looked_at_uploads_{0};
};

/// One object's address in an HTTP path: `/zarr/a%20b/c`.
std::string address_of(std::string_view bucket, std::string_view key);

}  // namespace objects
