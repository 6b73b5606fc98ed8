// Mandates through GraphQL: apps that act for a person give other apps the
// same right, or less of it.
#pragma once

#include <functional>
#include <string>

#include "entity/registry.h"

namespace lok {

/// `createMandate`, `issueMandateKey`, `issueChildMandateKey`, `revokeMandate`.
void add_mandates(entity::Registry& registry, const std::function<std::string()>& device_secret);

}  // namespace lok
