// How the services of `up` prove to clients that they are the instances Lok named.
#pragma once

#include <string>

#include "jose/jose.h"
#include "platform/data_directory.h"
#include "services/lok/configuration.h"

namespace platform {

/// The Ed25519 key of a service, by its name: `DIR/<name>.key`, PKCS#8 PEM, mode 0600, made on the first use.
/// It must outlive restarts: clients remember the public half with their login. Throws
/// StartError(kConfiguration) if the file holds no such key.
jose::Key instance_key(const DataDirectory& data, const std::string& name);

/// Has Lok name the public half of `key` wherever its hubs list this service and leave the address to the
/// request: that is here. An instance with an address of its own keeps what the file says.
void announce_key(lok::Configuration& lok, const std::string& name, const jose::Key& key);

}  // namespace platform
