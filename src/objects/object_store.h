// The object store as services use it: they hand out permission and read small parts, bytes in bulk go
// between clients and the store.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "objects/grant.h"
#include "objects/object_files.h"
#include "objects/seals.h"

namespace objects {

/// What a browser's form must send to put one object. Names of fields are S3's: `key`, `policy`,
/// `x-amz-credential`, ...
using PostForm = std::vector<std::pair<std::string, std::string>>;

struct PostRequest {
  std::string bucket;
  std::string key;
  std::string content_type;  ///< empty: any
  std::uint64_t max_bytes = 0;
  std::int64_t expires_at = 0;
};

/// All functions block, on a disk or a network: never on an event-loop thread, never in a transaction.
/// Thread-safe. Throws S3Error for what the store refuses.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  virtual Credentials grant(const Grant& grant) = 0;
  /// The region that clients are told; ours accepts any.
  virtual std::string region() const = 0;

  /// `/<bucket>/<key>?<signature>`, for whoever has it. A signature covers the host it is used at:
  /// `host[:port]` as the browser will send it.
  virtual std::string presigned_get(std::string_view bucket, std::string_view key, std::string_view host,
                                    std::chrono::seconds lifetime) = 0;
  virtual PostForm presigned_post(const PostRequest& request) = 0;

  /// Null if there is none.
  virtual std::optional<ObjectFacts> head(std::string_view bucket, std::string_view key) = 0;
  /// Up to `size` bytes at `offset`; fewer only at the object's end. Throws NoSuchKey.
  virtual std::string read(std::string_view bucket, std::string_view key, std::uint64_t offset,
                           std::size_t size) = 0;
  virtual ObjectList list(std::string_view bucket, const ListRequest& request) = 0;
  /// True if there was one.
  virtual bool remove(std::string_view bucket, std::string_view key) = 0;

  /// Until `release` nothing at `key` or below it changes, whoever asks and whatever they were granted;
  /// writes that are under way end before it returns. Several may hold the same. A store that cannot do this
  /// (another program's S3) does nothing.
  virtual void hold(std::string_view bucket, std::string_view key) = 0;
  virtual void release(std::string_view bucket, std::string_view key) noexcept = 0;
  /// Has the store ask before each write whether something finished would change, which is then refused.
  /// False from a store that cannot: there, grants end writing. Before anything is served.
  virtual bool refuse_writes_to(IsFinished is_finished) = 0;
};

}  // namespace objects
