#include "services/lok/login/origin.h"

#include "base/text.h"

namespace lok {

bool is_loopback(std::string_view host) {
  const std::string name = base::fold_case(host);
  return name == "localhost" || name.ends_with(".localhost") || name == "::1" || name == "[::1]" ||
         (name.starts_with("127.") && name.find_first_not_of("0123456789.") == std::string::npos);
}

bool may_carry_secrets(const net::HttpRequest& request, bool allow_insecure_transport) {
  return allow_insecure_transport || request.scheme == "https" || is_loopback(request.host);
}

}  // namespace lok
