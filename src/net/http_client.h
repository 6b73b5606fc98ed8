// Fetching small documents from other servers: published keys, lists of revoked tokens.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace net {

/// Larger answers are refused.
inline constexpr std::size_t kLargestFetch = 1024 * 1024;

/// The body of a GET that is answered 200. `url` is http or https; the latter is checked against the system's
/// certificate authorities (or SSL_CERT_FILE). Redirects are not followed, so that the address that was
/// configured is the address that is trusted. Blocks until `timeout` at most, looking up the name included:
/// not for event-loop threads. Throws Error(kValidation) for a URL it cannot use, Error(kUnavailable) for
/// everything else, naming the URL. Thread-safe.
std::string fetch(const std::string& url, std::chrono::milliseconds timeout);

}  // namespace net
