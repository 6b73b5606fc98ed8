#include "services/lok/media/picture.h"

#include <fmt/format.h>

#include "base/error.h"

namespace lok {
namespace {

using base::Error;
namespace code = base::code;

[[noreturn]] void refuse(std::int64_t picture) {
  throw Error(code::kNotFound, "No media with the id {} that you uploaded: request an upload first.",
              picture);
}

}  // namespace

service::StoreSettings media_settings(const std::string& bucket) {
  service::StoreSettings settings;
  settings.bucket_prefix = "lok-";
  if (!bucket.empty()) settings.buckets[std::string(kMedia.name)] = bucket;
  settings.max_object_bytes = kLargestPicture;
  return settings;
}

// Whoever deletes the bytes looks once more whether somebody has taken it meanwhile.
void let_go_of_picture(sql::Writer& writer, std::int64_t picture, std::int64_t now) {
  writer.execute(
      "update media_store set orphaned_at = $2 where id = $1"
      " and not exists (select 1 from profile where avatar_id = $1)"
      " and not exists (select 1 from group_profile where avatar_id = $1)"
      " and not exists (select 1 from organization where avatar_id = $1)",
      {picture, now});
}

ChosenPicture::ChosenPicture(entity::Call& call, service::Stores& stores, const entity::Id& id)
    : now_(call.now) {
  if (id.text.empty()) return;
  picture_ = stores.find(call, kMedia, id);
  call.read([&](sql::Reader& reader) {
    is_own_ =
        !reader
             .query("select 1 from media_store where id = $1 and creator_id = $2", {picture_->id, call.user})
             .empty();
  });
  if (picture_->populated) return;
  // Of others' uploads nothing is said, and nothing held.
  if (!is_own_) refuse(picture_->id);
  sealed_.emplace(stores, kMedia, *picture_);
  bytes_ = stores.measure(kMedia, *picture_);
}

void ChosenPicture::put_on(sql::Writer& writer, std::string_view table, std::int64_t row) const {
  const sql::Rows rows = writer.query(fmt::format("select avatar_id from {} where id = $1", table), {row});
  std::optional<std::int64_t> before;
  if (!rows.empty() && !rows.is_null(0, 0)) before = rows.integer(0, 0);
  if (picture_ && before == picture_->id) return;
  if (picture_ && !is_own_) refuse(picture_->id);
  if (sealed_) sealed_->write_down(writer, bytes_);
  if (picture_) writer.execute("update media_store set orphaned_at = null where id = $1", {picture_->id});
  writer.execute(fmt::format("update {} set avatar_id = $2 where id = $1", table),
                 {row, picture_ ? sql::Value(picture_->id) : sql::Value()});
  if (before) let_go_of_picture(writer, *before, now_);
}

}  // namespace lok
