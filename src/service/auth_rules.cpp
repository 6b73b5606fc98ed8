#include <fmt/ranges.h>

#include <algorithm>

#include "service/auth.h"
#include "service/auth_errors.h"

namespace service {
namespace {

using Texts = std::vector<std::string>;

/// How many of the required ones the caller must have.
enum class Need { kAll, kAny };

/// One argument of `@auth` and how its failure is told.
struct Rule {
  const char* argument;
  Need need;
  const char* reason;
  const char* message;  ///< followed by the required ones
  const char* list;     ///< the extension member that names them
};

constexpr Rule kScopeRules[] = {
    {"required_scopes", Need::kAll, "INSUFFICIENT_SCOPE",
     "User does not have the required scopes: ", "requiredScopes"},
    {"any_scope_of", Need::kAny, "INSUFFICIENT_SCOPE",
     "User does not have any of the required scopes: ", "requiredAnyScopeOf"},
};
constexpr Rule kRoleRules[] = {
    {"required_roles", Need::kAll, "INSUFFICIENT_ROLE",
     "User does not have the required roles: ", "requiredRoles"},
    {"any_role_of", Need::kAny, "INSUFFICIENT_ROLE",
     "User does not have any of the required roles: ", "requiredAnyRoleOf"},
};
constexpr Rule kOrganizationRoleRules[] = {
    {"required_org_roles", Need::kAll, "INSUFFICIENT_ORGANIZATION_ROLE",
     "User does not have the required organization roles: ", "requiredOrganizationRoles"},
    {"any_org_role_of", Need::kAny, "INSUFFICIENT_ORGANIZATION_ROLE",
     "User does not have any of the required organization roles: ", "requiredAnyOrganizationRoleOf"},
};

bool satisfied(Need need, const std::vector<graphql::ast::Value>& required, const Texts& held) {
  const auto is_held = [&](const graphql::ast::Value& one) {
    return std::find(held.begin(), held.end(), one.text) != held.end();
  };
  return need == Need::kAll ? std::all_of(required.begin(), required.end(), is_held)
                            : std::any_of(required.begin(), required.end(), is_held);
}

/// `['a', 'b']` for scopes, `a, b` for roles: as clients know the messages.
enum class Listing { kQuoted, kPlain };

std::string listed(const Texts& texts, Listing listing) {
  return listing == Listing::kPlain ? fmt::format("{}", fmt::join(texts, ", "))
                                    : fmt::format("['{}']", fmt::join(texts, "', '"));
}

void check(const Rule& rule, const graphql::ast::Directive& auth, const Texts& held, Listing listing) {
  const graphql::ast::Value* value = auth.argument(rule.argument);
  if (value == nullptr || value->kind != graphql::ast::Value::Kind::kList) return;
  if (satisfied(rule.need, value->items, held)) return;
  Texts required;
  for (const graphql::ast::Value& item : value->items) required.push_back(item.text);
  std::string message = rule.message + listed(required, listing);
  throw base::Error(base::code::kPermissionDenied, std::move(message))
      .with_reason(rule.reason)
      .with_list(rule.list, std::move(required));
}

}  // namespace

void require(const Identity* caller, const graphql::ast::Directive& auth) {
  if (caller == nullptr) throw refusal(Refusal::kNotAuthenticated);
  for (const Rule& rule : kScopeRules) check(rule, auth, caller->claims.scopes, Listing::kQuoted);
  for (const Rule& rule : kRoleRules) check(rule, auth, caller->claims.roles, Listing::kPlain);
  for (const Rule& rule : kOrganizationRoleRules) {
    check(rule, auth, caller->rows.organization_roles, Listing::kPlain);
  }
}

}  // namespace service
