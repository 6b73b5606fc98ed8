// Asking other servers: for small documents such as published keys, and object stores elsewhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "net/http.h"

namespace net {

/// Larger answers are refused.
inline constexpr std::size_t kLargestFetch = 1024 * 1024;

/// The body of a GET that is answered 200. `url` is http or https; the latter is checked against the system's
/// certificate authorities (or SSL_CERT_FILE). Redirects are not followed, so that the address that was
/// configured is the address that is trusted. Blocks until `timeout` at most, looking up the name included:
/// not for event-loop threads. Throws Error(kValidation) for a URL it cannot use, Error(kUnavailable) for
/// everything else, naming the URL. Thread-safe.
std::string fetch(const std::string& url, std::chrono::milliseconds timeout);

/// A request to another server: method, headers (`Host` and the lengths are added) and body.
struct Outgoing {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;
  std::size_t largest_answer = kLargestFetch;
};

/// What it answers, whatever the status. Otherwise like `fetch`: blocks, follows no redirect, throws
/// Error(kUnavailable) if there is no whole answer in time.
HttpResponse send(const Outgoing& request, std::chrono::milliseconds timeout);

}  // namespace net
