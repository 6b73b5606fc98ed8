#include "agent.h"

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>

#include "text.h"

namespace load {
namespace {

double micros_since(Clock::time_point began) {
  return std::chrono::duration<double, std::micro>(Clock::now() - began).count();
}

constexpr std::string_view kAnswer =
    R"({"id":"00000000-0000-4000-8000-000000000000","type":"HEARTBEAT_ANSWER"})";

}  // namespace

Agent::Agent(Reactor& reactor, std::uint16_t port, const std::string& path, Identity who)
    : WebSocket(reactor, port, path, {}), who_(std::move(who)) {}

void Agent::report(std::string_view kind, std::string_view task, std::string_view rest) {
  ++position_;
  sent_.push_back(Clock::now());
  send_text(fmt::format(R"({{"id":"00000000-0000-4000-8000-{:012}","type":"{}","task":"{}","pos":{},)"
                        R"("journal_session":"{}","agent_ts":1.0{}}})",
                        position_, kind, task, position_, who_.session, rest));
}

void Agent::on_text(std::string_view text) {
  const std::string_view kind = member(text, "\"type\"");
  if (kind == "HEARTBEAT") {
    ++heartbeats_;
    send_text(kAnswer);
  } else if (kind == "INIT") {
    id_ = member(text, "\"agent\"");
    begin_session();
  } else if (kind == "ASSIGN") {
    const std::string_view task = member(text, "\"task\"");
    if (work_) return work_(task);
    finish(task);
  } else if (kind == "JOURNAL_ACK") {
    take_acknowledgement(text);
  } else if (kind == "PROTOCOL_ERROR") {
    throw std::runtime_error(std::string(text));
  }
}

void Agent::begin_session() {
  ++position_;
  sent_.push_back(Clock::now());
  send_text(
      fmt::format(R"({{"id":"00000000-0000-4000-8000-000000000001","type":"SESSION_INIT","session_id":"{0}",)"
                  R"("states":{{}},"pos":{1},"journal_session":"{0}","agent_ts":1.0}})",
                  who_.session, position_));
}

void Agent::finish(std::string_view task) {
  report("STARTED", task);
  report("YIELD", task, R"(,"returns":{"return0":8})");
  report("COMPLETED", task);
}

// Cumulative: of all reports up to the position.
void Agent::take_acknowledgement(std::string_view text) {
  const std::string_view digits = between(text, "\"pos\":", ",}");
  std::int64_t position = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), position);
  for (; acknowledged_ < position; ++acknowledged_) {
    acknowledged_after_.push_back(micros_since(sent_.front()));
    sent_.pop_front();
  }
}

void Agent::measure_ping() {
  pings_.push_back(Clock::now());
  ping();
}

void Agent::on_pong() {
  answered_after_.push_back(micros_since(pings_.front()));
  pings_.pop_front();
}

}  // namespace load
