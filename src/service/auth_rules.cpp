#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

#include "graphql/schema/schema.h"
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

// Guests' tokens are refused before any field is asked; it changes nothing yet.
constexpr std::string_view kAllowScoped = "allow_scoped";

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

using graphql::ast::Value;

/// An argument's texts; one text is a list of one, as everywhere in GraphQL.
/// Nullopt if it is neither. Null asks for nothing.
std::optional<Texts> texts_of(const Value& value) {
  if (value.kind == Value::Kind::kNull) return Texts();
  if (value.kind == Value::Kind::kString) return Texts{value.text};
  if (value.kind != Value::Kind::kList) return std::nullopt;
  Texts texts;
  for (const Value& item : value.items) {
    if (item.kind != Value::Kind::kString) return std::nullopt;
    texts.push_back(item.text);
  }
  return texts;
}

bool satisfied(Need need, const Texts& required, const Texts& held) {
  const auto is_held = [&](const std::string& one) {
    return std::find(held.begin(), held.end(), one) != held.end();
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
  const Value* value = auth.argument(rule.argument);
  if (value == nullptr || value->kind == Value::Kind::kNull) return;
  // `check_auth` let only texts start; whatever else came here asks for what nobody has.
  Texts required = texts_of(*value).value_or(Texts{""});
  if (satisfied(rule.need, required, held)) return;
  std::string message = rule.message + listed(required, listing);
  throw base::Error(base::code::kPermissionDenied, std::move(message))
      .with_reason(rule.reason)
      .with_list(rule.list, std::move(required));
}

bool is_rule(std::string_view argument) {
  const auto named = [&](const Rule& rule) { return rule.argument == argument; };
  return std::any_of(std::begin(kScopeRules), std::end(kScopeRules), named) ||
         std::any_of(std::begin(kRoleRules), std::end(kRoleRules), named) ||
         std::any_of(std::begin(kOrganizationRoleRules), std::end(kOrganizationRoleRules), named);
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

void check_auth(const graphql::Schema& schema) {
  for (const graphql::NamedType* type : schema.types()) {
    const bool is_root = type == schema.query() || type == schema.mutation() || type == schema.subscription();
    for (const graphql::FieldDef& field : type->fields) {
      const graphql::ast::Directive* auth = graphql::ast::find_directive(*field.directives, "auth");
      if (auth == nullptr) continue;
      const auto refuse = [&](std::string_view why) {
        throw base::Error(base::code::kInternal, "Schema: {}.{}: @auth {}.", type->name, field.name, why);
      };
      if (!is_root) refuse("guards root fields only");
      for (const graphql::ast::Argument& argument : auth->arguments) {
        if (argument.name == kAllowScoped) continue;
        if (!is_rule(argument.name)) refuse("has no argument " + argument.name);
        if (!texts_of(argument.value)) refuse(argument.name + " must be a text or a list of texts");
      }
    }
  }
}

}  // namespace service
