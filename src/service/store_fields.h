// What the schemas of all services with stores have in common: the fields of a `<Kind>Store` type, and the
// root fields that request an upload, finish it and give access. They answer alike whatever the kind is.
#pragma once

#include <fmt/format.h>

#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "entity/registry.h"
#include "service/stores.h"

namespace service {

/// `path` and `accessGrant` of a kind's type. A key that anybody who sees the row may read its bytes with,
/// so the caller was looked at already.
template <class Type>
void add_store_fields(entity::Registry& registry, Stores& stores, const StoreKind& kind) {
  registry.on(Type::kAccessGrant, [&stores, &kind](entity::Call& call, std::span<const entity::Row> rows) {
    std::vector<base::Json> grants;
    for (const entity::Row& row : rows) {
      StoreRow store;
      store.id = row.id();
      store.bucket = row.text(Type::kBucket);
      store.key = row.text(Type::kKey);
      grants.push_back(stores.access_grant(kind, store, call.now));
    }
    return grants;
  });
  registry.on(Type::kPath, [](entity::SqlText&, const std::string& alias, const entity::Call&) {
    return fmt::format("('s3://' || {0}.bucket || '/' || {0}.key)", alias);
  });
}

/// Of any `Request<Kind>UploadInput`; they differ in what they leave out.
template <class In>
Upload upload_of(const In& in) {
  Upload upload;
  if constexpr (requires { in.original_file_name; }) upload.file_name = in.original_file_name;
  if constexpr (requires { in.file_size; }) upload.size = in.file_size;
  if constexpr (requires { in.content_type; }) upload.content_type = in.content_type;
  return upload;
}

/// `field` is a mutation with such an input. `kind` must outlive the registry.
template <class Field>
void on_upload_request(entity::Registry& registry, Stores& stores, Field field, const StoreKind& kind) {
  registry.on(field, [&stores, &kind](entity::Call& call, const auto& in) {
    return stores.request_upload(call, kind, upload_of(in));
  });
}

/// `field` is a mutation whose input has a `storeId`.
template <class Field>
void on_access_request(entity::Registry& registry, Stores& stores, Field field, const StoreKind& kind) {
  registry.on(field, [&stores, &kind](entity::Call& call, const auto& in) {
    return stores.request_access(call, kind, entity::Id{in.store_id});
  });
}

/// How a kind is read and written down once it holds still.
using FinishStore = void (*)(SealedStore& sealed, Stores& stores);

/// A store without contents that are read: how large it is, and that it is there.
inline void finish_plain(SealedStore& sealed, Stores& stores) {
  const std::uint64_t bytes = stores.measure(sealed.kind(), sealed.row());
  stores.database().write([&](sql::Writer& writer) { sealed.write_down(writer, bytes); });
}

/// `field` is a mutation whose input has `storeId` and `valid`.
template <class Field>
void on_finish(entity::Registry& registry, Stores& stores, Field field, const StoreKind& kind,
               FinishStore code) {
  registry.on(field, [&stores, &kind, code](entity::Call& call, const auto& in) {
    const StoreRow row = stores.find(call, kind, entity::Id{in.store_id});
    if (!in.valid) {
      // Nothing to take back: it was never finished, so it may be uploaded again.
      if (!row.populated) return row.id;
      throw base::Error(base::code::kValidation,
                        "The store {} is finished: what was made of it relies on it.", in.store_id);
    }
    SealedStore sealed(stores, kind, row);
    code(sealed, stores);
    return row.id;
  });
}

}  // namespace service
