// What one agent's connection is sent in order: tasks and their controls.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "net/event_loop.h"
#include "net/websocket.h"
#include "net/worker_pool.h"

namespace rekuest {

/// Makes frames' text when their turn has come, on a worker: signing a task's
/// token takes longer than a commit's share of a writer's turn. Null: that
/// was all. May block, and may throw if the database is away.
using FrameSource = std::function<std::optional<std::string>()>;
FrameSource one_frame(std::string text);

/// One worker at a time makes frames and sends them, in the order of `send`. An
/// agent that reads slowly is waited for: more than a connection may hold unsent
/// would end it, and with what is owed every one after it. Thread-safe; the
/// loop and the workers outlive it.
class AgentOutbox : public std::enable_shared_from_this<AgentOutbox> {
 public:
  AgentOutbox(net::EventLoop& loop, net::WorkerPool& workers, std::shared_ptr<net::WebSocket> socket)
      : loop_(loop), workers_(workers), socket_(std::move(socket)) {}

  /// Never blocks.
  void send(FrameSource frames);
  /// The connection has ended: what was not sent is forgotten.
  void close();

 private:
  void send_soon();
  void send_some();
  bool send_one();

  net::EventLoop& loop_;
  net::WorkerPool& workers_;
  const std::shared_ptr<net::WebSocket> socket_;
  std::mutex mutex_;
  std::deque<FrameSource> sources_;
  net::EventLoop::Timer slow_;
  bool sending_ = false;  ///< a worker has them, or a timer will
  bool closed_ = false;
};

}  // namespace rekuest
