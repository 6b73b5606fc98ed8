#include "services/rekuest/settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "base/random.h"
#include "service/private_key.h"

namespace rekuest {
namespace {

using base::Config;

constexpr std::size_t kSuffixBytes = 6;
constexpr std::size_t kLongestName = 200;
constexpr std::int64_t kMostDays = 36'500;

std::string read_name(const Config& config, std::string_view key, const std::string& fallback) {
  std::string value = config.text(key, fallback);
  if (value.empty() || value.size() > kLongestName) {
    config.fail(key, fmt::format("must have 1 to {} characters; leave it out for the default", kLongestName));
  }
  return value;
}

std::chrono::days read_days(const Config& config, std::string_view key) {
  const std::int64_t days = config.integer(key, 0);
  if (days < 0 || days > kMostDays) {
    config.fail(key, fmt::format("must be 1 to {} days, or 0 to keep everything", kMostDays));
  }
  return std::chrono::days(days);
}

}  // namespace

std::string new_replica_name() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0 || host[0] == '\0') host = {'h', 'o', 's', 't'};
  return fmt::format("{}-{}", host.data(), base::random_token(kSuffixBytes));
}

service::StoreSettings own_buckets() {
  service::StoreSettings stores;
  stores.bucket_prefix = "rekuest-";
  return stores;
}

Settings Settings::read(const Config& config) {
  Settings settings;
  settings.issuer = read_name(config, "provenance.issuer", settings.issuer);
  settings.key_id = read_name(config, "provenance.key_id", settings.key_id);
  settings.signing_key = service::read_ed25519_key(config, "provenance.private_key", settings.key_id);
  settings.token_lifetime =
      std::chrono::seconds(config.integer("provenance.lifetime_seconds", settings.token_lifetime.count()));
  if (settings.token_lifetime.count() <= 0) config.fail("provenance.lifetime_seconds", "must be above zero");
  settings.grace = std::chrono::seconds(config.integer("agents.grace_seconds", settings.grace.count()));
  if (settings.grace.count() <= 0) config.fail("agents.grace_seconds", "must be above zero");
  settings.replica = read_name(config, "replica.name", settings.replica);
  settings.retention = {read_days(config, "retention.tasks_days"),
                        read_days(config, "retention.states_days")};
  return settings;
}

}  // namespace rekuest
