// An agent that finishes whatever it is given.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "websocket.h"

namespace load {

class Agent : public WebSocket {
 public:
  /// What it registers with, and the session its reports are numbered in.
  struct Identity {
    std::string registration;
    std::string session;
  };
  /// Runs the task instead of finishing it at once.
  using Work = std::function<void(std::string_view task)>;

  Agent(Reactor& reactor, std::uint16_t port, const std::string& path, Identity who);

  /// Its SESSION_INIT is acknowledged: from now on it is given tasks.
  bool is_ready() const { return acknowledged_ > 0; }
  const std::string& id() const { return id_; }
  void set_work(Work work) { work_ = std::move(work); }
  /// A numbered frame about a task; `rest` are more members, each with a comma before it.
  void report(std::string_view kind, std::string_view task, std::string_view rest = {});

  std::int64_t reported() const { return position_; }
  std::int64_t acknowledged() const { return acknowledged_; }
  std::int64_t heartbeats() const { return heartbeats_; }
  /// Microseconds from a report to its acknowledgement, of every report.
  const std::vector<double>& acknowledged_after() const { return acknowledged_after_; }
  /// Pings once; `answered_after` are microseconds.
  void measure_ping();
  const std::vector<double>& answered_after() const { return answered_after_; }

 private:
  void on_open() override { send_text(who_.registration); }
  void on_text(std::string_view text) override;
  void on_pong() override;
  void begin_session();
  void finish(std::string_view task);
  void take_acknowledgement(std::string_view text);

  const Identity who_;
  Work work_;
  std::string id_;
  std::int64_t position_ = 0;
  std::int64_t acknowledged_ = 0;
  std::int64_t heartbeats_ = 0;
  std::deque<Clock::time_point> sent_;  ///< of the reports after `acknowledged_`
  std::vector<double> acknowledged_after_;
  std::deque<Clock::time_point> pings_;
  std::vector<double> answered_after_;
};

}  // namespace load
