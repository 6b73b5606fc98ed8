// Private keys in a service's configuration.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/config.h"
#include "jose/jose.h"

namespace service {

/// A private Ed25519 key in PKCS#8 PEM; nothing if it is none.
std::optional<jose::Key> ed25519_from_pem(const std::string& pem, const std::string& kid);

/// The one at `path` of a configuration, its text or `{file: PATH}`; nothing if there is none. Throws
/// base::Error(kValidation) naming file and line, and never the text.
std::optional<jose::Key> read_ed25519_key(const base::Config& config, std::string_view path,
                                          const std::string& kid);

/// `instance.private_key`: how this instance proves to clients that it is the one they were sent to.
std::optional<jose::Key> read_instance_key(const base::Config& config);

}  // namespace service
