// Objects as plain files: `<root>/<bucket>/<key>`, see key_path.h. What belongs to an object besides its
// bytes stands in an extended attribute of its file, so that both appear and vanish together.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "objects/durable_folders.h"

namespace objects {

/// What is known about an object without reading it.
struct ObjectFacts {
  std::uint64_t size = 0;
  std::int64_t modified_at = 0;  ///< microseconds UTC
  std::string etag;              ///< without quotes
  std::string content_type = "application/octet-stream";
  std::vector<std::pair<std::string, std::string>> headers;  ///< lower case; `x-amz-meta-...`, checksums
};

/// An object's bytes. They stay what they are while this lives, whatever happens to the key.
class OpenObject {
 public:
  OpenObject(int descriptor, ObjectFacts facts) : descriptor_(descriptor), facts_(std::move(facts)) {}
  ~OpenObject();
  OpenObject(const OpenObject&) = delete;
  OpenObject& operator=(const OpenObject&) = delete;

  const ObjectFacts& facts() const { return facts_; }
  int descriptor() const { return descriptor_; }
  /// Up to `size` bytes at `offset`; fewer only at the end. Throws S3Error(InternalError) if the disk fails.
  std::string read(std::uint64_t offset, std::size_t size) const;

 private:
  const int descriptor_;
  const ObjectFacts facts_;
};

/// A file that is being written and belongs to no key yet.
class IncomingObject {
 public:
  /// What becomes of the file if it is dropped uncommitted.
  enum class IfDropped { kRemoved, kKept };
  IncomingObject(int descriptor, std::string path, IfDropped if_dropped = IfDropped::kRemoved)
      : descriptor_(descriptor), path_(std::move(path)), if_dropped_(if_dropped) {}
  ~IncomingObject();
  IncomingObject(const IncomingObject&) = delete;
  IncomingObject& operator=(const IncomingObject&) = delete;

  /// Throws S3Error(InternalError, or StorageFull).
  void write(std::string_view bytes);
  /// `size` bytes of another file, without passing through this process, and without being written twice
  /// where the file system can share them. Throws S3Error(InternalError) if the other file ends before.
  void append(int from, std::uint64_t offset, std::uint64_t size);

 private:
  friend class ObjectFiles;
  int descriptor_;
  std::string path_;
  IfDropped if_dropped_;
};

/// When a key may be written.
struct WriteCondition {
  bool only_new = false;                   ///< `If-None-Match: *`
  std::optional<std::string> only_change;  ///< `If-Match`: the ETag it has now
};

/// When an object may be removed; what is not named counts for nothing. Without an object only `must_exist`
/// can fail.
struct RemoveCondition {
  bool must_exist = false;            ///< `If-Match`, whatever it names
  std::optional<std::string> etag;    ///< `If-Match` with other than a star
  std::optional<std::uint64_t> size;  ///< `x-amz-if-match-size`
  /// `x-amz-if-match-last-modified-time`, of which the second counts
  std::optional<std::int64_t> modified_at;

  bool is_any() const { return must_exist || size || modified_at; }
};

struct ListRequest {
  std::string prefix;
  std::string within = {};  ///< if not empty: this key and those below it only
  std::string after;        ///< keys above this one only, byte by byte
  bool by_folder = false;   ///< keys with a slash after the prefix are told as what they have in common
  std::size_t limit = 1000;
};

struct ObjectList {
  struct Entry {
    std::string key;                   ///< with a slash at its end: a common prefix
    std::optional<ObjectFacts> facts;  ///< none for a common prefix
  };
  std::vector<Entry> entries;  ///< by key, byte by byte
  bool is_truncated = false;
};

/// All functions block on the disk: for a pool of their own. Thread-safe. One process at a time has the root.
///
/// A commit is durable when it returns, and at no moment is a key half written: readers find the old object
/// or the new one. Throws S3Error; `NoSuchKey` and the like are the caller's to say.
class ObjectFiles {
 public:
  /// Makes the root. Throws base::Error(kUnavailable) if it cannot, or if its file system keeps no extended
  /// attributes.
  explicit ObjectFiles(std::string root);

  std::unique_ptr<IncomingObject> begin() const;
  /// `facts` without size and time. Throws S3Error: PreconditionFailed; ParentIsObject (409) where a part of
  /// the key's path is an object, or the key is the path of others: two things cannot have one name.
  void commit(std::unique_ptr<IncomingObject> object, std::string_view bucket, std::string_view key,
              const ObjectFacts& facts, const WriteCondition& condition);

  /// Null if there is none.
  std::unique_ptr<OpenObject> open(std::string_view bucket, std::string_view key) const;
  /// False if there was none. Throws S3Error: NoSuchKey, PreconditionFailed by its condition.
  bool remove(std::string_view bucket, std::string_view key, const RemoveCondition& condition = {});
  ObjectList list(std::string_view bucket, const ListRequest& request) const;

  /// Names, in their order. There is no need to make one before something is put into it; whoever wants to
  /// see it sooner may.
  std::vector<std::string> buckets() const;
  void make_bucket(std::string_view bucket);

 private:
  std::string path(std::string_view bucket, std::string_view key) const;
  void remove_empty_folders(std::string_view bucket, std::string path);
  std::mutex& lock_of(std::string_view bucket, std::string_view key);

  const std::string root_;
  DurableFolders folders_;
  static constexpr std::size_t kLocks = 64;
  std::array<std::mutex, kLocks> locks_;  ///< writers of one key take turns; before those of `folders_`
};

}  // namespace objects
