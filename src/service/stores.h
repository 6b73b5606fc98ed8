// Rows about bytes that clients keep in the object store: permission to write them, the moment from which
// they do not change any more, permission to read them.
//
// A service declares a table for each kind, as a type `<Kind>Store` of its schema with at least `bucket`,
// `key`, `max_bytes`, `size_bytes`, `original_file_name`, `content_type`, `creator`, `created_at`,
// `populated` and `orphaned_at`; one whose stores are swept or refreshed also `refreshed_at`.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "entity/call.h"
#include "entity/input.h"
#include "objects/object_store.h"
#include "service/store_quotas.h"
#include "sql/database.h"

namespace service {

/// What one kind of store is. Texts are literals.
struct StoreKind {
  std::string_view name;   ///< `zarr`, also of its bucket unless configured
  std::string_view table;  ///< `zarr_store`
  bool is_prefix = false;  ///< many objects below the key, or the one object that is the key
};

/// Of any keys: what the contract says that lifetimes are clamped to.
inline constexpr std::chrono::seconds kLongestLifetime{43'200};

struct StoreSettings {
  std::string bucket_prefix;  ///< before the kinds' names: `lab-` makes `lab-zarr`
  std::map<std::string, std::string, std::less<>> buckets;  ///< by kind, where they have names of their own
  std::chrono::seconds lifetime = std::chrono::hours(1);    ///< of keys that are handed out
  std::uint64_t advertised_bytes = 100 * 1024 * 1024;       ///< what clients are told that they may upload
  std::optional<std::uint64_t> max_object_bytes;            ///< what they are held to
  StoreQuotas quotas;
  /// How long bytes are kept that nothing refers to; twelve hours at least, when no keys to them are left.
  std::chrono::seconds grace = std::chrono::days(7);

  std::string bucket_of(const StoreKind& kind) const {
    const auto named = buckets.find(kind.name);
    return named == buckets.end() ? bucket_prefix + std::string(kind.name) : named->second;
  }
};

struct StoreRow {
  std::int64_t id = 0;
  std::string bucket;
  std::string key;
  bool populated = false;
  std::optional<std::uint64_t> max_bytes;
  std::optional<std::uint64_t> size_bytes;  ///< once it is finished

  std::string path() const { return "s3://" + bucket + "/" + key; }
};

/// What a client says of bytes it is about to upload.
struct Upload {
  std::optional<std::string> file_name;
  std::optional<std::string> content_type;
  std::optional<std::int64_t> size;
  std::optional<std::uint64_t> most;             ///< what it is held to, where that is less than of others
  std::optional<std::uint64_t> advertised = {};  ///< what a client is told that does not say its size
};

/// A store that a browser fills by sending a form.
struct FormUpload {
  StoreRow row;
  std::string content_type;  ///< which the form must send
  objects::PostForm form;
};

class StoreTables;

/// Thread-safe. Functions that reach the object store block, and never run in a transaction.
class Stores {
 public:
  Stores(sql::Database& database, objects::ObjectStore& objects, StoreSettings settings)
      : database_(database), objects_(objects), settings_(std::move(settings)) {}

  /// A new store of the caller's and keys that write it, as the fields of an upload grant.
  base::Json request_upload(entity::Call& call, const StoreKind& kind, const Upload& upload);
  /// The same for one object, put by a form instead of with keys. The upload needs `content_type` and `most`.
  FormUpload request_form(entity::Call& call, const StoreKind& kind, const Upload& upload);
  /// New keys for a store that is not finished, which counts as under way from now on. Throws
  /// VALIDATION_ERROR if it is, NOT_FOUND if it was given up.
  base::Json refresh_upload(entity::Call& call, const StoreKind& kind, const entity::Id& store);
  /// Keys that read a store, as the fields of an access grant.
  base::Json request_access(entity::Call& call, const StoreKind& kind, const entity::Id& store);
  base::Json access_grant(const StoreKind& kind, const StoreRow& row, std::int64_t now);
  /// Keys that read all of the organization's stores of a kind. `lifetime` is clamped.
  base::Json request_general_access(entity::Call& call, const StoreKind& kind,
                                    std::optional<std::int64_t> lifetime);

  /// An address that whoever has it reads the object at `row.key` at, for an hour. `base` is where the store
  /// is reached: `https://lab.org:8001`, with a path if it is behind one.
  std::string presigned_url(const StoreRow& row, std::string_view base);

  /// Throws NOT_FOUND if the caller's organization has no such store.
  StoreRow find(entity::Call& call, const StoreKind& kind, const entity::Id& store) const;

  /// Bytes below or at the key, which are counted once where a finished store stays as it is. Throws
  /// VALIDATION_ERROR if a single object is not there.
  std::uint64_t measure(const StoreKind& kind, const StoreRow& row);
  /// The object at `row.key` or, with `name`, at `row.key/name`. Throws VALIDATION_ERROR naming what is
  /// missing or has more than `limit` bytes.
  std::string read_whole(const StoreRow& row, std::string_view name, std::size_t limit);
  std::string read(const StoreRow& row, std::string_view name, std::uint64_t offset, std::size_t size);
  /// Null if there is none.
  std::optional<objects::ObjectFacts> head(const StoreRow& row, std::string_view name = {});
  /// Deletes the object at `row.key`, finished or not.
  void remove(const StoreRow& row);

  /// Before anything is served, by a service that orphans stores or has quotas.
  void know(std::shared_ptr<const StoreTables> tables) { tables_ = std::move(tables); }
  /// Throws base::Error(kInternal) if they are not known.
  const StoreTables& tables() const;

  objects::ObjectStore& objects() { return objects_; }
  sql::Database& database() { return database_; }
  const StoreSettings& settings() const { return settings_; }
  /// It is finished, and the object store lets nobody write it: neither its bytes nor what is known of them
  /// change.
  bool is_settled(const StoreRow& row) const { return row.populated && is_asked_; }
  /// From now on rows of these kinds, which must outlive the store's requests, say what is not written any
  /// more: whatever is finished or was given up. At start, before anything is served.
  void refuse_writes_to_finished(std::span<const StoreKind* const> kinds);

 private:
  Upload allowed(entity::Call& call, const Upload& upload) const;
  StoreRow new_row(entity::Call& call, const StoreKind& kind, const Upload& upload) const;
  void insert(entity::Call& call, const StoreKind& kind, const Upload& upload, StoreRow& row);
  void note_refresh(const StoreKind& kind, std::int64_t id, const entity::Id& store, std::int64_t now);
  objects::Credentials upload_keys(const StoreKind& kind, const StoreRow& row, const Upload& upload,
                                   std::int64_t now);
  base::Json upload_grant(const objects::Credentials& keys, const StoreRow& row, const Upload& upload);
  objects::Credentials grant(const objects::Grant& grant);
  std::chrono::seconds lifetime(std::optional<std::int64_t> wanted = {}) const;

  sql::Database& database_;
  objects::ObjectStore& objects_;
  const StoreSettings settings_;
  std::shared_ptr<const StoreTables> tables_;

  bool is_asked_ = false;  ///< by the object store, what is finished
};

/// Holds a store still from before it is read until what was read of it is committed. Whoever finishes a
/// store makes one, reads, and writes the row in a transaction by `write_down`. From that commit on it is
/// the row that keeps everybody from writing; if there is none, the upload may be repaired.
class SealedStore {
 public:
  SealedStore(Stores& stores, const StoreKind& kind, StoreRow row)
      : stores_(stores), kind_(kind), row_(std::move(row)) {
    stores_.objects().hold(row_.bucket, row_.key);
  }
  ~SealedStore() { stores_.objects().release(row_.bucket, row_.key); }
  SealedStore(const SealedStore&) = delete;
  SealedStore& operator=(const SealedStore&) = delete;

  const StoreRow& row() const { return row_; }
  const StoreKind& kind() const { return kind_; }
  /// In the transaction that finishes it: that it is finished, and as `columns` what was read of it
  /// (`shape = $3, chunks = $4`, from $3 on). Does nothing to a settled one, which says so already. Throws
  /// NOT_FOUND if it was given up or deleted.
  void write_down(sql::Writer& writer, std::uint64_t size_bytes, std::string_view columns = {},
                  std::vector<sql::Value> values = {}) const;

 private:
  Stores& stores_;
  const StoreKind& kind_;
  const StoreRow row_;
};

/// What a service has that was given none: every use is refused with what to configure. Thread-safe.
objects::ObjectStore& no_object_store();

}  // namespace service
