#include "services/rekuest/assets/asset_rows.h"

#include <fmt/format.h>

#include "base/error.h"
#include "services/rekuest/assets/stored.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

using base::Json;
using entity::Call;
using service::StoreKind;

template <class List>
std::string list_text(const List& texts) {
  Json list = Json::array();
  for (const auto& text : texts) list.push_back(text);
  return list.dump();
}

Json stats_json(const formats::GlbStats& stats) {
  return Json::object({{"nodes", stats.nodes},
                       {"triangles", stats.triangles},
                       {"textures", stats.textures},
                       {"animations", stats.animations}});
}

sql::Value bounds_value(const std::optional<formats::GlbBounds>& bounds) {
  if (!bounds) return {};
  return Json::object({{"min", Json::array({bounds->min[0], bounds->min[1], bounds->min[2]})},
                       {"max", Json::array({bounds->max[0], bounds->max[1], bounds->max[2]})}})
      .dump();
}

void write_model(sql::Writer& writer, std::int64_t store, const std::string& ref,
                 const formats::GlbModel& model) {
  writer.execute(
      "update kulisse_store set ref = $2, spec_version = $3, generator = $4, bounds = $5, nodes = $6,"
      " joints = $7, extensions_used = $8, warnings = $9, stats = $10 where id = $1",
      {store, ref, model.spec_version, sql::nullable(model.generator), bounds_value(model.bounds),
       list_text(model.nodes), model.joints.dump(), list_text(model.extensions_used),
       list_text(model.warnings), stats_json(model.stats).dump()});
}

}  // namespace

std::optional<Declared> find_declared(sql::Reader& reader, const Call& call, const std::string& ref,
                                      bool is_admin) {
  const sql::Rows rows = reader.query(
      fmt::format("select d.name, d.kind, d.size from agent_asset d join agent g on g.id = d.agent_id"
                  " where g.organization_id = $1 and d.ref = $2"
                  " and ((g.client_id = $3 and g.user_id = $4){})"
                  " order by case when g.client_id = $3 and g.user_id = $4 then 0 else 1 end, d.id limit 1",
                  is_admin ? " or d.source is not null" : ""),
      {call.organization, ref, call.client, call.user});
  if (rows.empty()) return std::nullopt;
  Declared declared;
  declared.name = rows.text(0, 0);
  declared.kind = entity::value_of<schema::AssetKind>(rows.text(0, 1)).value();
  if (!rows.is_null(0, 2)) declared.size = rows.integer(0, 2);
  return declared;
}

std::optional<std::int64_t> find_asset(sql::Reader& reader, const Call& call, const std::string& ref) {
  const sql::Rows rows =
      reader.query("select id from asset where organization_id = $1 and ref = $2", {call.organization, ref});
  return rows.empty() ? std::nullopt : std::optional(rows.integer(0, 0));
}

void expect_upload_for(sql::Reader& reader, const Call& call, const StoreKind& kind, std::int64_t store,
                       const std::string& ref) {
  const sql::Rows rows = reader.query(fmt::format("select 1 from {} where id = $1 and creator_id = $2"
                                                  " and (for_asset is null or for_asset = $3)",
                                                  kind.table),
                                      {store, call.user, ref});
  if (!rows.empty()) return;
  throw base::Error(base::code::kNotFound,
                    "No {} store with the id {} that you uploaded for {}: get one from requestAssetUpload.",
                    kind.name, store, ref);
}

Recorded record_asset(sql::Writer& writer, const Call& call, const service::SealedStore& sealed,
                      const std::string& ref, schema::AssetKind asset_kind, const AssetFacts& facts) {
  const std::int64_t store = sealed.row().id;
  const bool is_image = facts.image.has_value();
  const auto pixels = [&](std::int64_t side) { return is_image ? sql::Value(side) : sql::Value(); };
  const std::int64_t made = writer.execute(
      fmt::format("insert into asset (organization_id, ref, kind, size, created_at, creator_id, {}_id, width,"
                  " height, joints, nodes, stats) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
                  " on conflict (organization_id, ref) do nothing",
                  is_image ? "image" : "model"),
      {call.organization, ref, std::string(entity::text_of(asset_kind)),
       static_cast<std::int64_t>(facts.bytes), call.now, call.user, store,
       pixels(is_image ? facts.image->width : 0), pixels(is_image ? facts.image->height : 0),
       is_image ? "[]" : facts.model->joints.dump(), is_image ? "[]" : list_text(facts.model->nodes),
       is_image ? sql::Value() : sql::Value(stats_json(facts.model->stats).dump())});
  Recorded recorded;
  recorded.asset = find_asset(writer, call, ref).value();
  recorded.is_new = made > 0;
  if (!recorded.is_new) return recorded;
  sealed.write_down(writer, facts.bytes);
  if (!is_image) write_model(writer, store, ref, *facts.model);
  return recorded;
}

}  // namespace rekuest
