#include "platform/init.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

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
#include "services/mikro/description.h"
#include "services/rekuest/description.h"

namespace platform {
namespace {

using base::Json;

constexpr const char* kDefaultHealth = "/rustfs/health";

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

// Buckets of several services may not be told apart by their kinds alone.
std::string bucket_of(const service::Description& service, const std::string& kind) {
  return service.name == mikro::description().name ? kind : service.name + "-" + kind;
}

// Its address must be what a path is put behind.
void check(const InitStorage& storage) {
  if (storage.endpoint.empty()) return;
  if (net::parse_fetch_url(storage.endpoint).target != "/") {
    throw base::Error(base::code::kValidation,
                      "The storage '{}' has a path. Give scheme, host and port only.", storage.endpoint);
  }
  if (!storage.sts_endpoint.empty()) net::parse_fetch_url(storage.sts_endpoint);
  if (storage.access_key.empty() || storage.secret_key.empty()) {
    throw base::Error(base::code::kValidation,
                      "The storage {} needs keys: give --s3-access-key and --s3-secret-key, or set "
                      "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
                      storage.endpoint);
  }
}

lok::FirstOptions first_options(const InitOptions& options, const std::string& origin) {
  lok::FirstOptions first;
  first.services = {lok::description(), rekuest::description()};
  if (!options.storage.endpoint.empty()) first.services.push_back(mikro::description());
  first.database_uri = options.postgres;
  for (const service::Description& service : first.services) {
    first.instance_keys.emplace(service.name, jose::Key::generate_ed25519(service.name));
  }
  first.trusted_proxies = 1;
  first.allow_insecure_transport = !origin.starts_with("https:");
  if (!options.storage.endpoint.empty()) {
    const Json media = Json::object({{"bucket", bucket_of(lok::description(), "media")}});
    first.datalayer = Json::object({{"endpoint", options.storage.endpoint},
                                    {"access_key", options.storage.access_key},
                                    {"secret_key", options.storage.secret_key},
                                    {"media", media}});
  }
  const std::string& store = options.storage.endpoint.empty() ? origin : options.storage.endpoint;
  first.object_store_health =
      options.object_store_health.empty() ? store + kDefaultHealth : options.object_store_health;
  return first;
}

Json issuer(const std::string& name, const std::string& keys) {
  return Json::object({{"kind", "jwks_uri"}, {"iss", name}, {"jwks_uri", keys}});
}

// Rekuest's are no need that a deployment tool knows.
std::vector<std::string> kinds_of(const service::Description& service) {
  if (service.name == rekuest::description().name) return {"media", "kulisse"};
  return service.buckets;
}

Json storage(const InitStorage& storage, const service::Description& service) {
  Json buckets = Json::object();
  for (const std::string& kind : kinds_of(service)) buckets.set(kind, bucket_of(service, kind));
  Json block = Json::object({{"endpoint", storage.endpoint},
                             {"access_key", storage.access_key},
                             {"secret_key", storage.secret_key},
                             {"role_arn", storage.role_arn},
                             {"allow_permanent_keys", storage.hands_out_keys},
                             {"buckets", std::move(buckets)}});
  if (!storage.sts_endpoint.empty()) block.set("sts_endpoint", storage.sts_endpoint);
  if (!storage.external_id.empty()) block.set("external_id", storage.external_id);
  return block;
}

/// What Rekuest and Mikro read.
std::string service_text(const InitOptions& options, const std::string& origin,
                         const service::Description& service, const jose::Key& key) {
  const bool makes_tasks = service.name == rekuest::description().name;
  Json callers = Json::object(
      {{"audience", service.name},
       {"issuers", Json::array({issuer("lok", origin + lok::description().prefix() + "/o/jwks/")})}});
  if (!makes_tasks) {
    const std::string keys = origin + rekuest::description().prefix() + "/.well-known/jwks.json";
    callers.set("provenance",
                Json::object({{"audience", "*"}, {"issuers", Json::array({issuer("rekuest", keys)})}}));
  }
  Json document =
      Json::object({{"database", Json::object({{"uri", options.postgres}, {"schema", service.name}})},
                    {"authentikate", std::move(callers)},
                    {"instance", Json::object({{"private_key", key.private_pem()}})}});
  if (!options.storage.endpoint.empty()) document.set("storage", storage(options.storage, service));
  return fmt::format("# For `arkitektd serve {}`{}.\n", service.name,
                     makes_tasks ? " and `arkitektd serve rekuest-takt`" : "") +
         base::yaml_text(document);
}

std::string access_text(const std::string& lok_yaml, const std::string& origin) {
  const base::Config config = base::Config::load(
      {.file = "lok.yaml", .text = lok_yaml, .environment = {}, .flags = {}}, base::Config::Unknown::kRefuse);
  return lok::access_document(lok::Configuration::read(config), origin).dump();
}

}  // namespace

FirstFiles write_first_files(const InitOptions& given) {
  FirstFiles written;
  start_or_explain([&] {
    InitOptions options = given;
    while (options.storage.endpoint.ends_with('/')) options.storage.endpoint.pop_back();
    const std::string origin = checked_origin(options.origin);
    check(options.storage);
    const std::filesystem::path directory = options.directory;
    const lok::FirstOptions first = first_options(options, origin);
    const std::string lok_yaml = lok::make_first_configuration(first);
    std::vector<std::pair<std::string, std::string>> files{{"lok.yaml", lok_yaml},
                                                           {"access.json", access_text(lok_yaml, origin)}};
    for (const service::Description& service : first.services) {
      written.services.push_back(service.name);
      if (!options.storage.endpoint.empty()) {
        for (const std::string& kind : kinds_of(service)) written.buckets.push_back(bucket_of(service, kind));
      }
      if (service.name == lok::description().name) continue;
      files.emplace_back(service.name + ".yaml",
                         service_text(options, origin, service, first.instance_keys.at(service.name)));
    }
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
  return written;
}

}  // namespace platform
