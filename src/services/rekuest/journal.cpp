#include "services/rekuest/journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "entity/lookup.h"
#include "services/rekuest/agent_request.h"
#include "services/rekuest/agent_state.h"
#include "services/rekuest/fate.h"
#include "services/rekuest/frame.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

constexpr std::array<std::string_view, 11> kTaskReports{"STARTED", "PROGRESS", "LOG",      "YIELD",
                                                        "EFFECT",  "PAUSED",   "RESUMED",  "COMPLETED",
                                                        "FAILED",  "CRITICAL", "CANCELLED"};
constexpr std::array<std::string_view, 7> kOtherNumbered{
    "LOCK", "UNLOCK", "STATE_PATCH", "STATE_SNAPSHOT", "SHELVE", "UNSHELVE", "SESSION_INIT"};

constexpr std::size_t kMaxMessage = 30'000;

// The answer of an agent asked whether it still runs a task; not progress.
constexpr std::string_view kStillRunning = "Actor is still running";

template <class List>
bool contains(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

std::optional<std::string> json_of(const base::Json& frame, std::string_view member) {
  const base::Json& value = frame[member];
  if (value.is_null()) return std::nullopt;
  return value.dump();
}

std::string level_of(const base::Json& frame) {
  static constexpr std::array<std::string_view, 5> kLevels{"DEBUG", "INFO", "ERROR", "WARN", "CRITICAL"};
  const std::string level = text_member(frame, "level").value_or("INFO");
  return contains(kLevels, level) ? level : "INFO";
}

void take_returns(NewEvent& event, const base::Json& frame) {
  event.returns = json_of(frame, "returns");
  if (!event.returns || event.returns->size() <= kMaxFeedValue) return;
  event.kind = "CRITICAL";
  event.message = fmt::format(
      "The result is {} bytes, more than a caller can be sent ({}). Store large data and return a reference "
      "to it.",
      event.returns->size(), kMaxFeedValue);
  event.returns.reset();
}

std::optional<std::string> message_of(const base::Json& frame) {
  std::optional<std::string> message = text_member(frame, "error");
  if (!message) message = text_member(frame, "message");
  if (message && message->size() > kMaxMessage) {
    // Not in the middle of a character.
    std::size_t end = kMaxMessage;
    while ((static_cast<unsigned char>((*message)[end]) & 0xC0) == 0x80) --end;
    message->resize(end);
    *message += "...";
  }
  return message;
}

}  // namespace

bool is_task_report(std::string_view kind) { return kind == "INTERRUPTED" || contains(kTaskReports, kind); }

NewEvent event_of(const std::string& kind, const base::Json& frame) {
  NewEvent event;
  event.kind = kind;
  event.message = message_of(frame);
  if (kind == "PROGRESS") {
    event.aside = event.message == kStillRunning;
    if (!event.aside) event.progress = frame["progress"].as_int64();
  }
  if (kind == "YIELD") take_returns(event, frame);
  if (kind == "LOG") event.level = level_of(frame);
  if (kind == "EFFECT") {
    event.effect = text_member(frame, "effect");
    event.key = text_member(frame, "key");
    event.value = json_of(frame, "value");
  }
  if (kind == "PAUSED") event.value = json_of(frame, "details");
  if (const auto code = text_member(frame, "code"))
    event.value = base::Json::object({{"code", *code}}).dump();
  event.step = frame["task_step"].as_int64();
  event.agent_pos = frame["pos"].as_int64();
  event.agent_ts = micros_member(frame, "agent_ts");
  return event;
}

namespace {

std::optional<std::int64_t> task_in(const base::Json& frame) {
  const auto text = text_member(frame, "task");
  return text ? entity::row_id(*text) : std::nullopt;
}

struct Position {
  std::string session;
  std::int64_t at;
};
std::optional<Position> position_in(const base::Json& frame) {
  const auto at = frame["pos"].as_int64();
  auto session = text_member(frame, "journal_session");
  if (!at || !session) return std::nullopt;
  return Position{*std::move(session), *at};
}

// One batch. Tasks and positions are read once and kept.
class Batch {
 public:
  Batch(sql::Writer& writer, const JournalAgent& from, std::int64_t now, JournalOutcome& outcome)
      : writer_(writer),
        from_(from),
        now_(now),
        outcome_(outcome),
        ledger_(writer, now),
        agent_(writer, from, now) {}

  void apply(const std::vector<base::Json>& frames, JournalMode mode) {
    if (!begin(frames, mode)) return;
    for (const base::Json& frame : frames) apply(frame, mode);
    for (const auto& [session, position] : outcome_.positions) {
      ledger_.also(
          {"insert into journal_position (agent_id, journal_session, position, updated_at) values ($1, $2, "
           "$3, $4)"
           " on conflict (agent_id, journal_session) do update"
           " set position = excluded.position, updated_at = excluded.updated_at",
           {from_.agent, session, position, now_}});
    }
    store_tasks();
    outcome_.told.states = agent_.store();
  }

 private:
  // All that is needed, in one round trip. False: the connection has lost its agent.
  bool begin(const std::vector<base::Json>& frames, JournalMode mode) {
    sql::Texts sessions;
    std::vector<std::int64_t> tasks;
    for (const base::Json& frame : frames) {
      if (const auto position = position_in(frame)) sessions.values.push_back(position->session);
      const bool reports =
          mode == JournalMode::kApply && is_task_report(text_member(frame, "type").value_or(""));
      if (const auto id = reports ? task_in(frame) : std::nullopt) tasks.push_back(*id);
    }
    for (const std::string& session : sessions.values) outcome_.positions.try_emplace(session, 0);
    auto results = ledger_.prefetch(
        std::move(tasks),
        {lease(),
         {"select journal_session, position from journal_position where agent_id = $1 and journal_session"
          " in_texts($2)",
          {from_.agent, std::move(sessions)}}});
    if (results[0].get().empty()) {
      outcome_ = {};
      return false;
    }
    const sql::Rows& known = results[1].get();
    for (std::size_t row = 0; row < known.size(); ++row) {
      outcome_.positions[std::string(known.text(row, 0))] = known.integer(row, 1);
    }
    return true;
  }

  // The row stays locked, so that another process cannot take the agent over
  // between this look and the commit.
  sql::Query lease() const {
    const bool shared = writer_.dialect() == sql::Dialect::kPostgres;
    return {fmt::format("select 1 from agent where id = $1 and connection_id = $2{}",
                        shared ? " for no key update" : ""),
            {from_.agent, from_.connection}};
  }

  void apply(const base::Json& frame, JournalMode mode) {
    const std::string kind = text_member(frame, "type").value_or("");
    if (is_request(kind)) {
      if (mode == JournalMode::kSkip) return refuse_request(from_, kind, frame, outcome_.told);
      return answer_request(writer_, ledger_, from_, kind, frame, now_, outcome_.told);
    }
    if (!is_new(frame) || mode == JournalMode::kSkip) return;
    if (is_task_report(kind)) {
      report(kind, frame);
    } else if (kind == "SESSION_INIT") {
      begin_session(frame);
    } else {
      agent_.apply(kind, frame);
    }
  }

  void store_tasks() { outcome_.told.add(ledger_.store()); }

  // Everything the process before still had to say stands in front of this: but
  // not of one that its successor says again, whose reports come after it.
  void begin_session(const base::Json& frame) {
    store_tasks();
    agent_.apply("SESSION_INIT", frame);
    if (!from_.session.empty() && text_member(frame, "session_id") != from_.session) return;
    decide_fates(writer_, from_.agent, from_.waiting_up_to, "The app that ran this task was restarted.", now_,
                 outcome_.told);
    if (from_.waiting_up_to > 0) outcome_.backlog = backlog_bounds(writer_, from_.agent, from_.waiting_up_to);
  }

  // False for a frame this journal has already taken. Gaps are accepted: the
  // agent deletes what was acknowledged, and this database may be younger.
  bool is_new(const base::Json& frame) {
    const auto position = position_in(frame);
    if (!position) return true;
    std::int64_t& known = outcome_.positions.at(position->session);
    if (position->at <= known) return false;
    known = position->at;
    return true;
  }

  void report(const std::string& kind, const base::Json& frame) {
    const auto id = task_in(frame);
    TaskState* task = id ? ledger_.find(*id) : nullptr;
    if (task == nullptr || task->agent != from_.agent) return;
    NewEvent event = event_of(kind, frame);
    if (task->done) {
      event.kind = "LATE_REPORT";
      if (!event.value) event.value = base::Json::object({{"kind", kind}}).dump();
    }
    ledger_.append(*task, std::move(event), Speaker::kAgent);
  }

  sql::Writer& writer_;
  const JournalAgent& from_;
  const std::int64_t now_;
  JournalOutcome& outcome_;
  TaskLedger ledger_;
  AgentLedger agent_;
};

}  // namespace

bool is_numbered(std::string_view kind) { return is_task_report(kind) || contains(kOtherNumbered, kind); }

void apply_frames(sql::Writer& writer, const JournalAgent& from, const std::vector<base::Json>& frames,
                  JournalMode mode, std::int64_t now, JournalOutcome& outcome) {
  outcome = {};
  Batch(writer, from, now, outcome).apply(frames, mode);
}

}  // namespace rekuest
