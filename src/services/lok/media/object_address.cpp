#include "services/lok/media/object_address.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace lok {
namespace {

constexpr std::size_t kLongest = 500;

/// `http://lab.org:8000` in its parts.
struct Reached {
  explicit Reached(std::string_view origin) {
    const std::size_t end = origin.find("://");
    scheme = origin.substr(0, end);
    host = origin.substr(end + 3);
    // The colons of an IPv6 address stand in brackets.
    const std::size_t colon = host.find(':', host.starts_with('[') ? host.find(']') : 0);
    if (colon == std::string::npos) return;
    port = host.substr(colon);
    host.erase(colon);
  }
  std::string scheme;
  std::string host;
  std::string port;  ///< with its colon; empty for the scheme's own
};

// Browsers leave a scheme's own port out of what they send, and so does what is signed.
std::string port_text(std::int64_t port, bool ssl) {
  return port == (ssl ? 443 : 80) ? "" : fmt::format(":{}", port);
}

std::string path_text(std::string path) {
  while (path.ends_with('/')) path.pop_back();
  if (!path.empty() && !path.starts_with('/')) path.insert(0, "/");
  return path;
}

void expect_reached(const entity::Call& call) {
  if (call.origin.empty()) {
    throw base::Error(base::code::kValidation,
                      std::string("Nothing says where the object store is reached: pass `host`."));
  }
}

bool is_harmless(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view(".:-_[]/~").find(c) != std::string_view::npos;
}

}  // namespace

std::string object_store_address(entity::Call& call) {
  expect_reached(call);
  const Reached here(call.origin);
  const sql::Rows alias = call.reader->query(
      "select a.host, a.port, a.path, a.ssl from instance_alias a"
      " join service_instance i on i.id = a.instance_id"
      " join service_release r on r.id = i.release_id join service s on s.id = r.service_id"
      " where s.organization_id = $1 and s.identifier = 'live.arkitekt.s3'"
      " order by case when i.hub_id = (select hub_id from client where id = $2) then 0 else 1 end, i.id,"
      " case when a.host is null then 0 else 1 end, a.position, a.id limit 1",
      {call.organization, call.client});
  if (alias.empty()) return call.origin;
  const bool is_relative = alias.is_null(0, 0);
  const bool ssl = is_relative ? here.scheme == "https" : alias.integer(0, 3) != 0;
  const std::string host = is_relative ? here.host : std::string(alias.text(0, 0));
  const std::string port = !alias.is_null(0, 1) ? port_text(alias.integer(0, 1), ssl)
                           : is_relative        ? here.port
                                                : "";
  const std::string path = alias.is_null(0, 2) ? "" : path_text(std::string(alias.text(0, 2)));
  return fmt::format("{}://{}{}{}", ssl ? "https" : "http", host, port, path);
}

std::string object_store_address(const entity::Call& call, std::string_view host) {
  const std::size_t scheme = host.find("://");
  const std::string_view rest = scheme == std::string_view::npos ? host : host.substr(scheme + 3);
  const bool knows_scheme =
      scheme == std::string_view::npos || host.starts_with("http://") || host.starts_with("https://");
  if (!knows_scheme || host.size() > kLongest || rest.empty() || rest.starts_with('/') ||
      !std::ranges::all_of(rest, is_harmless)) {
    throw base::Error(base::code::kValidation,
                      "`host` is where the object store is reached, such as lab.org:8001 or "
                      "https://lab.org/s3.");
  }
  while (host.ends_with('/')) host.remove_suffix(1);
  if (scheme != std::string_view::npos) return std::string(host);
  expect_reached(call);
  return fmt::format("{}://{}", Reached(call.origin).scheme, host);
}

}  // namespace lok
