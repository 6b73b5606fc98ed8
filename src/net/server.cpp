#include "net/server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <future>

#include "base/error.h"
#include "base/log.h"
#include "net/asio_loop.h"
#include "net/asio_stream.h"
#include "net/connection.h"
#include "net/http_connection.h"

namespace net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// When sockets run out, accepting pauses this long.
constexpr std::chrono::milliseconds kAcceptPause{100};
/// A free port of one address may be taken on the next; then try others.
constexpr int kPortAttempts = 20;

[[noreturn]] void fail_to_listen(const std::string& address, std::uint16_t port, const error_code& error) {
  throw base::Error(base::code::kUnavailable, "Cannot listen on {} port {}: {}.", address, port,
                    error.message());
}

bool family_is_missing(const error_code& error) {
  return error == asio::error::address_family_not_supported ||
         error == error_code(EADDRNOTAVAIL, boost::system::system_category());
}

tcp::acceptor listen(asio::io_context& context, const tcp::endpoint& endpoint, error_code& error) {
  tcp::acceptor acceptor(context);
  acceptor.open(endpoint.protocol(), error);
  if (error) return acceptor;
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  if (endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(true));
  acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  return acceptor;
}

asio::ip::address parse_address(const std::string& text) {
  error_code error;
  const asio::ip::address address = asio::ip::make_address(text, error);
  if (error)
    throw base::Error(base::code::kValidation, "`{}` is not a numeric IP address to listen on.", text);
  return address;
}

}  // namespace

/// Listeners live on the first loop's thread, connections on all of them.
struct Server::Core : std::enable_shared_from_this<Server::Core> {
  Core(EventLoop& event_loop, ServerOptions options, Router router)
      : loops(event_loop.core().loops),
        state(std::make_shared<ServerState>(std::move(router), options.limits, std::move(options.tls))) {
    for (const auto& each : loops) {
      lists.push_back(std::make_shared<ConnectionList>(each->loop(), state->limits));
    }
    listen_on_all(options.addresses, options.port);
  }

  void listen_on_all(const std::vector<std::string>& addresses, std::uint16_t wanted);
  /// False if a port chosen by the system is taken on a later address.
  bool try_to_listen(const std::vector<std::string>& addresses, std::uint16_t wanted);
  void accept_next(std::size_t listener);
  void accepted(tcp::socket socket, std::size_t list);
  void drain(std::chrono::milliseconds limit);
  void on_each_list(void (ConnectionList::*action)());
  Loop& first_loop() { return *loops.front()->loop(); }

  struct Listener {
    tcp::acceptor acceptor;
    std::shared_ptr<Loop::ScheduledCall> resume;  ///< after a failure to accept
  };

  const std::vector<std::unique_ptr<AsioLoop>>& loops;
  const std::shared_ptr<ServerState> state;
  std::vector<std::shared_ptr<ConnectionList>> lists;  ///< one a loop
  // Once started, on the first loop only.
  std::vector<Listener> listeners;
  std::size_t next_list = 0;
  bool stopped = false;
  std::uint16_t port = 0;
};

void Server::Core::listen_on_all(const std::vector<std::string>& addresses, std::uint16_t wanted) {
  for (int attempt = 1; !try_to_listen(addresses, wanted); ++attempt) {
    if (attempt == kPortAttempts) {
      throw base::Error(base::code::kUnavailable, "Found no port that is free on all of the {} addresses.",
                        addresses.size());
    }
  }
}

bool Server::Core::try_to_listen(const std::vector<std::string>& addresses, std::uint16_t wanted) {
  listeners.clear();
  port = wanted;
  error_code missing;
  std::string missing_address;
  for (const std::string& address : addresses) {
    error_code error;
    tcp::acceptor acceptor = listen(loops.front()->context(), {parse_address(address), port}, error);
    if (family_is_missing(error)) {
      missing = error;
      missing_address = address;
      continue;
    }
    const bool chosen_by_system = wanted == 0 && port != 0;
    if (error == asio::error::address_in_use && chosen_by_system) return false;
    if (error) fail_to_listen(address, port, error);
    port = acceptor.local_endpoint().port();
    listeners.push_back({std::move(acceptor), nullptr});
  }
  if (listeners.empty()) fail_to_listen(missing_address, port, missing);
  return true;
}

void Server::Core::accept_next(std::size_t listener) {
  const std::size_t list = next_list++ % lists.size();
  listeners[listener].acceptor.async_accept(
      loops[list]->context(),
      [core = shared_from_this(), listener, list](error_code error, tcp::socket socket) {
        if (core->stopped) return;
        if (!error) {
          core->accepted(std::move(socket), list);
          core->accept_next(listener);
          return;
        }
        base::log::warning("http.accept_failed", {{"error", error.message()}});
        core->listeners[listener].resume =
            core->first_loop().after(kAcceptPause, [core, listener] { core->accept_next(listener); });
      });
}

void Server::Core::accepted(tcp::socket socket, std::size_t list) {
  if (state->connections.load() >= state->limits.connections) return;
  auto stream = state->tls ? make_tls_stream(std::move(socket), *state->tls) : make_stream(std::move(socket));
  auto connection =
      std::make_shared<HttpConnection>(state, lists[list], std::move(stream), ConnectionTicket(state));
  lists[list]->loop().post([target = lists[list], connection] { target->add(connection); });
}

void Server::Core::on_each_list(void (ConnectionList::*action)()) {
  for (const std::shared_ptr<ConnectionList>& list : lists) {
    list->loop().post([list, action] { ((*list).*action)(); });
  }
}

void Server::Core::drain(std::chrono::milliseconds limit) {
  if (first_loop().is_closed()) {
    listeners.clear();
    for (const std::shared_ptr<ConnectionList>& list : lists) list->abandon();
    return;
  }
  // Accepting ends before the lists begin to drain, or one could slip through.
  auto done = std::make_shared<std::promise<void>>();
  first_loop().post([core = shared_from_this(), done] {
    core->stopped = true;
    core->listeners.clear();
    done->set_value();
  });
  done->get_future().wait();
  on_each_list(&ConnectionList::drain);
  if (state->wait_for_no_connections(limit)) return;
  on_each_list(&ConnectionList::abort);
  while (!state->wait_for_no_connections(std::chrono::milliseconds(100)) && !first_loop().is_closed()) {
  }
}

Server::Server(EventLoop& loop, ServerOptions options, Router router)
    : core_(std::make_shared<Core>(loop, std::move(options), std::move(router))) {}

Server::~Server() { drain(std::chrono::seconds(1)); }

void Server::start() {
  core_->first_loop().post([core = core_] {
    for (std::size_t i = 0; i < core->listeners.size(); ++i) core->accept_next(i);
  });
}

std::uint16_t Server::port() const { return core_->port; }

void Server::drain(std::chrono::milliseconds limit) { core_->drain(limit); }

Server::Stats Server::stats() const {
  return {core_->state->connections.load(), core_->state->websockets.load(), core_->state->requests.load()};
}

}  // namespace net
