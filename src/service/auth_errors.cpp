#include "service/auth_errors.h"

namespace service {
namespace {

namespace code = base::code;

struct Wording {
  std::string_view code;
  const char* reason;
  const char* message;
};

Wording wording(Refusal why) {
  switch (why) {
    case Refusal::kNoAuthorizationHeader:
      return {code::kUnauthenticated, "NO_AUTHORIZATION_HEADER", "No Authorization header was provided."};
    case Refusal::kMalformedAuthorizationHeader:
      return {code::kUnauthenticated, "MALFORMED_AUTHORIZATION_HEADER",
              "The Authorization header is not a valid Bearer token."};
    case Refusal::kNotAuthenticated:
      return {code::kUnauthenticated, "NOT_AUTHENTICATED", "Authentication required"};
    case Refusal::kTokenExpired:
      return {code::kUnauthenticated, "TOKEN_EXPIRED", "The access token has expired."};
    case Refusal::kTokenInvalid:
      return {code::kUnauthenticated, "TOKEN_INVALID", "The access token could not be verified."};
    case Refusal::kTokenMalformed:
      return {code::kUnauthenticated, "TOKEN_MALFORMED", "The access token is malformed."};
    case Refusal::kTokenRevoked:
      return {code::kUnauthenticated, "TOKEN_REVOKED", "The access token has been revoked."};
    case Refusal::kMissingActiveOrganization:
      return {code::kPermissionDenied, "MISSING_ACTIVE_ORGANIZATION",
              "The token does not name an active organization."};
    case Refusal::kOrganizationNotAllowed:
      return {code::kPermissionDenied, "ORGANIZATION_NOT_ALLOWED",
              "This service does not accept the organization in your token."};
    case Refusal::kMembershipBlocked:
      return {code::kPermissionDenied, "MEMBERSHIP_BLOCKED",
              "Your membership in this organization is blocked."};
    case Refusal::kScopedTokenUnsupported:
      return {code::kPermissionDenied, "SCOPED_TOKEN_UNSUPPORTED",
              "This service does not accept tokens that are limited to collaborations."};
    case Refusal::kKeyRetrievalFailed:
      return {code::kInternal, "KEY_RETRIEVAL_FAILED",
              "The keys that access tokens are verified with could not be fetched. Try again later."};
    case Refusal::kProvenanceInvalid:
      return {code::kPermissionDenied, "PROVENANCE_INVALID",
              "The token of the task could not be verified, or has expired."};
    case Refusal::kProvenanceMalformed:
      return {code::kPermissionDenied, "PROVENANCE_MALFORMED", "The token of the task is malformed."};
    case Refusal::kProvenanceAudienceMismatch:
      return {code::kPermissionDenied, "PROVENANCE_AUDIENCE_MISMATCH",
              "The token of the task is not meant for this service."};
    case Refusal::kProvenanceActorMismatch:
      return {code::kPermissionDenied, "PROVENANCE_ACTOR_MISMATCH",
              "The token of the task belongs to another app."};
  }
  return {code::kInternal, "", "The caller was refused."};
}

}  // namespace

base::Error refusal(Refusal why) {
  const Wording words = wording(why);
  return base::Error(words.code, words.message).with_reason(words.reason);
}

}  // namespace service
