#include "platform/services.h"

#include "services/lok/description.h"
#include "services/mikro/description.h"
#include "services/rekuest/description.h"

namespace platform {
namespace {

using base::Json;
using service::Description;

constexpr int kContract = 2;

Json command(std::initializer_list<std::string_view> arguments) {
  Json list = Json::array({"arkitektd"});
  for (const std::string_view argument : arguments) list.push_back(argument);
  return list;
}

Json job(Json command, std::string_view summary) {
  return Json::object({{"command", std::move(command)}, {"summary", summary}});
}

Json jobs(const Description& service) {
  const std::string& name = service.name;
  Json jobs = Json::object({
      {"migrate", job(command({"migrate", name}), "Bring the database up to date")},
      {"plan", job(command({"migrate", name, "--plan"}), "Say what that would do")},
  });
  if (service.has_accounts) {
    jobs.set("superuser", job(command({"superuser", name}), "Make somebody an administrator"));
  }
  return jobs;
}

Json texts(const std::vector<std::string>& values) {
  Json list = Json::array();
  for (const std::string& value : values) list.push_back(value);
  return list;
}

// Konstruktor refuses keys that it does not know here, and here alone. An instance key reaches only those
// that are rendered.
Json needs(const Description& service) {
  Json scopes = Json::array();
  for (const service::Described& scope : service.scopes) {
    scopes.push_back(Json::object({{"key", scope.key}, {"description", scope.description}}));
  }
  return Json::object({{"databases", Json::array({"main"})},
                       {"redis", false},
                       {"storage", texts(service.buckets)},
                       {"scopes", std::move(scopes)},
                       {"roles", Json::array()},
                       {"instance_key", service.is_rendered},
                       {"admin", service.has_accounts},
                       {"peers", Json::array()},
                       {"secrets", Json::array()}});
}

// Konstruktor starts the sidecar from this service's image name with `-takt` behind it, whatever is here.
Json sidecars(const Description& service) {
  Json list = Json::array();
  for (const service::Sidecar& sidecar : service.sidecars) {
    list.push_back(
        Json::object({{"name", sidecar.name}, {"image", sidecar.name}, {"summary", sidecar.summary}}));
  }
  return list;
}

}  // namespace

const std::vector<Description>& services() {
  static const std::vector<Description> kServices{lok::description(), rekuest::description(),
                                                  mikro::description()};
  return kServices;
}

Json image_label(const Description& service) {
  const std::string& name = service.name;
  return Json::object({
      {"contract", kContract},
      {"name", name},
      {"identifier", service.identifier()},
      {"summary", service.summary},
      {"render", service.is_rendered ? command({"render", name}) : Json::array()},
      {"serve", command({"serve", name})},
      {"debug", command({"serve", name, "--debug"})},
      {"prepare", "migrate"},
      {"jobs", jobs(service)},
      {"sidecars", sidecars(service)},
      {"needs", needs(service)},
      {"offers", Json::object({{"health", "ht"}, {"endpoints", Json::object({{"graphql", "graphql"}})}})},
      {"requires", Json::object()},
      {"upgrade_from", Json()},
      {"hosts", Json::object({{"structures", Json::array()}, {"signals", Json::array()}})},
      // Running from a mounted source tree is for languages that are not compiled.
      {"source", Json()},
  });
}

}  // namespace platform
