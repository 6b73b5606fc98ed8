// The token endpoint: every grant's way in.
#pragma once

#include <string>

#include "net/http.h"
#include "services/lok/configuration.h"
#include "services/lok/signing.h"
#include "sql/database.h"

namespace lok {

/// Answers a POST of the token endpoint. Blocks (database, signature).
/// Thread-safe; what it is made from must outlive it.
class TokenEndpoint {
 public:
  TokenEndpoint(sql::Database& database, const Configuration& configuration, const Signer& signer,
                std::string device_secret)
      : database_(database),
        configuration_(configuration),
        signer_(signer),
        device_secret_(std::move(device_secret)) {}

  /// Never throws: errors are JSON answers as OAuth wants them. `prefix` is
  /// `/lok`.
  net::HttpResponse answer(const net::HttpRequest& request, const std::string& prefix) const;

 private:
  net::HttpResponse mandate_key(const net::HttpRequest& request, const std::string& prefix) const;

  sql::Database& database_;
  const Configuration& configuration_;
  const Signer& signer_;
  const std::string device_secret_;
};

}  // namespace lok
