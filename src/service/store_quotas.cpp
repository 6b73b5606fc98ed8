#include "service/store_quotas.h"

#include <algorithm>

#include "base/byte_size.h"
#include "base/error.h"

namespace service {
namespace {

using base::Config;

std::optional<std::uint64_t> bytes(const Config& limits, std::string_view key) {
  const std::optional<std::string> text = limits.text(key);
  if (!text) return std::nullopt;
  const std::optional<std::uint64_t> size = base::parse_byte_size(*text);
  if (!size) limits.fail(key, "must be an amount of bytes: 1073741824, 500GiB");
  return size;
}

void override_with(StoreLimits& limits, const StoreLimits& nearer) {
  if (nearer.upload) limits.upload = nearer.upload;
  if (nearer.user) limits.user = nearer.user;
  if (nearer.organization) limits.organization = nearer.organization;
}

}  // namespace

StoreQuotas StoreQuotas::read(const Config& config) {
  const auto limits_of = [](const Config& limits, bool is_person) {
    StoreLimits read{bytes(limits, "max_upload_bytes"), bytes(limits, "max_user_bytes"), std::nullopt};
    if (!is_person) read.organization = bytes(limits, "max_org_bytes");
    return read;
  };
  StoreQuotas quotas;
  quotas.is_empty_ = !config.has("default") && !config.has("organizations");
  quotas.all_ = limits_of(config.section("default"), false);
  const Config organizations = config.section("organizations");
  for (const std::string& slug : organizations.keys()) {
    const Config one = organizations.section(slug);
    Organization& organization = quotas.organizations_[slug];
    organization.limits = limits_of(one, false);
    const Config users = one.section("users");
    for (const std::string& sub : users.keys()) organization.users[sub] = limits_of(users.section(sub), true);
  }
  return quotas;
}

std::optional<std::uint64_t> room_for(const StoreLimits& limits, const StoreUsage& usage,
                                      std::optional<std::uint64_t> size) {
  std::optional<std::uint64_t> room;
  const auto narrow = [&](std::optional<std::uint64_t> limit, std::uint64_t used, std::string_view who) {
    if (!limit) return;
    const std::uint64_t left = *limit > used ? *limit - used : 0;
    if (left == 0 || size.value_or(0) > left) {
      throw base::Error(
          base::code::kPermissionDenied,
          "{} stored {} of the {} that are allowed{}. Delete data that nobody needs, or have the "
          "quota raised.",
          who, base::byte_size_text(used), base::byte_size_text(*limit),
          size ? fmt::format("; this upload has {}", base::byte_size_text(*size)) : "");
    }
    room = std::min(room.value_or(left), left);
  };
  if (limits.upload && size.value_or(0) > *limits.upload) {
    throw base::Error(
        base::code::kPermissionDenied,
        "An upload of {} is more than the {} that one may have: upload it in smaller pieces, or "
        "have the quota raised.",
        base::byte_size_text(*size), base::byte_size_text(*limits.upload));
  }
  room = limits.upload;
  narrow(limits.user, usage.user, "You have");
  narrow(limits.organization, usage.organization, "The organization has");
  return room;
}

StoreLimits StoreQuotas::of(std::string_view organization, std::string_view sub) const {
  StoreLimits limits = all_;
  const auto known = organizations_.find(organization);
  if (known == organizations_.end()) return limits;
  override_with(limits, known->second.limits);
  const auto user = known->second.users.find(sub);
  if (user != known->second.users.end()) override_with(limits, user->second);
  return limits;
}

}  // namespace service
