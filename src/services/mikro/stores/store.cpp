#include "services/mikro/stores/store.h"

#include "service/store_fields.h"
#include "services/mikro/schema/store.h"
#include "services/mikro/stores/collection_contents.h"
#include "services/mikro/stores/model_contents.h"
#include "services/mikro/stores/parquet_contents.h"
#include "services/mikro/stores/sparse_contents.h"
#include "services/mikro/stores/zarr_contents.h"

namespace mikro {
namespace {

using service::SealedStore;
using service::StoreKind;
using service::Stores;

constexpr const StoreKind* kKinds[] = {&kMedia,  &kBigFile, &kZarr,       &kParquet,
                                       &kSparse, &kFabriks, &kKonnektion, &kKulisse};

// What is read of a store that holds still, and then written down.
template <auto kRead, auto kWrite>
void finish(SealedStore& sealed, Stores& stores) {
  const auto contents = kRead(stores, sealed);
  stores.database().write([&](sql::Writer& writer) { kWrite(writer, contents); });
}

}  // namespace

std::span<const StoreKind* const> store_kinds() { return kKinds; }

void add_stores(entity::Registry& registry, Stores& stores) {
  namespace mutation = schema::mutation;
  add_grants(registry, stores);
  const auto on_finish = [&](auto field, const StoreKind& kind, service::FinishStore code) {
    service::on_finish(registry, stores, field, kind, code);
  };
  on_finish(mutation::kFinishMediaUpload, kMedia, service::finish_plain);
  on_finish(mutation::kFinishBigfileUpload, kBigFile, service::finish_plain);
  on_finish(mutation::kFinishZarrUpload, kZarr, finish<read_zarr, write_zarr>);
  on_finish(mutation::kFinishParquetUpload, kParquet, finish<read_parquet, write_parquet>);
  on_finish(mutation::kFinishSparseUpload, kSparse, finish<read_sparse, write_sparse>);
  on_finish(mutation::kFinishFabriksUpload, kFabriks, finish<read_fabriks, write_collection>);
  on_finish(mutation::kFinishKonnektionUpload, kKonnektion, finish<read_konnektion, write_collection>);
  on_finish(mutation::kFinishKulisseUpload, kKulisse, finish<read_model, write_model>);
}

}  // namespace mikro
