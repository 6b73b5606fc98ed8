// Assets: models and pictures that agents bring, stored once for an organization by what their bytes are.
//
// An agent declares its files when it registers. For one that is not stored, its app requests an upload
// (`requestAssetUpload`), puts the file and has it recorded (`createAsset`), which is where it is read and
// held to the rules of its kind.
#pragma once

#include "entity/registry.h"
#include "service/stores.h"

namespace rekuest {

/// `stores` must outlive the registry's service.
void add_assets(entity::Registry& registry, service::Stores& stores);

}  // namespace rekuest
