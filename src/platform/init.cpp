#include "platform/init.h"

#include <array>
#include <filesystem>

#include "base/config.h"
#include "base/json.h"
#include "base/yaml_text.h"
#include "net/fetch_url.h"
#include "platform/process.h"
#include "platform/services.h"
#include "platform/start_error.h"
#include "services/lok/configuration.h"
#include "services/lok/description.h"
#include "services/lok/provisioning/first_configuration.h"
#include "services/rekuest/description.h"

namespace platform {
namespace {

using base::Json;

constexpr const char* kDefaultObjectStore = "/rustfs/health";

/// Without a slash at its end.
std::string checked_origin(std::string origin) {
  const net::FetchUrl url = net::parse_fetch_url(origin);
  if (url.target != "/") {
    throw base::Error(base::code::kValidation,
                      "The origin '{}' has a path. Give scheme and host only: the services add their own.",
                      origin);
  }
  while (origin.ends_with('/')) origin.pop_back();
  return origin;
}

lok::FirstOptions first_options(const InitOptions& options, const std::string& origin) {
  lok::FirstOptions first;
  // Mikro's needs an object store's keys: docs/deployment.md.
  first.services = {lok::description(), rekuest::description()};
  first.database_uri = options.postgres;
  for (const service::Description& service : first.services) {
    first.instance_keys.emplace(service.name, jose::Key::generate_ed25519(service.name));
  }
  first.trusted_proxies = 1;
  first.allow_insecure_transport = !origin.starts_with("https:");
  first.object_store_health =
      options.object_store_health.empty() ? origin + kDefaultObjectStore : options.object_store_health;
  return first;
}

std::string rekuest_text(const InitOptions& options, const std::string& origin, const jose::Key& key) {
  const Json issuer = Json::object({{"kind", "jwks_uri"},
                                    {"iss", "lok"},
                                    {"jwks_uri", origin + lok::description().prefix() + "/o/jwks/"}});
  const std::string& name = rekuest::description().name;
  return "# For `arkitektd serve rekuest` and `arkitektd serve rekuest-takt`.\n" +
         base::yaml_text(Json::object(
             {{"database", Json::object({{"uri", options.postgres}, {"schema", name}})},
              {"authentikate", Json::object({{"audience", name}, {"issuers", Json::array({issuer})}})},
              {"instance", Json::object({{"private_key", key.private_pem()}})}}));
}

std::string access_text(const std::string& lok_yaml, const std::string& origin) {
  const base::Config config = base::Config::load(
      {.file = "lok.yaml", .text = lok_yaml, .environment = {}, .flags = {}}, base::Config::Unknown::kRefuse);
  return lok::access_document(lok::Configuration::read(config), origin).dump();
}

}  // namespace

void write_first_files(const InitOptions& options) {
  start_or_explain([&] {
    const std::string origin = checked_origin(options.origin);
    const std::filesystem::path directory = options.directory;
    const lok::FirstOptions first = first_options(options, origin);
    const std::string lok_yaml = lok::make_first_configuration(first);
    const std::array<std::pair<const char*, std::string>, 3> files{
        {{"lok.yaml", lok_yaml},
         {"rekuest.yaml", rekuest_text(options, origin, first.instance_keys.at(rekuest::description().name))},
         {"access.json", access_text(lok_yaml, origin)}}};
    for (const auto& [name, text] : files) {
      if (std::filesystem::exists(directory / name)) {
        throw StartError(Exit::kUnavailable, (directory / name).string() +
                                                 " exists already, and nothing was written. Choose another "
                                                 "directory with --dir, or remove what is there.");
      }
    }
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) throw StartError(Exit::kUnavailable, directory.string() + ": " + error.message());
    for (const auto& [name, text] : files) lok::write_private_file(directory / name, text);
  });
}

}  // namespace platform
