// Invitations to an organization and requests to join one, as rows. Who may
// is decided before; who answers an invite shows its token.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sql/database.h"

namespace lok {

struct NewInvite {
  std::int64_t organization = 0;
  std::int64_t created_by = 0;
  std::vector<std::string> roles;
  std::optional<std::int64_t> expires_at;  ///< microseconds UTC
  std::optional<std::int64_t> max_uses;    ///< by as many people; absent: by one
  bool allow_mesh = true;
};
inline constexpr std::int64_t kMostUses = 1'000;

/// Throws Error(kValidation) for a role the organization does not have, and for more than `kMostUses`.
std::int64_t write_invite(sql::Writer& writer, const NewInvite& wanted, std::int64_t now);

/// What an invite says, and what became of it.
struct InviteState {
  std::string organization;
  std::int64_t organization_id = 0;
  std::string inviter;
  std::vector<std::string> roles;
  std::string status;                      ///< `pending`, `accepted`, `declined` or `cancelled`
  std::optional<std::int64_t> expires_at;  ///< microseconds UTC
  std::optional<std::int64_t> max_uses;
};
std::optional<InviteState> find_invite(sql::Reader& reader, const std::string& token);

/// Makes the user a member with the invite's roles; a member stays as they are. Gives the membership. The
/// last use leaves it accepted; a member uses up only an invite for one.
/// Throws Error(kValidation) with the words clients look for if the invite cannot be accepted any more.
std::int64_t accept_invite(sql::Writer& writer, const std::string& token, std::int64_t user,
                           std::int64_t now);
/// Gives the invite; throws as `accept_invite`. One for several people stays open for the others.
std::int64_t decline_invite(sql::Writer& writer, const std::string& token, std::int64_t user,
                            std::int64_t now);
/// Throws Error(kValidation) unless it is pending. It must exist.
void cancel_invite(sql::Writer& writer, std::int64_t invite, std::int64_t now);

/// Throws Error(kNotFound) for no such organization, Error(kValidation) for a member. Asking twice is asking
/// once.
void request_membership(sql::Writer& writer, std::int64_t organization, std::int64_t user,
                        const std::optional<std::string>& reason, std::int64_t now);

}  // namespace lok
