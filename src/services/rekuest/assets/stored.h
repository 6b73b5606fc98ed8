// The bytes that Rekuest's rows are about: media that clients upload, models and pictures that agents bring.
#pragma once

#include "entity/registry.h"
#include "service/stores.h"

namespace rekuest {

inline constexpr service::StoreKind kMedia{"media", "media_store"};
inline constexpr service::StoreKind kKulisse{"kulisse", "kulisse_store"};
inline constexpr const service::StoreKind* kStoreKinds[] = {&kMedia, &kKulisse};

/// Grants and finishing of media, and the fields of both kinds. `stores` must outlive the registry's service.
void add_media(entity::Registry& registry, service::Stores& stores);

}  // namespace rekuest
