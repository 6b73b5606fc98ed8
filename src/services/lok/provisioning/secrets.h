// Secrets this Lok needs and nobody may have given it: made once, kept in its
// database.
#pragma once

#include <string>

#include "jose/jose.h"
#include "services/lok/configuration.h"
#include "sql/database.h"

namespace lok {

struct Secrets {
  jose::Key signing_key;
  std::string device_secret;  ///< keys the hashes of device ids
};

/// The configured ones, else the stored ones, else new ones that are stored.
/// Several processes that start together agree. Throws Error(kValidation) if
/// the configured key is no private RSA key.
Secrets load_secrets(sql::Database& database, const Configuration& configuration);

}  // namespace lok
