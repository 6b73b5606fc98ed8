#include "platform/object_store.h"

#include "objects/s3_error.h"
#include "service/health.h"

namespace platform {
net::Router object_store_router(jose::Key instance_key) {
  net::Router router;
  net::Router::Options open;
  open.cors = true;
  router.http(
      "GET", "/ht",
      [key = std::optional(std::move(instance_key))](const net::HttpRequest& request,
                                                     const net::Respond& respond) {
        respond(service::answer_challenge(request, key));
      },
      open);
  router.fallback([](const net::HttpRequest& request, const net::Respond& respond) {
    respond(
        objects::S3Error(501, "NotImplemented", "The object store is not built yet.").answer(request.path));
  });
  return router;
}

}  // namespace platform
