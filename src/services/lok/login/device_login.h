// A login that waits for a person: staged by the app, decided on a page,
// collected by the app.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/lok/login/login_rows.h"
#include "services/lok/login/manifest.h"
#include "sql/database.h"

namespace lok {

/// A login that nobody decides is over, and one that is approved must be
/// collected, by then.
inline constexpr std::int64_t kCollectWithin = 60 * 1'000'000LL;

enum class DeviceLoginState { kPending, kApproved, kDeclined, kCollected };

struct DeviceLogin {
  std::int64_t id = 0;
  std::string device_code_hash;
  std::string user_code;
  std::string client_id;  ///< the client's, once approved
  std::string kind;       ///< as in the schema: `DEVELOPMENT`
  std::string role;       ///< `INTERFACE` or `AGENT`
  Manifest manifest;      ///< with the raw device id, which is kept until the login is decided and collected
  DeviceLoginState state = DeviceLoginState::kPending;
  std::int64_t expires_at = 0;  ///< microseconds UTC
};

/// Writes a new one and forgets those that are long over. Throws slow_down if
/// too many are waiting.
void stage_login(sql::Writer& writer, const DeviceLogin& login, std::int64_t now);

std::optional<DeviceLogin> find_login_by_user_code(sql::Reader& reader, const std::string& user_code);
std::optional<DeviceLogin> find_login_by_device_code(sql::Reader& reader,
                                                     const std::string& device_code_hash);

/// What a person said yes to.
struct Approval {
  std::int64_t login = 0;
  std::int64_t membership = 0;
  std::int64_t hub = 0;
  std::vector<std::string> declined;  ///< optional requirements, by key
};

/// False if it was decided before or is over: nothing is changed then.
bool approve_login(sql::Writer& writer, const Approval& approval, std::int64_t now);
bool decline_login(sql::Writer& writer, std::int64_t login, std::int64_t now);

/// What the app is to be told while it has nothing to collect: throws
/// authorization_pending, access_denied, expired_token, invalid_client or
/// invalid_grant. Returns if `collect_login` may be called.
void check_collectable(const std::optional<DeviceLogin>& login, const std::string& client_id,
                       std::int64_t now);

/// The approved login's rows, once: a client that was approved before in the
/// same seat, for the same release, device, kind and role, is replaced. The
/// first token of its refresh chain is stored as `refresh_hash`; `secret` keys
/// device hashes. Throws as `check_collectable`. May run again in a new
/// transaction.
Login collect_login(sql::Writer& writer, const std::string& device_code_hash, const std::string& client_id,
                    const std::string& secret, const std::string& refresh_hash, std::int64_t now);

}  // namespace lok
