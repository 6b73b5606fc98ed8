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
  service::mark_finished(writer, kZarr, zarr.sealed.row().id, zarr.bytes);
  writer.execute(
      "update zarr_store set shape = $2, chunks = $3, shards = $4, version = $5, dtype = $6,"
      " dimension_names = $7, fill_value = $8, attributes = $9, storage_transformers = $10,"
      " chunk_key_encoding = $11, codecs = $12 where id = $1",
      {zarr.sealed.row().id, column_text(array.shape), column_text(array.chunks), column_text(array.shards),
       std::string(formats::kZarrVersion), column_text(array.dtype), column_text(names),
       array.fill_value.dump(), column_text(array.attributes), column_text(array.storage_transformers),
       column_text(array.chunk_key_encoding), column_text(array.codecs)});
}

}  // namespace mikro
