// Why a caller is refused: the reasons of the contract, each with its code and the text clients show.
#pragma once

#include <string_view>

#include "base/error.h"

namespace service {

enum class Refusal {
  kNoAuthorizationHeader,
  kMalformedAuthorizationHeader,
  kNotAuthenticated,
  kTokenExpired,
  kTokenInvalid,
  kTokenMalformed,
  kTokenRevoked,
  kMissingActiveOrganization,
  kOrganizationNotAllowed,
  kMembershipBlocked,
  kScopedTokenUnsupported,
  kKeyRetrievalFailed,
  kProvenanceInvalid,
  kProvenanceMalformed,
  kProvenanceAudienceMismatch,
  kProvenanceActorMismatch,
};

/// The error to throw. UNAUTHENTICATED makes clients renew their token and try
/// again, so what a new token cannot cure has another code.
base::Error refusal(Refusal why);

}  // namespace service
