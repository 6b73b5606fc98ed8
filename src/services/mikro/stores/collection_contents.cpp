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
  const formats::CollectionManifest& manifest = collection.manifest;
  std::string columns = "spec_version = $3, grid = $4, encoding = $5, axes = $6, counts = $7, files = $8";
  std::vector<sql::Value> values{manifest.spec_version,          column_text(manifest.grid),
                                 column_text(manifest.encoding), column_text(manifest.axes),
                                 column_text(manifest.counts),   column_text(manifest.files)};
  if (collection.sealed.kind().table == kKonnektion.table) {
    columns += ", attributes = $9";
    values.emplace_back(column_text(manifest.attributes));
  }
  collection.sealed.write_down(writer, collection.bytes, columns, std::move(values));
}

}  // namespace mikro
