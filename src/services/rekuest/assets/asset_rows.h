// Assets as rows: what agents declare, what was uploaded for it, what is stored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "entity/call.h"
#include "service/stores.h"
#include "services/rekuest/assets/asset_check.h"
#include "services/rekuest/schema/agent.h"

namespace rekuest {

/// A file as an agent declares it.
struct Declared {
  std::string name;
  schema::AssetKind kind = schema::AssetKind::kImage;
  std::optional<std::int64_t> size;
};
/// As the caller's own agent declares it; else, for administrators, as any agent of the organization does
/// that names a source for it.
std::optional<Declared> find_declared(sql::Reader& reader, const entity::Call& call, const std::string& ref,
                                      bool is_admin);

/// The organization's asset of these bytes.
std::optional<std::int64_t> find_asset(sql::Reader& reader, const entity::Call& call, const std::string& ref);

/// Throws NOT_FOUND unless the caller uploaded this store, for this asset or for none in particular.
void expect_upload_for(sql::Reader& reader, const entity::Call& call, const service::StoreKind& kind,
                       std::int64_t store, const std::string& ref);

struct Recorded {
  std::int64_t asset = 0;
  bool is_new = false;  ///< otherwise somebody was faster, and the store is not needed
};
Recorded record_asset(sql::Writer& writer, const entity::Call& call, const service::SealedStore& sealed,
                      const std::string& ref, schema::AssetKind asset_kind, const AssetFacts& facts);

}  // namespace rekuest
