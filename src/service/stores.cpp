#include "service/stores.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/error.h"
#include "base/random.h"
#include "objects/s3_error.h"
#include "service/call.h"
#include "service/store_tables.h"

namespace service {
namespace {

using base::Error;
using base::Json;
namespace code = base::code;

constexpr std::chrono::seconds kShortest{900};
// How long an address that needs no keys is good for.
constexpr std::chrono::seconds kPresigned{3600};
constexpr std::int64_t kMicros = 1'000'000;

// Names come from clients and end up in the names of downloads.
std::string base_name(const std::string& name) {
  const std::size_t slash = name.find_last_of("/\\");
  return slash == std::string::npos ? name : name.substr(slash + 1);
}

Json text_or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }
sql::Value value_of(const std::optional<std::string>& text) {
  return text ? sql::Value(*text) : sql::Value(std::monostate());
}

Json credentials_json(const objects::Credentials& credentials) {
  return Json::object({{"status", "granted"},
                       {"action", "upload"},
                       {"access_key", credentials.access_key},
                       {"secret_key", credentials.secret_key},
                       {"session_token", credentials.session_token}});
}

std::string object_key(const StoreRow& row, std::string_view name) {
  return name.empty() ? row.key : fmt::format("{}/{}", row.key, name);
}

// Everybody's stores lie under their organization's, so that one key can open them all and no others.
std::string organization_key(std::int64_t organization) { return std::to_string(organization); }

Error unknown(const StoreKind& kind, const entity::Id& store) {
  return Error(code::kNotFound, "No {} store with the id {}: request an upload, and pass its store.",
               kind.name, store.text);
}

Error already_finished(const entity::Id& store) {
  return Error(code::kValidation, "The store {} is finished: request a new one to upload something else.",
               store.text);
}

std::string new_key(std::int64_t organization) {
  std::string name = base::uuid4();
  std::erase(name, '-');
  return fmt::format("{}/{}", organization_key(organization), name);
}

}  // namespace

const StoreTables& Stores::tables() const {
  if (!tables_) throw Error(code::kInternal, std::string("The service does not know its tables of stores."));
  return *tables_;
}

std::chrono::seconds Stores::lifetime(std::optional<std::int64_t> wanted) const {
  const std::chrono::seconds asked = wanted ? std::chrono::seconds(*wanted) : settings_.lifetime;
  return std::clamp(asked, kShortest, kLongestLifetime);
}

objects::Credentials Stores::grant(const objects::Grant& grant) {
  try {
    return objects_.grant(grant);
  } catch (const objects::S3Error& error) {
    throw Error(code::kUnavailable, "The object store gives no keys: {}", error.what());
  }
}

// Keys are made before the row: where there are none, nothing is left behind.
Json Stores::request_upload(entity::Call& call, const StoreKind& kind, const Upload& wanted) {
  const Upload upload = allowed(call, wanted);
  StoreRow row = new_row(call, kind, upload);
  const objects::Credentials keys = upload_keys(kind, row, upload, call.now);
  insert(call, kind, upload, row);
  return upload_grant(keys, row, upload);
}

FormUpload Stores::request_form(entity::Call& call, const StoreKind& kind, const Upload& wanted) {
  const Upload upload = allowed(call, wanted);
  FormUpload made;
  made.row = new_row(call, kind, upload);
  made.content_type = upload.content_type.value();
  objects::PostRequest request;
  request.bucket = made.row.bucket;
  request.key = made.row.key;
  request.content_type = made.content_type;
  request.max_bytes = upload.most.value();
  request.expires_at = call.now + lifetime().count() * kMicros;
  try {
    made.form = objects_.presigned_post(request);
  } catch (const objects::S3Error& error) {
    throw Error(code::kUnavailable, "The object store takes no uploads: {}", error.what());
  }
  insert(call, kind, upload, made.row);
  return made;
}

// With what it is held to, whoever says so.
Upload Stores::allowed(entity::Call& call, const Upload& upload) const {
  Upload held = upload;
  if (!held.most) held.most = settings_.max_object_bytes;
  if (held.size && held.most && static_cast<std::uint64_t>(*held.size) > *held.most) {
    throw Error(code::kPermissionDenied,
                "A file of {} bytes is more than the {} that an upload may have here.", *held.size,
                *held.most);
  }
  if (settings_.quotas.empty()) return held;
  const Identity& who = *call_of(call).who;
  const StoreLimits limits = settings_.quotas.of(who.claims.org.value_or(""), who.claims.sub);
  StoreUsage usage;
  if (limits.user || limits.organization) {
    call.read([&](sql::Reader& reader) { usage = tables().usage(reader, call.organization, call.user); });
  }
  std::optional<std::uint64_t> size;
  if (held.size) size = static_cast<std::uint64_t>(*held.size);
  if (const auto room = room_for(limits, usage, size)) {
    held.most = std::min(held.most.value_or(*room), *room);
    held.advertised = limits.upload ? held.most : std::nullopt;
  }
  return held;
}

StoreRow Stores::new_row(entity::Call& call, const StoreKind& kind, const Upload& upload) const {
  StoreRow row;
  row.bucket = settings_.bucket_of(kind);
  row.key = new_key(call.organization);
  row.max_bytes = upload.size ? static_cast<std::uint64_t>(*upload.size)
                              : upload.advertised.value_or(
                                    std::min(settings_.advertised_bytes, upload.most.value_or(UINT64_MAX)));
  return row;
}

void Stores::insert(entity::Call& call, const StoreKind& kind, const Upload& upload, StoreRow& row) {
  database_.write([&](sql::Writer& writer) {
    row.id = writer.insert(
        fmt::format("insert into {} (organization_id, creator_id, created_at, bucket, key, max_bytes,"
                    " original_file_name, content_type) values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
                    kind.table),
        {call.organization, call.user, call.now, row.bucket, row.key,
         static_cast<std::int64_t>(*row.max_bytes), value_of(upload.file_name),
         value_of(upload.content_type)});
  });
}

Json Stores::refresh_upload(entity::Call& call, const StoreKind& kind, const entity::Id& store) {
  const StoreRow row = find(call, kind, store);
  if (row.populated) throw already_finished(store);
  const Upload upload = allowed(call, {});
  const objects::Credentials keys = upload_keys(kind, row, upload, call.now);
  note_refresh(kind, row.id, store, call.now);
  return upload_grant(keys, row, upload);
}

// Not handed out before: until then the upload may be given up, or finished, by somebody else.
void Stores::note_refresh(const StoreKind& kind, std::int64_t id, const entity::Id& store, std::int64_t now) {
  database_.write([&](sql::Writer& writer) {
    const std::int64_t noted = writer.execute(
        fmt::format("update {} set refreshed_at = $2 where id = $1 and populated = 0 and orphaned_at is null",
                    kind.table),
        {id, now});
    if (noted > 0) return;
    const auto kept = fmt::format("select 1 from {} where id = $1 and orphaned_at is null", kind.table);
    throw writer.query(kept, {id}).empty() ? unknown(kind, store) : already_finished(store);
  });
}

objects::Credentials Stores::upload_keys(const StoreKind& kind, const StoreRow& row, const Upload& upload,
                                         std::int64_t now) {
  objects::Grant grant;
  grant.bucket = row.bucket;
  grant.key = row.key;
  grant.is_one_object = !kind.is_prefix;
  grant.access = objects::Grant::Access::kWrite;
  grant.expires_at = now + lifetime().count() * kMicros;
  grant.max_bytes = upload.most;
  return this->grant(grant);
}

Json Stores::upload_grant(const objects::Credentials& keys, const StoreRow& row, const Upload& upload) {
  Json json = credentials_json(keys);
  json.set("region", objects_.region());
  json.set("bucket", row.bucket);
  json.set("key", row.key);
  json.set("path", row.path());
  json.set("expires_in", lifetime().count());
  json.set("store", std::to_string(row.id));
  json.set("max_bytes", row.max_bytes.value_or(settings_.advertised_bytes));
  json.set("original_file_name", text_or_null(upload.file_name));
  json.set("upload_file_name", upload.file_name ? base_name(*upload.file_name) : row.key);
  json.set("upload_content_type", text_or_null(upload.content_type));
  return json;
}

Json Stores::request_access(entity::Call& call, const StoreKind& kind, const entity::Id& store) {
  return access_grant(kind, find(call, kind, store), call.now);
}

Json Stores::access_grant(const StoreKind& kind, const StoreRow& row, std::int64_t now) {
  const std::chrono::seconds seconds = lifetime();
  objects::Grant grant;
  grant.bucket = row.bucket;
  grant.key = row.key;
  grant.is_one_object = !kind.is_prefix;
  grant.expires_at = now + seconds.count() * kMicros;
  Json json = credentials_json(this->grant(grant));
  json.set("region", objects_.region());
  json.set("bucket", row.bucket);
  json.set("key", row.key);
  json.set("path", row.path());
  json.set("expires_in", seconds.count());
  json.set("store", std::to_string(row.id));
  return json;
}

Json Stores::request_general_access(entity::Call& call, const StoreKind& kind,
                                    std::optional<std::int64_t> wanted) {
  const std::chrono::seconds seconds = lifetime(wanted);
  objects::Grant grant;
  grant.bucket = settings_.bucket_of(kind);
  grant.key = organization_key(call.organization);
  grant.expires_at = call.now + seconds.count() * kMicros;
  Json json = credentials_json(this->grant(grant));
  json.set("region", objects_.region());
  json.set("bucket", grant.bucket);
  json.set("path", "s3://" + grant.bucket);
  json.set("expires_in", seconds.count());
  json.set("store", Json());
  return json;
}

std::string Stores::presigned_url(const StoreRow& row, std::string_view base) {
  const std::size_t scheme = base.find("://");
  std::string_view host = scheme == std::string_view::npos ? base : base.substr(scheme + 3);
  host = host.substr(0, host.find('/'));
  try {
    return fmt::format("{}{}", base, objects_.presigned_get(row.bucket, row.key, host, kPresigned));
  } catch (const objects::S3Error& error) {
    throw Error(code::kUnavailable, "The object store gives no address: {}", error.what());
  }
}

StoreRow Stores::find(entity::Call& call, const StoreKind& kind, const entity::Id& store) const {
  StoreRow row;
  row.id = store.row("store");
  call.read([&](sql::Reader& reader) {
    const sql::Rows rows =
        reader.query(fmt::format("select bucket, key, populated, max_bytes, size_bytes from {} where id = $1"
                                 " and organization_id = $2 and orphaned_at is null",
                                 kind.table),
                     {row.id, call.organization});
    if (rows.empty()) throw unknown(kind, store);
    row.bucket = rows.text(0, 0);
    row.key = rows.text(0, 1);
    row.populated = rows.integer(0, 2) != 0;
    if (!rows.is_null(0, 3)) row.max_bytes = static_cast<std::uint64_t>(rows.integer(0, 3));
    if (!rows.is_null(0, 4)) row.size_bytes = static_cast<std::uint64_t>(rows.integer(0, 4));
  });
  return row;
}

std::uint64_t Stores::measure(const StoreKind& kind, const StoreRow& row) {
  if (is_settled(row) && row.size_bytes) return *row.size_bytes;
  if (!kind.is_prefix) {
    const auto facts = head(row);
    if (!facts) throw Error(code::kValidation, "Nothing was uploaded to {}.", row.path());
    return facts->size;
  }
  std::uint64_t total = 0;
  objects::ListRequest request;
  request.prefix = row.key + "/";
  for (;;) {
    const objects::ObjectList list = objects_.list(row.bucket, request);
    for (const objects::ObjectList::Entry& entry : list.entries) total += entry.facts ? entry.facts->size : 0;
    if (!list.is_truncated || list.entries.empty()) return total;
    request.after = list.entries.back().key;
  }
}

std::optional<objects::ObjectFacts> Stores::head(const StoreRow& row, std::string_view name) {
  try {
    return objects_.head(row.bucket, object_key(row, name));
  } catch (const objects::S3Error& error) {
    throw Error(code::kUnavailable, "The object store does not answer for {}: {}", row.path(), error.what());
  }
}

std::string Stores::read(const StoreRow& row, std::string_view name, std::uint64_t offset, std::size_t size) {
  const std::string key = object_key(row, name);
  try {
    return objects_.read(row.bucket, key, offset, size);
  } catch (const objects::S3Error& error) {
    if (error.status() == 404) {
      throw Error(code::kValidation, "{} has no {}: the upload is not complete.", row.path(),
                  name.empty() ? "object" : name);
    }
    throw Error(code::kUnavailable, "The object store does not give {}: {}", row.path(), error.what());
  }
}

std::string Stores::read_whole(const StoreRow& row, std::string_view name, std::size_t limit) {
  std::string bytes = read(row, name, 0, limit + 1);
  if (bytes.size() <= limit) return bytes;
  throw Error(code::kValidation, "{} of {} has more than {} bytes.", name.empty() ? "The object" : name,
              row.path(), limit);
}

void Stores::remove(const StoreRow& row) {
  try {
    objects_.remove(row.bucket, row.key);
  } catch (const objects::S3Error& error) {
    throw Error(code::kUnavailable, "The object store does not delete {}: {}", row.path(), error.what());
  }
}

void Stores::refuse_writes_to_finished(std::span<const StoreKind* const> kinds) {
  std::map<std::string, std::string, std::less<>> by_bucket;
  for (const StoreKind* kind : kinds) {
    std::string& text = by_bucket[settings_.bucket_of(*kind)];
    text += fmt::format(
        "{}select 1 from {} where bucket = $1 and key in_texts($2)"
        " and (populated = 1 or orphaned_at is not null)",
        text.empty() ? "" : " union all ", kind->table);
  }
  is_asked_ = objects_.refuse_writes_to([this, by_bucket = std::move(by_bucket)](
                                            std::string_view bucket, const std::vector<std::string>& keys) {
    const auto text = by_bucket.find(bucket);
    if (text == by_bucket.end()) return false;
    bool is_finished = false;
    database_.read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
      is_finished = !reader.query(text->second, {std::string(bucket), sql::Texts{keys}}).empty();
    });
    return is_finished;
  });
}

void SealedStore::write_down(sql::Writer& writer, std::uint64_t size_bytes, std::string_view columns,
                             std::vector<sql::Value> values) const {
  constexpr std::string_view kHere = "where id = $1 and orphaned_at is null";
  bool is_there = false;
  if (stores_.is_settled(row_)) {
    const std::string_view lock = writer.dialect() == sql::Dialect::kPostgres ? " for update" : "";
    is_there =
        !writer.query(fmt::format("select 1 from {} {}{}", kind_.table, kHere, lock), {row_.id}).empty();
  } else {
    values.insert(values.begin(), {row_.id, static_cast<std::int64_t>(size_bytes)});
    is_there = writer.execute(fmt::format("update {} set populated = 1, size_bytes = $2{}{} {}", kind_.table,
                                          columns.empty() ? "" : ", ", columns, kHere),
                              std::move(values)) > 0;
  }
  // What it was made for has been deleted since it was looked up, or it was given up; its bytes will go.
  if (!is_there) {
    throw Error(code::kNotFound, "No {} store with the id {} any more: request an upload again.", kind_.name,
                row_.id);
  }
}

}  // namespace service
