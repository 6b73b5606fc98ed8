#include "services/rekuest/probe.h"

#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "services/rekuest/frame.h"
#include "services/rekuest/journal.h"
#include "services/rekuest/mirror.h"
#include "services/rekuest/stream.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

using base::Error;
using base::Json;
namespace code = base::code;

constexpr std::int64_t kSilenceMicros = 60'000'000;
constexpr std::string_view kPrefix = "p-";
/// What one costs beside what it returned.
constexpr std::size_t kProbeBytes = 1024;

std::string topic_of(const std::string& id) { return "probe/" + id; }

std::optional<Control> control_of(std::string_view kind) {
  if (kind == "CANCEL_REQUEST") return Control::kCancel;
  if (kind == "INTERRUPT_REQUEST") return Control::kInterrupt;
  if (kind == "PAUSE_REQUEST") return Control::kPause;
  if (kind == "RESUME_REQUEST") return Control::kResume;
  return std::nullopt;
}

bool asks_people(std::string_view kind) { return kind == "HELD" || kind == "INFORM"; }

Json event_json(const std::string& probe, const NewEvent& event, std::int64_t seq, std::int64_t at) {
  return Json::object({{"probe", probe},
                       {"kind", event.kind},
                       {"seq", seq},
                       {"message", sql::json_or_null(event.message)},
                       {"progress", sql::json_or_null(event.progress)},
                       {"returns", sql::parsed_or_null(event.returns)},
                       {"created_at", at}});
}

// Its message is that of the latest event that has one, but an end speaks for itself.
void take_in(NewEvent& state, const NewEvent& event) {
  state.kind = event.kind;
  if (event.message || is_terminal(event.kind)) state.message = event.message;
  if (event.progress) state.progress = event.progress;
  if (event.returns) state.returns = event.returns;
}

}  // namespace

Json Probes::Probe::json() const {
  const bool failed = done && state.kind != "COMPLETED";
  return Json::object({{"id", id},
                       {"agent", target.agent},
                       {"action", action},
                       {"implementation", target.implementation},
                       {"interface", target.interface},
                       {"reference", sql::json_or_null(reference)},
                       {"kind", state.kind},
                       {"seq", seq},
                       {"is_done", done},
                       {"returns", sql::parsed_or_null(state.returns)},
                       {"error", failed ? sql::json_or_null(state.message) : Json()},
                       {"created_at", created_at}});
}

std::size_t Probes::Probe::bytes() const {
  return kProbeBytes + state.returns.value_or("").size() + state.message.value_or("").size();
}

Probes::Probe& Probes::probe_of(const std::string& id, const ProbeCaller& caller) {
  const auto found = probes_.find(id);
  if (found == probes_.end() || found->second.caller != caller) {
    throw Error(code::kNotFound,
                "No probe {} of yours. Probes are forgotten a minute after their last event.", id);
  }
  return found->second;
}

std::int64_t Probes::inflight(const ProbeCaller& caller) const {
  const auto found = inflight_.find(caller);
  return found == inflight_.end() ? 0 : found->second;
}

void Probes::say(std::int64_t agent, std::string text) const {
  hub_.send(agent, 0, one_frame(std::move(text)));
}

// --- what callers ask for ---------------------------------------------------

Json Probes::start(NewProbe wanted, std::int64_t now) {
  const std::string id = std::string(kPrefix) + base::uuid4();
  Probe probe;
  probe.id = id;
  probe.caller = wanted.caller;
  probe.requester = wanted.requester;
  probe.action = wanted.action;
  probe.target = wanted.assign.target;
  probe.reference = wanted.assign.reference;
  probe.state = event_of_kind("QUEUED");
  probe.created_at = probe.changed_at = now;
  wanted.assign.probe = id;
  auto assign = std::make_shared<const AssignFrame>(std::move(wanted.assign));
  const std::lock_guard lock(mutex_);
  if (inflight(probe.caller) >= kMaxInflight) {
    throw Error(code::kValidation,
                "{} of your probes are running, and more are not allowed. Wait for one to end.",
                kMaxInflight);
  }
  const bool sent = hub_.send(probe.target.agent, 0, [assign, this]() mutable -> std::optional<std::string> {
    if (!assign) return std::nullopt;
    return std::exchange(assign, nullptr)->text(signer_, base::now_micros());
  });
  if (!sent) {
    throw Error(
        code::kValidation,
        std::string("The app is not connected to the process of the server that was asked, and probes "
                    "reach no other. Assign a task instead."));
  }
  if (probe.requester != 0) {
    say(probe.requester,
        frame("PROBE_RESPONSE", {{"request", wanted.request}, {"probe", id}, {"error", nullptr}}));
  }
  ++inflight_[probe.caller];
  return probes_.emplace(id, std::move(probe)).first->second.json();
}

Json Probes::find(const std::string& id, const ProbeCaller& caller) {
  const std::lock_guard lock(mutex_);
  return probe_of(id, caller).json();
}

Json Probes::control(Control what, const std::string& id, const ProbeCaller& caller, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  Probe& probe = probe_of(id, caller);
  if (!probe.done) ask(probe, what, false, now);
  return probe.json();
}

void Probes::ask(Probe& probe, Control what, bool step, std::int64_t now) {
  const ControlWords words = words_of(what);
  Json::Object members{{"task", probe.id}};
  if (what == Control::kResume) members.emplace_back("step", step);
  append(probe, event_of_kind(words.asked), now);
  say(probe.target.agent, frame(words.instruct, members));
}

std::shared_ptr<void> Probes::watch(const std::string& id, const ProbeCaller& caller, entity::Emit emit) {
  const std::lock_guard lock(mutex_);
  const Probe& probe = probe_of(id, caller);
  if (probe.seq > 0) emit(event_json(id, probe.state, probe.seq, probe.changed_at));
  return follow(bus_, topic_of(id), std::move(emit));
}

Json Probes::stats(const ProbeCaller& caller) const {
  const std::lock_guard lock(mutex_);
  return Json::object({{"total_live", static_cast<std::int64_t>(probes_.size())},
                       {"my_inflight", inflight(caller)},
                       {"max_inflight", kMaxInflight}});
}

// --- what happens to them ---------------------------------------------------

void Probes::append(Probe& probe, const NewEvent& event, std::int64_t now) {
  take_in(probe.state, event);
  probe.seq += 1;
  probe.changed_at = now;
  tell(probe, event);
  if (is_terminal(event.kind)) end(probe);
}

void Probes::tell(const Probe& probe, const NewEvent& event) const {
  const std::string topic = topic_of(probe.id);
  if (bus_.subscribers(topic) > 0) {
    bus_.publish(topic,
                 std::make_shared<const Json>(event_json(probe.id, event, probe.seq, probe.changed_at)));
  }
  if (probe.requester == 0) return;
  if (auto mirror = mirror_frame(event, probe.id, probe.seq)) say(probe.requester, *std::move(mirror));
}

// The probe itself may be what is forgotten.
void Probes::end(Probe& probe) {
  probe.done = true;
  if (--inflight_.at(probe.caller) == 0) inflight_.erase(probe.caller);
  ended_.push_back(probe.id);
  ended_bytes_ += probe.bytes();
  while (ended_bytes_ > kMaxEndedBytes) forget_oldest();
}

void Probes::forget_oldest() {
  const auto oldest = probes_.find(ended_.front());
  ended_bytes_ -= oldest->second.bytes();
  probes_.erase(oldest);
  ended_.pop_front();
}

// In the words in which a task is lost.
void Probes::lose(Probe& probe, const std::string& reason, std::int64_t now) {
  NewEvent lost = event_of_kind("LOST", reason);
  lost.value = Json::object({{"started", probe.started},
                             {"last_progress", sql::json_or_null(probe.state.progress)},
                             {"effects", "UNKNOWN"},
                             {"reason", reason}})
                   .dump();
  append(probe, lost, now);
}

bool Probes::is_about_probe(const Json& said) {
  const Json& task = said["task"];
  // What is numbered has to be acknowledged, whatever it is about.
  if (!task.is_string() || !task.as_string().starts_with(kPrefix) || !said["pos"].is_null()) return false;
  const std::string kind = text_member(said, "type").value_or("");
  return is_task_report(kind) || control_of(kind) || asks_people(kind);
}

void Probes::hear(std::int64_t agent, const Json& said, std::int64_t now) {
  const std::string kind = text_member(said, "type").value_or("");
  const std::string& id = said["task"].as_string();
  const NewEvent event = is_task_report(kind) ? event_of(kind, said) : NewEvent{};
  const std::lock_guard lock(mutex_);
  const auto found = probes_.find(id);
  Probe* probe = found == probes_.end() ? nullptr : &found->second;
  if (const auto control = control_of(kind)) return hear_control(probe, agent, *control, said, now);
  if (asks_people(kind)) {
    return say(agent, frame("BLOK_REFUSED", {{"task", id}, {"reason", "A probe cannot ask anybody."}}));
  }
  if (probe == nullptr || probe->done || probe->target.agent != agent) return;
  probe->started = true;
  append(*probe, event, now);
}

void Probes::hear_control(Probe* probe, std::int64_t agent, Control what, const Json& said,
                          std::int64_t now) {
  const bool accepted = probe != nullptr && !probe->done && probe->requester == agent;
  const bool step = said["step"].is_bool() && said["step"].as_bool();
  if (accepted) ask(*probe, what, step, now);
  say(agent, frame("CONTROL_RESPONSE",
                   {{"request", said["id"]},
                    {"task", said["task"]},
                    {"accepted", accepted},
                    {"error", accepted ? Json() : Json("The probe has ended, or is not yours.")}}));
}

void Probes::lose(std::int64_t agent, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  std::vector<Probe*> lost;
  for (auto& [id, probe] : probes_) {
    if (!probe.done && probe.target.agent == agent) lost.push_back(&probe);
  }
  for (Probe* probe : lost) lose(*probe, "The connection of the app that ran this probe broke.", now);
}

void Probes::expire(std::int64_t now) {
  const std::lock_guard lock(mutex_);
  const auto is_due = [now](const Probe& probe) { return now - probe.changed_at >= kSilenceMicros; };
  while (!ended_.empty() && is_due(probes_.find(ended_.front())->second)) forget_oldest();
  std::vector<Probe*> silent;
  for (auto& [id, probe] : probes_) {
    if (!probe.done && is_due(probe)) silent.push_back(&probe);
  }
  for (Probe* probe : silent) {
    ask(*probe, Control::kCancel, false, now);
    lose(*probe, "The app said nothing about this probe for a minute.", now);
  }
}

}  // namespace rekuest
