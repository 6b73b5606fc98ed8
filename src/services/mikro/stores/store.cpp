#include "services/mikro/stores/store.h"

#include "service/store_fields.h"
#include "services/mikro/schema/store.h"

namespace mikro {
namespace {

using base::Json;
using entity::Call;
using service::SealedStore;
using service::StoreKind;
using service::Stores;

constexpr const StoreKind* kKinds[] = {&kMedia,  &kBigFile, &kZarr,       &kParquet,
                                       &kSparse, &kFabriks, &kKonnektion, &kKulisse};
// Arrays of many thousand attributes are still far below.
constexpr std::size_t kMostMetadata = 16 * 1024 * 1024;

template <class T>
Json list_of(const std::vector<T>& values) {
  Json list = Json::array();
  for (const T& value : values) list.push_back(value);
  return list;
}

void finish_zarr(SealedStore& sealed, Stores& stores) {
  const ReadZarr zarr = read_zarr(stores, sealed);
  stores.database().write([&](sql::Writer& writer) { write_zarr(writer, zarr); });
}

}  // namespace

ReadZarr read_zarr(Stores& stores, SealedStore& sealed) {
  const std::string document = stores.read_whole(sealed.row(), "zarr.json", kMostMetadata);
  return {sealed, formats::read_zarr_array(document, sealed.row().path() + "/zarr.json"),
          stores.measure(sealed.kind(), sealed.row())};
}

void write_zarr(sql::Writer& writer, const ReadZarr& zarr) {
  const formats::ZarrArray& array = zarr.array;
  Json names;
  if (array.dimension_names) {
    names = Json::array();
    for (const auto& name : *array.dimension_names) names.push_back(name ? Json(*name) : Json());
  }
  const auto text = [](const Json& json) {
    return json.is_null() ? sql::Value(std::monostate()) : sql::Value(json.dump());
  };
  service::mark_finished(writer, kZarr, zarr.sealed.row().id, zarr.bytes);
  writer.execute(
      "update zarr_store set shape = $2, chunks = $3, shards = $4, version = $5, dtype = $6, dimension_names "
      "= $7,"
      " fill_value = $8, attributes = $9, storage_transformers = $10, chunk_key_encoding = $11, codecs = $12"
      " where id = $1",
      {zarr.sealed.row().id, list_of(array.shape).dump(), list_of(array.chunks).dump(),
       array.shards ? text(list_of(*array.shards)) : sql::Value(std::monostate()),
       std::string(formats::kZarrVersion),
       array.dtype ? sql::Value(*array.dtype) : sql::Value(std::monostate()), text(names),
       array.fill_value.dump(), text(array.attributes), text(array.storage_transformers),
       text(array.chunk_key_encoding), text(array.codecs)});
}

void unseal_unfinished(Stores& stores) {
  for (const StoreKind* kind : kKinds) service::unseal_unfinished(stores, *kind);
}

void add_stores(entity::Registry& registry, Stores& stores) {
  namespace mutation = schema::mutation;
  service::add_store_fields<schema::MediaStore>(registry, stores);
  service::add_store_fields<schema::BigFileStore>(registry, stores);
  service::add_store_fields<schema::ZarrStore>(registry, stores);
  service::add_store_fields<schema::ParquetStore>(registry, stores);
  service::add_store_fields<schema::SparseStore>(registry, stores);
  service::add_store_fields<schema::FabriksStore>(registry, stores);
  service::add_store_fields<schema::KonnektionStore>(registry, stores);
  service::add_store_fields<schema::KulisseStore>(registry, stores);

  service::on_upload_request(registry, stores, mutation::kRequestMediaUpload, kMedia);
  service::on_upload_request(registry, stores, mutation::kRequestBigfileUpload, kBigFile);
  service::on_upload_request(registry, stores, mutation::kRequestZarrUpload, kZarr);
  service::on_upload_request(registry, stores, mutation::kRequestParquetUpload, kParquet);
  service::on_upload_request(registry, stores, mutation::kRequestKulisseUpload, kKulisse);
  const auto without_words = [&](auto field, const StoreKind& kind) {
    registry.on(field, [&stores, &kind](Call& call) { return stores.request_upload(call, kind, {}); });
  };
  without_words(mutation::kRequestSparseUpload, kSparse);
  without_words(mutation::kRequestFabriksUpload, kFabriks);
  without_words(mutation::kRequestKonnektionUpload, kKonnektion);

  const auto on_refresh = [&](auto field, const StoreKind& kind) {
    registry.on(field, [&stores, &kind](Call& call, const auto& in) {
      return stores.refresh_upload(call, kind, entity::Id{in.store_id});
    });
  };
  on_refresh(mutation::kRefreshZarrUpload, kZarr);
  on_refresh(mutation::kRefreshSparseUpload, kSparse);

  service::on_access_request(registry, stores, mutation::kRequestMediaAccess, kMedia);
  service::on_access_request(registry, stores, mutation::kRequestBigfileAccess, kBigFile);
  service::on_access_request(registry, stores, mutation::kRequestZarrAccess, kZarr);
  service::on_access_request(registry, stores, mutation::kRequestParquetAccess, kParquet);
  service::on_access_request(registry, stores, mutation::kRequestSparseAccess, kSparse);
  service::on_access_request(registry, stores, mutation::kRequestFabriksAccess, kFabriks);
  service::on_access_request(registry, stores, mutation::kRequestKonnektionAccess, kKonnektion);
  service::on_access_request(registry, stores, mutation::kRequestKulisseAccess, kKulisse);

  const auto on_general = [&](auto field, const StoreKind& kind) {
    registry.on(field, [&stores, &kind](Call& call, const auto& in) {
      return stores.request_general_access(call, kind, in.expires_in);
    });
  };
  on_general(mutation::kRequestGeneralMediaAccess, kMedia);
  on_general(mutation::kRequestGeneralZarrAccess, kZarr);
  on_general(mutation::kRequestGeneralParquetAccess, kParquet);
  on_general(mutation::kRequestGeneralSparseAccess, kSparse);
  on_general(mutation::kRequestGeneralFabriksAccess, kFabriks);
  on_general(mutation::kRequestGeneralKonnektionAccess, kKonnektion);
  on_general(mutation::kRequestGeneralKulisseAccess, kKulisse);

  service::on_finish(registry, stores, mutation::kFinishMediaUpload, kMedia, service::finish_plain);
  service::on_finish(registry, stores, mutation::kFinishBigfileUpload, kBigFile, service::finish_plain);
  service::on_finish(registry, stores, mutation::kFinishZarrUpload, kZarr, finish_zarr);
}

}  // namespace mikro
