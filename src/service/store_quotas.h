// How much an upload, a person and an organization may store.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/config.h"

namespace service {

/// Bytes; nullopt: as many as there is room for.
struct StoreLimits {
  std::optional<std::uint64_t> upload;        ///< of one upload
  std::optional<std::uint64_t> user;          ///< of all that a person has uploaded to an organization
  std::optional<std::uint64_t> organization;  ///< of all that is stored there
};

/// Immutable.
class StoreQuotas {
 public:
  /// The block `quotas`: `default`, and `organizations` by their slugs, each with `max_upload_bytes`,
  /// `max_user_bytes`, `max_org_bytes`; an organization's `users` by their `sub`. Throws
  /// base::Error(kValidation) naming file and line.
  static StoreQuotas read(const base::Config& quotas);

  bool empty() const { return is_empty_; }
  /// Each limit as it is said nearest: for the person, for the organization, for all.
  StoreLimits of(std::string_view organization, std::string_view sub) const;

 private:
  struct Organization {
    StoreLimits limits;
    std::map<std::string, StoreLimits, std::less<>> users;
  };
  StoreLimits all_;
  std::map<std::string, Organization, std::less<>> organizations_;
  bool is_empty_ = true;
};

/// Bytes of finished stores that are still needed.
struct StoreUsage {
  std::uint64_t user = 0;
  std::uint64_t organization = 0;
};

/// How much an upload may have now; nullopt: no limit. Throws PERMISSION_DENIED, with what is used of how
/// much, if that is less than `size`, or nothing.
std::optional<std::uint64_t> room_for(const StoreLimits& limits, const StoreUsage& usage,
                                      std::optional<std::uint64_t> size);

}  // namespace service
