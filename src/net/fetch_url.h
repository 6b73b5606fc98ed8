// The address of a document, taken apart.
#pragma once

#include <string>
#include <string_view>

namespace net {

struct FetchUrl {
  bool tls = false;
  std::string host;       ///< without the brackets of an IPv6 address
  std::string port;       ///< decimal
  std::string authority;  ///< for the Host header: as written
  std::string target;     ///< path and query
};

/// Throws Error(kValidation) unless it is `http[s]://host[:port][/path][?query]` in printable ASCII. A name
/// and password in it are refused: they would be sent nowhere.
FetchUrl parse_fetch_url(std::string_view url);

}  // namespace net
