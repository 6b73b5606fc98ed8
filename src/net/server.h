// The HTTP/1.1 and WebSocket server: listeners, limits, routes, draining.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/event_loop.h"
#include "net/http.h"
#include "net/tls.h"
#include "net/websocket.h"

namespace net {

struct Limits {
  std::size_t header_bytes = 32 * 1024;  ///< larger: 431
  std::size_t body_bytes = 1024 * 1024;  ///< larger: 413; a route may set its own
  std::size_t connections = 10'000;      ///< more: accepted and closed at once
  /// Request bodies being received, of all connections together; more: 503.
  std::size_t total_body_bytes = 256 * 1024 * 1024;
  std::size_t websocket_backlog = 16 * 1024 * 1024;  ///< unsent bytes per socket before it is dropped
  std::chrono::milliseconds header_timeout{10'000};  ///< first byte to end of headers; 408
  std::chrono::milliseconds body_timeout{60'000};    ///< without progress
  std::chrono::milliseconds write_timeout{30'000};   ///< without progress: a client that never reads
  std::chrono::milliseconds idle{75'000};            ///< keep-alive between requests; clients need > 5 s
  std::size_t trusted_proxies = 0;                   ///< how many proxies' forwarded headers count
};

/// Paths to handlers. Exact paths win over prefixes, longer prefixes over
/// shorter. An unknown path is answered 404 (JSON), a known one with another
/// method 405. Filled before the server starts, then only read.
class Router {
 public:
  struct Options {
    std::optional<std::size_t> body_bytes;  ///< this route's own limit
    /// CORS `*`, on routes that authenticate by token; never on pages with
    /// cookies. OPTIONS is then answered by the server itself.
    bool cors = false;
  };
  /// `method` may be `*`. A path ending in `*` is a prefix.
  void http(std::string method, std::string path, HttpHandler handler, Options options);
  void http(std::string method, std::string path, HttpHandler handler) {
    http(std::move(method), std::move(path), std::move(handler), Options{});
  }
  /// As `http`, for bodies that are taken piece by piece; `body_bytes` counts, the server's limit does not.
  void stream(std::string method, std::string path, StreamHandler handler, Options options);
  void stream(std::string method, std::string path, StreamHandler handler) {
    stream(std::move(method), std::move(path), std::move(handler), Options{});
  }
  /// Upgrade requests on this exact path.
  void websocket(std::string path, WebSocketHandler handler);
  /// Replaces the 404 answer (an S3 listener answers XML).
  void fallback(HttpHandler handler);

  struct Route {
    HttpHandler handler;  ///< one of the two
    StreamHandler stream;
    Options options;
  };
  struct Match {
    const Route* route = nullptr;  ///< null: see `known_path`
    bool known_path = false;       ///< another method would have matched
    bool cors = false;
    std::vector<std::string> methods;  ///< for the Allow header
  };
  Match match(std::string_view method, std::string_view path) const;
  const WebSocketHandler* match_websocket(std::string_view path) const;
  const HttpHandler* fallback_handler() const;

 private:
  struct Entry {
    std::string path;
    bool prefix;
    std::string method;
    Route route;
  };
  std::vector<Entry> entries_;
  std::vector<std::pair<std::string, WebSocketHandler>> websockets_;
  HttpHandler fallback_;
};

struct ServerOptions {
  std::vector<std::string> addresses{"127.0.0.1", "::1"};  ///< numeric addresses to listen on
  std::uint16_t port = 0;                                  ///< 0: any free port, the same on all addresses
  Limits limits;
  std::shared_ptr<const TlsIdentity> tls;  ///< null: plain HTTP
};

/// Listens from construction on; requests are handled from `start` on.
/// Throws Error(kUnavailable) naming address and port if it cannot listen.
/// An address family the machine does not have is skipped if another works.
///
/// The loop must outlive the server. `drain` waits, so it is not for the loop's
/// own threads; a loop that was stopped before has nothing left to drain.
class Server {
 public:
  Server(EventLoop& loop, ServerOptions options, Router router);
  /// Drains first.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void start();
  std::uint16_t port() const;
  /// Stops listening, finishes running requests, closes WebSockets with 1012
  /// (never 1000 or 1001: clients would wait for ever), at most for `limit`;
  /// what is left then is aborted.
  void drain(std::chrono::milliseconds limit);

  struct Stats {
    std::size_t connections;
    std::size_t websockets;
    std::uint64_t requests;
  };
  Stats stats() const;

  struct Core;

 private:
  std::shared_ptr<Core> core_;
};

}  // namespace net
