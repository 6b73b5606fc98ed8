#include "platform/storage_settings.h"

#include <fmt/format.h>

#include "net/fetch_url.h"

namespace platform {
namespace {

using base::Config;

std::string required(const Config& config, std::string_view key) {
  std::string value = config.text(key, "");
  if (value.empty()) config.fail(key, "must be given: bytes are kept in an S3 that is there already");
  return value;
}

void check_url(const Config& config, const std::string& key, const std::string& url) {
  try {
    net::parse_fetch_url(url);
  } catch (const base::Error& error) {
    config.fail(key, error.message());
  }
}

/// `block` is `storage` or `datalayer`.
std::string endpoint(const Config& config, const std::string& block) {
  std::string url = config.text(block + ".endpoint", "");
  if (url.empty()) {
    const std::string host = required(config, block + ".host");
    url = fmt::format("{}://{}:{}", config.text(block + ".protocol", "http"), host,
                      config.integer(block + ".port", 9000));
  }
  check_url(config, block + ".endpoint", url);
  return url;
}

}  // namespace

objects::ExternalSettings read_storage(const Config& config) {
  objects::ExternalSettings settings;
  settings.endpoint = endpoint(config, "storage");
  settings.region = config.text("storage.region", settings.region);
  settings.access_key = required(config, "storage.access_key");
  settings.secret_key = required(config, "storage.secret_key");
  settings.role_arn = config.text("storage.role_arn", "");
  settings.session_name = config.text("storage.session_name", settings.session_name);
  settings.sts_endpoint = config.text("storage.sts_endpoint", "");
  if (!settings.sts_endpoint.empty()) check_url(config, "storage.sts_endpoint", settings.sts_endpoint);
  settings.external_id = config.text("storage.external_id", "");
  settings.allow_permanent_keys = config.flag("storage.allow_permanent_keys", false);
  if (settings.role_arn.empty() && !settings.allow_permanent_keys) {
    config.fail(
        "storage.role_arn",
        "must name the role whose permission is narrowed for each upload (for stores that know no roles any "
        "text of that shape: arn:aws:iam::000000000000:role/arkitekt), or set `allow_permanent_keys`");
  }
  return settings;
}

void read_storage_of(const Config& config, service::StoreSettings& stores) {
  const Config buckets = config.section("storage.buckets");
  for (const std::string& kind : buckets.keys()) stores.buckets[kind] = required(buckets, kind);
  const std::int64_t seconds = config.integer("storage.session_duration_seconds", stores.lifetime.count());
  if (seconds <= 0) config.fail("storage.session_duration_seconds", "must be above zero");
  stores.lifetime = std::chrono::seconds(seconds);
}

std::optional<objects::ExternalSettings> read_datalayer(const Config& config) {
  if (!config.has("datalayer.host") && !config.has("datalayer.endpoint")) return std::nullopt;
  objects::ExternalSettings settings;
  settings.endpoint = endpoint(config, "datalayer");
  settings.region = config.text("datalayer.region", settings.region);
  settings.access_key = required(config, "datalayer.access_key");
  settings.secret_key = required(config, "datalayer.secret_key");
  return settings;
}

}  // namespace platform
