// A certificate and its key as OpenSSL holds them. For net/'s Asio units only.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <string>

#include "net/tls.h"

namespace net {

/// Never changed once it is shared.
struct TlsIdentity::Material {
  Material() : context(boost::asio::ssl::context::tls_server) {}

  boost::asio::ssl::context context;
  std::string host_name;
  std::int64_t ends_at = 0;
};

}  // namespace net
