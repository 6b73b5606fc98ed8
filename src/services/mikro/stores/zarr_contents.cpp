#include "services/mikro/stores/zarr_contents.h"

#include "services/mikro/stores/column_text.h"
#include "services/mikro/stores/store.h"

namespace mikro {

using base::Json;

ReadZarr read_zarr(service::Stores& stores, service::SealedStore& sealed) {
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
  zarr.sealed.write_down(
      writer, zarr.bytes,
      "shape = $3, chunks = $4, shards = $5, version = $6, dtype = $7, dimension_names = $8, fill_value = $9,"
      " attributes = $10, storage_transformers = $11, chunk_key_encoding = $12, codecs = $13",
      {column_text(array.shape), column_text(array.chunks), column_text(array.shards),
       std::string(formats::kZarrVersion), column_text(array.dtype), column_text(names),
       array.fill_value.dump(), column_text(array.attributes), column_text(array.storage_transformers),
       column_text(array.chunk_key_encoding), column_text(array.codecs)});
}

}  // namespace mikro
