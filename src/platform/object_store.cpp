#include "platform/object_store.h"

#include <fmt/format.h>

#include "base/random.h"
#include "service/health.h"

namespace platform {
namespace {

std::string xml_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        // XML 1.0 has no other control characters.
        if (static_cast<unsigned char>(c) >= 0x20) out += c;
    }
  }
  return out;
}

}  // namespace

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
    net::HttpResponse response;
    response.status = 501;
    response.headers.add("content-type", "application/xml");
    response.body = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<Error><Code>NotImplemented</Code><Message>The object store is not built yet.</Message>"
        "<Resource>{}</Resource><RequestId>{}</RequestId></Error>",
        xml_escaped(request.path), base::uuid4());
    respond(std::move(response));
  });
  return router;
}

}  // namespace platform
