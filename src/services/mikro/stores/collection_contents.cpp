#include "services/mikro/stores/collection_contents.h"

#include <fmt/format.h>

#include "base/error.h"
#include "services/mikro/stores/column_text.h"
#include "services/mikro/stores/parquet_contents.h"
#include "services/mikro/stores/store.h"

namespace mikro {
namespace {

using base::Error;

using ReadManifest = formats::CollectionManifest (*)(std::string_view document);

ReadCollection read_collection(service::Stores& stores, service::SealedStore& sealed, std::string_view name,
                               ReadManifest read_manifest) {
  const service::StoreRow& row = sealed.row();
  ReadCollection collection{sealed, read_manifest(stores.read_whole(row, name, kMostMetadata)), 0};
  const std::string& cells = collection.manifest.cells_path;
  const auto facts = stores.head(row, cells);
  if (!facts) {
    throw Error(base::code::kValidation, "{} has no {}, which {} names as its index: upload it, then finish.",
                row.path(), cells, name);
  }
  read_footer(stores, row, cells, facts->size, formats::kCollectionCodecs);
  collection.bytes = stores.measure(sealed.kind(), row);
  return collection;
}

}  // namespace

ReadCollection read_fabriks(service::Stores& stores, service::SealedStore& sealed) {
  return read_collection(stores, sealed, "fabriks.json", formats::read_fabriks_manifest);
}

ReadCollection read_konnektion(service::Stores& stores, service::SealedStore& sealed) {
  return read_collection(stores, sealed, "konnektion.json", formats::read_konnektion_manifest);
}

void write_collection(sql::Writer& writer, const ReadCollection& collection) {
  const service::StoreKind& kind = collection.sealed.kind();
  const std::int64_t store = collection.sealed.row().id;
  const formats::CollectionManifest& manifest = collection.manifest;
  service::mark_finished(writer, kind, store, collection.bytes);
  writer.execute(
      fmt::format("update {} set spec_version = $2, grid = $3, encoding = $4, axes = $5, counts = $6,"
                  " files = $7 where id = $1",
                  kind.table),
      {store, manifest.spec_version, column_text(manifest.grid), column_text(manifest.encoding),
       column_text(manifest.axes), column_text(manifest.counts), column_text(manifest.files)});
  if (kind.table != kKonnektion.table) return;
  writer.execute("update konnektion_store set attributes = $2 where id = $1",
                 {store, column_text(manifest.attributes)});
}

}  // namespace mikro
