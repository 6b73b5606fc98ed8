// Organizations and who belongs to them, through GraphQL.
#pragma once

#include <functional>
#include <string>

#include "entity/registry.h"
#include "service/stores.h"
#include "services/lok/configuration.h"

namespace lok {

/// `createOrganization`, `updateOrganization`, `addUserToOrganization`, `updateMembershipColors`, and
/// requests to join. `configuration` must outlive the registry's service.
void add_organizations(entity::Registry& registry, const Configuration& configuration,
                       service::Stores& stores);

/// `createInvite`, `acceptInvite`, `declineInvite`, `cancelInvite`.
void add_invites(entity::Registry& registry, const Configuration& configuration);

}  // namespace lok
