// Keys to the bytes of each kind of store: to write a new one, to read one, to read all of an organization's.
#include "service/store_fields.h"
#include "services/mikro/schema/store.h"
#include "services/mikro/stores/store.h"

namespace mikro {

using entity::Call;
using service::StoreKind;
using service::Stores;

void add_grants(entity::Registry& registry, Stores& stores) {
  namespace mutation = schema::mutation;
  service::add_store_fields<schema::MediaStore>(registry, stores, kMedia);
  service::add_store_fields<schema::BigFileStore>(registry, stores, kBigFile);
  service::add_store_fields<schema::ZarrStore>(registry, stores, kZarr);
  service::add_store_fields<schema::ParquetStore>(registry, stores, kParquet);
  service::add_store_fields<schema::SparseStore>(registry, stores, kSparse);
  service::add_store_fields<schema::FabriksStore>(registry, stores, kFabriks);
  service::add_store_fields<schema::KonnektionStore>(registry, stores, kKonnektion);
  service::add_store_fields<schema::KulisseStore>(registry, stores, kKulisse);

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
}

}  // namespace mikro
