#include "services/mikro/settings.h"

#include <fmt/format.h>

namespace mikro {
namespace {

constexpr std::int64_t kMostDays = 36'500;

}  // namespace

Settings Settings::read(const base::Config& config) {
  Settings settings;
  service::StoreSettings& stores = settings.stores;
  stores.bucket_prefix = config.text("stores.bucket_prefix", stores.bucket_prefix);
  stores.lifetime = std::chrono::seconds(config.integer("stores.lifetime_seconds", stores.lifetime.count()));
  if (stores.lifetime.count() <= 0) config.fail("stores.lifetime_seconds", "must be above zero");
  const std::int64_t most = config.integer("stores.max_object_bytes", 0);
  if (most < 0) config.fail("stores.max_object_bytes", "must be above zero, or 0 for no limit");
  if (most > 0) stores.max_object_bytes = static_cast<std::uint64_t>(most);
  stores.quotas = service::StoreQuotas::read(config.section("stores.quotas"));
  const std::int64_t days = config.integer(
      "stores.grace_days", std::chrono::duration_cast<std::chrono::days>(stores.grace).count());
  if (days < 0 || days > kMostDays) {
    config.fail("stores.grace_days", fmt::format("must be between 0 and {}", kMostDays));
  }
  stores.grace = std::chrono::days(days);
  return settings;
}

}  // namespace mikro
