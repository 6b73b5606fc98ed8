#include "services/mikro/stores/model_contents.h"

#include "base/error.h"
#include "objects/digest.h"
#include "objects/hmac.h"
#include "services/mikro/stores/column_text.h"
#include "services/mikro/stores/store.h"

namespace mikro {
namespace {

using base::Json;

constexpr std::size_t kPiece = std::size_t{1} << 20;

// The size was held against the limit before.
std::string digest_of(service::Stores& stores, const service::StoreRow& row, std::uint64_t bytes) {
  objects::Digest digest(objects::Digest::Kind::kSha256);
  for (std::uint64_t offset = 0; offset < bytes;) {
    const std::string piece = stores.read(row, {}, offset, kPiece);
    if (piece.empty()) {
      throw base::Error(base::code::kUnavailable, "{} ended after {} of {} bytes: please try again.",
                        row.path(), offset, bytes);
    }
    digest.update(piece);
    offset += piece.size();
  }
  return objects::hex(digest.finish());
}

Json bounds_json(const std::optional<formats::GlbBounds>& bounds) {
  if (!bounds) return {};
  return Json::object({{"min", Json(Json::Array(bounds->min.begin(), bounds->min.end()))},
                       {"max", Json(Json::Array(bounds->max.begin(), bounds->max.end()))}});
}

}  // namespace

ReadModel read_model(service::Stores& stores, service::SealedStore& sealed) {
  const service::StoreRow& row = sealed.row();
  const std::uint64_t bytes = stores.measure(sealed.kind(), row);
  const std::size_t head = formats::glb_head_size(stores.read(row, {}, 0, formats::kGlbStart), bytes);
  ReadModel model{sealed, formats::read_glb(stores.read(row, {}, 0, head), bytes), {}, bytes};
  model.ref = "sha256:" + digest_of(stores, row, bytes);
  return model;
}

void write_model(sql::Writer& writer, const ReadModel& read) {
  const formats::GlbModel& model = read.model;
  const Json stats = Json::object({{"nodes", model.stats.nodes},
                                   {"triangles", model.stats.triangles},
                                   {"textures", model.stats.textures},
                                   {"animations", model.stats.animations}});
  read.sealed.write_down(
      writer, read.bytes,
      "ref = $3, spec_version = $4, generator = $5, bounds = $6, nodes = $7, joints = $8,"
      " extensions_used = $9, warnings = $10, stats = $11",
      {read.ref, model.spec_version, column_text(model.generator), column_text(bounds_json(model.bounds)),
       column_text(model.nodes), column_text(model.joints), column_text(model.extensions_used),
       column_text(model.warnings), stats.dump()});
}

}  // namespace mikro
