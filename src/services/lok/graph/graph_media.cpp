#include "services/lok/graph/graph_media.h"

#include <fmt/format.h>

#include <unordered_map>

#include "base/error.h"
#include "services/lok/media/content_type.h"
#include "services/lok/media/object_address.h"
#include "services/lok/media/picture.h"
#include "services/lok/schema/media.h"
#include "services/lok/schema/user.h"

namespace lok {
namespace {

using base::Error;
using base::Json;
using entity::Call;
using entity::Row;
using graphql::Cell;
using service::Stores;
namespace code = base::code;

constexpr std::size_t kLongestName = 255;

// The key is what the client calls its file. Where it is put is ours to say, or one could put it where
// others' files are.
Json request_upload(Call& call, Stores& stores, const schema::RequestMediaUploadInput& in) {
  if (in.key.empty() || in.key.size() > kLongestName) {
    throw Error(code::kValidation, "`key` is the file's name, of 1 to {} characters.", kLongestName);
  }
  if (in.content_type && !is_content_type(*in.content_type)) {
    throw Error(code::kValidation, std::string("`contentType` is a MIME type such as image/png."));
  }
  service::Upload upload;
  upload.file_name = in.key;
  upload.content_type = in.content_type.value_or(content_type_of(in.key));
  upload.most = kLargestPicture;
  const service::FormUpload made = stores.request_form(call, kMedia, upload);
  Json answer = Json::object({{"datalayer", in.datalayer},
                              {"bucket", made.row.bucket},
                              {"store", std::to_string(made.row.id)},
                              {"content_type", made.content_type}});
  for (const auto& [name, value] : made.form) {
    std::string member = name;
    for (char& c : member) c = c == '-' ? '_' : c;
    if (member != "Content_Type") answer.set(member, value);
  }
  return answer;
}

void presigned_urls(Call& call, Stores& stores, std::span<const Row> rows,
                    const schema::MediaStorePresignedUrlArguments& in, graphql::FieldOutput& out) {
  using schema::MediaStore;
  const std::string base =
      in.host && !in.host->empty() ? object_store_address(call, *in.host) : object_store_address(call);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    service::StoreRow picture;
    picture.bucket = rows[i].text(MediaStore::kBucket);
    picture.key = rows[i].text(MediaStore::kKey);
    out.set(i, Cell::string(call.keep(stores.presigned_url(picture, base))));
  }
}

void avatars(Call& call, Stores& stores, std::span<const Row> rows, graphql::FieldOutput& out) {
  sql::Ids users;
  for (const Row& row : rows) users.values.push_back(row.id());
  const sql::Rows found = call.reader->query(
      "select profile.user_id, media_store.bucket, media_store.key from profile"
      " join media_store on media_store.id = profile.avatar_id where profile.user_id in_ids($1)",
      {users});
  if (found.empty()) return;
  const std::string base = object_store_address(call);
  std::unordered_map<std::int64_t, std::string_view> urls;
  for (std::size_t row = 0; row < found.size(); ++row) {
    service::StoreRow picture;
    picture.bucket = found.text(row, 1);
    picture.key = found.text(row, 2);
    urls.emplace(found.integer(row, 0), call.keep(stores.presigned_url(picture, base)));
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (const auto url = urls.find(rows[i].id()); url != urls.end()) out.set(i, Cell::string(url->second));
  }
}

}  // namespace

void add_media(entity::Registry& registry, Stores& stores) {
  registry.on(schema::mutation::kRequestMediaUpload,
              [&stores](Call& call, const schema::RequestMediaUploadInput& in) {
                return request_upload(call, stores, in);
              });
  registry.on(schema::MediaStore::kPath, [](entity::SqlText&, const std::string& alias, const Call&) {
    return fmt::format("('s3://' || {0}.bucket || '/' || {0}.key)", alias);
  });
  registry.on(
      schema::MediaStore::kPresignedUrl,
      [&stores](Call& call, std::span<const Row> rows, const schema::MediaStorePresignedUrlArguments& in,
                graphql::FieldOutput& out) { presigned_urls(call, stores, rows, in, out); });
  registry.on(schema::User::kAvatar,
              [&stores](Call& call, std::span<const Row> rows, graphql::FieldOutput& out) {
                avatars(call, stores, rows, out);
              });
}

}  // namespace lok
