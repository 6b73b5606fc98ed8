#include "services/rekuest/assets/stored.h"

#include "service/store_fields.h"
#include "services/rekuest/schema/asset.h"
#include "services/rekuest/schema/media.h"

namespace rekuest {

void add_media(entity::Registry& registry, service::Stores& stores) {
  namespace mutation = schema::mutation;
  service::add_store_fields<schema::MediaStore>(registry, stores, kMedia);
  service::add_store_fields<schema::KulisseStore>(registry, stores, kKulisse);
  service::on_upload_request(registry, stores, mutation::kRequestMediaUpload, kMedia);
  service::on_access_request(registry, stores, mutation::kRequestMediaAccess, kMedia);
  service::on_finish(registry, stores, mutation::kFinishMediaUpload, kMedia, service::finish_plain);
}

}  // namespace rekuest
