// Probes: calls that leave nothing behind. They live in the memory of the process
// that the agent is connected to, until a minute after their last event.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/json.h"
#include "bus/bus.h"
#include "entity/registry.h"
#include "services/rekuest/agent_hub.h"
#include "services/rekuest/control.h"
#include "services/rekuest/dispatch.h"
#include "services/rekuest/task_store.h"

namespace rekuest {

/// Who may see a probe and control it: row ids.
struct ProbeCaller {
  std::int64_t client = 0;
  std::int64_t user = 0;
  std::int64_t organization = 0;
  auto operator<=>(const ProbeCaller&) const = default;
};

/// A probe that is to be made.
struct NewProbe {
  ProbeCaller caller;
  std::int64_t requester = 0;  ///< the agent that asked over its socket, and hears mirrors; 0: none
  base::Json request;          ///< the id of its PROBE_REQUEST
  std::int64_t action = 0;
  AssignFrame assign;  ///< all but the probe's id
};

/// Thread-safe; calls do not block. What it refers to outlives it, and every frame it
/// has handed over.
class Probes {
 public:
  static constexpr std::int64_t kMaxInflight = 32;  ///< of one caller
  /// Of what ended probes returned: beyond it the oldest are forgotten early.
  static constexpr std::size_t kMaxEndedBytes = 64 * 1024 * 1024;

  Probes(AgentHub& hub, bus::Bus& bus, const ProvenanceSigner& signer)
      : hub_(hub), bus_(bus), signer_(signer) {}

  // Probes are given as the JSON of the GraphQL type. One that is gone, or another
  // caller's, is base::Error(kNotFound).

  /// Sends it. Throws Error(kValidation) if the caller has too many, or the agent
  /// is not connected to this process.
  base::Json start(NewProbe wanted, std::int64_t now);
  base::Json find(const std::string& id, const ProbeCaller& caller);
  /// Asks the agent; changes nothing if the probe has ended.
  base::Json control(Control what, const std::string& id, const ProbeCaller& caller, std::int64_t now);
  /// What it has come to if anything happened, then every event, each once.
  std::shared_ptr<void> watch(const std::string& id, const ProbeCaller& caller, entity::Emit emit);
  base::Json stats(const ProbeCaller& caller) const;

  /// Whether a frame from an agent is for `hear`: a report on a probe, or a control
  /// of one. What else a probe leads to (states, shelves) goes the way of all frames.
  static bool is_about_probe(const base::Json& frame);
  void hear(std::int64_t agent, const base::Json& frame, std::int64_t now);
  /// Its connection broke: what it says of a probe meanwhile is not said again, so
  /// what it ran is LOST.
  void lose(std::int64_t agent, std::int64_t now);
  /// Cancels what has said nothing for a minute, forgets what ended a minute ago.
  void expire(std::int64_t now);

 private:
  struct Probe {
    std::string id;
    ProbeCaller caller;
    std::int64_t requester = 0;
    std::int64_t action = 0;
    AssignTarget target;
    std::optional<std::string> reference;
    NewEvent state;        ///< all its events together
    std::int64_t seq = 0;  ///< of the last event
    bool started = false;
    bool done = false;
    std::int64_t created_at = 0;
    std::int64_t changed_at = 0;

    base::Json json() const;
    std::size_t bytes() const;
  };

  // With the mutex held:
  Probe& probe_of(const std::string& id, const ProbeCaller& caller);
  std::int64_t inflight(const ProbeCaller& caller) const;
  void append(Probe& probe, const NewEvent& event, std::int64_t now);
  void tell(const Probe& probe, const NewEvent& event) const;
  void end(Probe& probe);
  void forget_oldest();
  void lose(Probe& probe, const std::string& reason, std::int64_t now);
  void ask(Probe& probe, Control what, bool step, std::int64_t now);
  void hear_control(Probe* probe, std::int64_t agent, Control what, const base::Json& frame,
                    std::int64_t now);
  void say(std::int64_t agent, std::string text) const;

  AgentHub& hub_;
  bus::Bus& bus_;
  const ProvenanceSigner& signer_;
  /// Held while frames and events are put in line, so that all hear of a probe in
  /// one order; what puts them there takes no lock that is held around calls to here.
  mutable std::mutex mutex_;
  std::map<std::string, Probe, std::less<>> probes_;
  std::map<ProbeCaller, std::int64_t> inflight_;
  std::deque<std::string> ended_;  ///< the oldest first
  std::size_t ended_bytes_ = 0;
};

}  // namespace rekuest
