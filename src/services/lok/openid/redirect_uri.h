// Addresses that relying parties send people back to.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lok {

/// Why an address cannot be registered; empty if it can. It is absolute,
/// `https`, `http` or a scheme of an app's own (RFC 8252, section 7.1: one with
/// a dot), without fragment, name or password, in characters that addresses
/// have.
std::string redirect_uri_problem(std::string_view uri);

/// Whether `uri` is `registered`, byte by byte. With `any_loopback_port` also if
/// both are `http` on this machine and differ in their port only (RFC 8252,
/// section 7.3: a native app listens where there is room).
bool is_registered_uri(std::string_view uri, std::string_view registered, bool any_loopback_port);

/// The address with more parameters in its query; empty values are left out.
std::string with_parameters(std::string_view uri,
                            const std::vector<std::pair<std::string_view, std::string>>& parameters);

/// What a Content-Security-Policy calls the place: `https://wiki.lab.org:8443`,
/// or `org.lab.app:`.
std::string policy_source(std::string_view uri);

/// Letters, digits and `-._~`, at most 255: it stands in addresses, headers and
/// manifests as it is.
bool may_be_client_id(std::string_view text);

}  // namespace lok
