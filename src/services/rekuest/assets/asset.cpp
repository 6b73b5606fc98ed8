#include "services/rekuest/assets/asset.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "service/call.h"
#include "services/rekuest/assets/asset_check.h"
#include "services/rekuest/assets/asset_policy.h"
#include "services/rekuest/assets/asset_rows.h"
#include "services/rekuest/assets/stored.h"
#include "services/rekuest/schema/agent.h"
#include "services/rekuest/schema/asset.h"

namespace rekuest {
namespace {

using base::Error;
using base::Json;
using entity::Call;
using entity::Row;
using schema::AssetKind;
using service::SealedStore;
using service::StoreKind;
using service::StoreRow;
using service::Stores;
namespace code = base::code;

const StoreKind& store_of(AssetKind kind) { return kind == AssetKind::kImage ? kMedia : kKulisse; }

void expect_ref(const std::string& ref) {
  if (is_asset_ref(ref)) return;
  throw Error(code::kValidation, "`ref` is sha256: and the 64 hexadecimal digits of the file's SHA-256.");
}

bool is_admin(Call& call) {
  const std::vector<std::string>& roles = service::call_of(call).who->claims.roles;
  return std::ranges::find(roles, "admin") != roles.end();
}

Declared declared(Call& call, const std::string& ref) {
  expect_ref(ref);
  std::optional<Declared> found;
  call.read([&](sql::Reader& reader) { found = find_declared(reader, call, ref, is_admin(call)); });
  if (found) return *found;
  throw Error(
      refusal::kNotDeclared,
      "No agent of this app declares {}: register it with the agent before it is uploaded. Files that an "
      "agent names a source for are added by administrators.",
      ref);
}

Json request_upload(Call& call, Stores& stores, const schema::RequestAssetUploadInput& in) {
  const Declared asset = declared(call, in.ref);
  const std::optional<std::int64_t> size = asset.size ? asset.size : in.size;
  if (size && *size < 0) throw Error(code::kValidation, std::string("A file has no negative size."));
  if (size) check_asset_size(asset.kind, static_cast<std::uint64_t>(*size));
  service::Upload upload;
  upload.file_name = asset.name;
  upload.size = size;
  upload.most = size ? static_cast<std::uint64_t>(*size) : largest_asset(asset.kind);
  const StoreKind& kind = store_of(asset.kind);
  Json grant = stores.request_upload(call, kind, upload);
  const entity::Id store{grant["store"].as_string()};
  stores.database().write([&](sql::Writer& writer) {
    writer.execute(fmt::format("update {} set for_asset = $2 where id = $1", kind.table),
                   {store.row("store"), in.ref});
  });
  return grant;
}

// An upload that nothing comes of: nobody writes where nothing is expected any more.
void discard(Call& call, Stores& stores, const SealedStore& sealed) {
  bool is_nothing = false;
  stores.database().write([&](sql::Writer& writer) {
    // The same call, repeated while this one looked at the bytes, may have made something of them.
    is_nothing = writer.execute(fmt::format("update {} set orphaned_at = $2 where id = $1 and populated = 0",
                                            sealed.kind().table),
                                {sealed.row().id, call.now}) > 0;
  });
  if (is_nothing) stores.remove(sealed.row());
}

std::int64_t create(Call& call, Stores& stores, const schema::CreateAssetInput& in) {
  const Declared asset = declared(call, in.ref);
  const StoreKind& kind = store_of(asset.kind);
  std::optional<std::int64_t> stored;
  call.read([&](sql::Reader& reader) { stored = find_asset(reader, call, in.ref); });
  if (stored) return *stored;

  const StoreRow row = stores.find(call, kind, entity::Id{in.store});
  call.read([&](sql::Reader& reader) { expect_upload_for(reader, call, kind, row.id, in.ref); });
  SealedStore sealed(stores, kind, row);
  std::optional<AssetFacts> facts;
  try {
    facts = check_asset(stores, row, in.ref, asset.kind);
  } catch (const Error& error) {
    // What is missing may still come; what is wrong is deleted, unless something else was made of it.
    const bool may_still_come = error.code() == code::kValidation || error.code() == code::kUnavailable;
    if (!may_still_come && !row.populated) discard(call, stores, sealed);
    throw;
  }
  Recorded recorded;
  stores.database().write([&](sql::Writer& writer) {
    recorded = record_asset(writer, call, sealed, in.ref, asset.kind, *facts);
  });
  if (!recorded.is_new && !row.populated) discard(call, stores, sealed);
  return recorded.asset;
}

entity::RefLists files(Call&, std::span<const Row> rows) {
  using schema::Asset;
  entity::RefLists lists;
  for (const Row& row : rows) {
    if (!row.is_null(Asset::kModel)) {
      lists.push_back({{"KulisseStore", row.integer(Asset::kModel)}});
    } else {
      lists.push_back({{"MediaStore", row.integer(Asset::kImage)}});
    }
  }
  return lists;
}

}  // namespace

void add_assets(entity::Registry& registry, Stores& stores) {
  registry.on(schema::query::kAsset, [](Call& call, const schema::AssetArguments& in) {
    std::optional<std::int64_t> found;
    call.read([&](sql::Reader& reader) { found = find_asset(reader, call, in.ref); });
    return found;
  });
  registry.on(schema::query::kAssetPolicy, [](Call&) { return asset_policy(); });
  registry.on(schema::mutation::kRequestAssetUpload,
              [&stores](Call& call, const schema::RequestAssetUploadInput& in) {
                return request_upload(call, stores, in);
              });
  registry.on(schema::mutation::kCreateAsset,
              [&stores](Call& call, const schema::CreateAssetInput& in) { return create(call, stores, in); });
  registry.on(schema::Asset::kFile, files);
  // Of the organization whose agent declares it.
  registry.on(schema::AgentAsset::kAsset, [](entity::SqlText&, const std::string& alias, const Call&) {
    return fmt::format(
        "(select a.id from asset a join agent g on g.organization_id = a.organization_id"
        " where g.id = {0}.agent_id and a.ref = {0}.ref)",
        alias);
  });
}

}  // namespace rekuest
