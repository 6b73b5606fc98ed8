// Passwords and device ids: what is stored instead of them.
#pragma once

#include <string>
#include <string_view>

namespace lok {

/// Argon2id with its parameters and salt. Takes about 0.1 s and 64 MiB.
std::string hash_password(std::string_view password);
bool password_matches(std::string_view password, const std::string& hash);

/// The hash of a password nobody knows: comparing with it takes as long as with any other.
const std::string& decoy_hash();

/// Hex HMAC-SHA256. Keys of any length.
std::string keyed_hash(std::string_view key, std::string_view message);

/// A device's id as stored and shown: never raw, different in every
/// organization.
std::string hash_device(std::string_view secret, std::string_view organization_salt, std::string_view raw_id);

}  // namespace lok
