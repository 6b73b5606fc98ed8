// An app that assigns tasks over HTTP and follows them by its subscription.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "websocket.h"

namespace load {

/// A keep-alive connection with one request at a time.
class HttpConnection : public Connection {
 public:
  using Answered = std::function<void(std::string_view body)>;
  HttpConnection(Reactor& reactor, std::uint16_t port, Answered answered)
      : Connection(reactor, port), answered_(std::move(answered)) {}
  void request(std::string_view bytes) { write(bytes); }

 private:
  std::size_t on_bytes(std::string_view bytes) override;
  const Answered answered_;
};

/// `mytasks`, with what the official client asks of it.
class TaskFeed : public WebSocket {
 public:
  using Event = std::function<void(std::string_view task, std::string_view kind)>;
  TaskFeed(Reactor& reactor, std::uint16_t port, const std::string& path, std::string token, Event event);
  /// It is subscribed or about to be; a feed begins with what happened in the last seconds, so nothing is
  /// missed.
  bool is_ready() const { return ready_; }
  std::int64_t events() const { return events_; }

 private:
  void on_open() override;
  void on_text(std::string_view text) override;

  const std::string token_;
  const Event event_;
  bool ready_ = false;
  std::int64_t events_ = 0;
};

/// Each connection assigns a task, waits for its answer and its COMPLETED on the feed, and assigns the next.
class Callers {
 public:
  struct Target {
    std::uint16_t port;
    std::string path;  ///< of Rekuest, without a slash at the end
    std::string token;
    std::string agent;
    std::string interface;
  };
  Callers(Reactor& reactor, Target target, std::size_t in_flight);

  bool is_ready() const { return feed_.is_ready(); }
  void start();
  /// What was begun is waited for, nothing is begun.
  void stop() { stopping_ = true; }
  bool is_idle() const { return running_ == 0; }
  bool is_connected() const;
  /// Microseconds from the request to the answer and the end, of every task.
  const std::vector<double>& times() const { return times_; }
  std::int64_t events() const { return feed_.events(); }

 private:
  struct Caller {
    std::unique_ptr<HttpConnection> connection;
    Clock::time_point began;
  };
  void assign(Caller& caller);
  void on_answer(Caller& caller, std::string_view body);
  void on_end(std::string_view task);
  void finish(Caller& caller);

  const Target target_;
  std::vector<std::unique_ptr<Caller>> callers_;
  std::unordered_map<std::string, Caller*> waiting_;  ///< answered, by task
  std::unordered_set<std::string> ended_;             ///< before their answer came
  std::size_t running_ = 0;
  std::int64_t assigned_ = 0;
  bool stopping_ = false;
  std::vector<double> times_;
  TaskFeed feed_;
};

}  // namespace load
