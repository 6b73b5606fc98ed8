// What both WebSocket sub-protocols share: messages in order, running
// operations by id, events to responses. Internal to transport/.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "graphql/transport/host.h"
#include "net/websocket.h"

namespace graphql {

/// One socket. Messages are handled one after the other on worker threads, so
/// a subscription is registered before a later message of the same socket is
/// looked at.
class OperationSocket : public net::WebSocketSession, public std::enable_shared_from_this<OperationSocket> {
 public:
  /// `origin`: where the caller reached us.
  OperationSocket(const Machinery& machinery, std::string origin);
  ~OperationSocket() override;

  void on_open(std::shared_ptr<net::WebSocket> socket) override;
  void on_text(std::string message) override;
  void on_close(std::uint16_t code) override;
  bool wants_pause() const override { return waiting_ > kMaxWaiting; }

 protected:
  static constexpr std::size_t kMaxOperations = 100;

  virtual void receive(const base::Json& message) = 0;
  virtual void receive_unreadable() = 0;
  virtual void closed(std::uint16_t code) = 0;
  virtual void send_next(const std::string& id, const std::string& response) = 0;
  virtual void send_errors(const std::string& id, const std::vector<ResponseError>& errors) = 0;
  virtual void send_complete(const std::string& id) = 0;
  /// Queries and mutations over the socket: the legacy protocol refuses them.
  virtual bool allows_queries() const = 0;

  /// Begins what a `start` or `subscribe` payload asks for.
  void begin(const std::string& id, const base::Json& payload, const Credentials& credentials);
  void end(const std::string& id);
  bool is_running(const std::string& id) const { return running_.contains(id); }
  void send(std::string message) { socket_->send_text(std::move(message)); }
  void fail(const std::string& id, const std::exception& error);

  const Machinery& machinery_;
  std::shared_ptr<net::WebSocket> socket_;
  net::Strand strand_;

 private:
  static constexpr std::size_t kMaxWaiting = 64;
  struct Running;

  std::shared_ptr<RequestContext> context_for(const Host::Identity& who) const;
  void run_query(const std::string& id, std::shared_ptr<const Plan> plan, base::Json variables,
                 const Host::Identity& who);
  void run_subscription(const std::string& id, std::shared_ptr<const Plan> plan, base::Json variables,
                        const Host::Identity& who);
  void deliver(const std::shared_ptr<Running>& running);

  const std::string origin_;
  std::map<std::string, std::shared_ptr<Running>> running_;  ///< touched on the strand only
  std::atomic<std::size_t> waiting_{0};
};

}  // namespace graphql
