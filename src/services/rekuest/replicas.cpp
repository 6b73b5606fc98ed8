#include "services/rekuest/replicas.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "services/rekuest/mirror.h"
#include "services/rekuest/task_events.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

using base::Json;

constexpr std::string_view kChannel = "rekuest";
constexpr std::size_t kMaxPayload = 7'000;  // PostgreSQL takes 8,000 bytes
/// Signs of life come every ten seconds.
constexpr std::int64_t kMarginMicros = 15'000'000;

// Lists by what they are about, in as many parts as it takes: `events` [task,
// event, created, last], `messages` [agent, task, kind], `frames` [agent, text],
// `states` [state, agent, session, revision, begins], `agents` [agent, what,
// organization, implementations created, updated, deleted], `connected` [agent, connection].
class Announcement {
 public:
  Announcement(sql::Writer& writer, std::int64_t number) : writer_(writer), number_(number) {}
  void add(std::string_view member, const Json& item) {
    const std::string text = item.dump();
    if (size_ + text.size() > kMaxPayload) send();
    size_ += text.size() + 1;
    lists_[member].push_back(item);
  }
  /// The last part has the announcement's number.
  void finish() {
    is_last_ = true;
    send();
  }

 private:
  void send() {
    if (size_ == 0 && !is_last_) return;
    Json payload = Json::object();
    if (is_last_) payload.set("number", number_);
    for (auto& [member, list] : lists_) payload.set(member, std::move(list));
    writer_.notify(kChannel, payload.dump());
    lists_.clear();
    size_ = 0;
  }

  sql::Writer& writer_;
  const std::int64_t number_;
  bool is_last_ = false;
  std::map<std::string_view, Json> lists_;
  std::size_t size_ = 0;
};

std::int64_t number_at(const Json& list, std::size_t at) {
  return list.items().at(at).as_int64().value_or(0);
}

const Json::Array& list_in(const Json& said, std::string_view member) {
  static const Json::Array kNone;
  const Json& list = said[member];
  return list.is_array() ? list.items() : kNone;
}

// The frame for one message, from its task as it is now; null: not to be sent any more.
std::optional<AgentMessage> message_from_rows(sql::Reader& reader, std::int64_t agent, std::int64_t task,
                                              const std::string& kind) {
  if (kind == "ASSIGN") {
    auto assigns =
        load_assigns(reader, "t.id = $1 and t.is_done = 0 and t.reported = 0 and t.withheld = 0", {task});
    if (assigns.empty()) return std::nullopt;
    return AgentMessage{agent, task, "ASSIGN", std::move(assigns.front())};
  }
  if (kind == "DECIDE") {
    const sql::Rows rows = reader.query(
        "select (select e.value from task_event e where e.task_id = t.id and e.kind = 'DECIDED'"
        " order by e.id desc limit 1) from task t where t.id = $1 and t.is_done = 0",
        {task});
    if (rows.empty()) return std::nullopt;
    const Json value = sql::parsed_or_null(sql::optional_text(rows, 0, 0));
    return AgentMessage{agent, task, "DECIDE", decide_frame(task, value)};
  }
  // An agent that has come back meanwhile was sent the newest already: its opposite must not follow it.
  const std::string opposite = kind == "PAUSE" ? "RESUME" : kind == "RESUME" ? "PAUSE" : "";
  const sql::Rows rows = reader.query(
      "select step from task where id = $1 and is_done = 0 and latest_instruct_kind <> $2", {task, opposite});
  if (rows.empty()) return std::nullopt;
  return AgentMessage{agent, task, "", control_frame(kind, task, rows.integer(0, 0) != 0)};
}

Json json_of(const std::vector<std::int64_t>& ids, std::size_t from, std::size_t count) {
  Json list = Json::array();
  for (std::size_t i = from; i < std::min(ids.size(), from + count); ++i) list.push_back(ids[i]);
  return list;
}

// What an agent offers may be more than one notification holds.
void announce_agent(Announcement& announcement, const AgentNotice& notice) {
  constexpr std::size_t kAtOnce = 100;
  auto what = notice.what;
  const std::size_t most =
      std::max({notice.implementations_created.size(), notice.implementations_updated.size(),
                notice.implementations_deleted.size(), std::size_t{1}});
  for (std::size_t from = 0; from < most; from += kAtOnce) {
    announcement.add("agents",
                     Json::array({notice.agent, static_cast<std::int64_t>(what), notice.organization,
                                  json_of(notice.implementations_created, from, kAtOnce),
                                  json_of(notice.implementations_updated, from, kAtOnce),
                                  json_of(notice.implementations_deleted, from, kAtOnce)}));
    what = AgentNotice::What::kOfferOnly;
  }
}

// What answers a socket of this process goes out at once.
std::vector<AgentMessage> take_answers(std::vector<AgentMessage>& messages) {
  std::vector<AgentMessage> answers, rest;
  for (AgentMessage& message : messages) {
    const bool is_answer = message.task == 0 && !message.elsewhere;
    (is_answer ? answers : rest).push_back(std::move(message));
  }
  messages = std::move(rest);
  return answers;
}

std::vector<std::int64_t> ids_in(const Json& list) {
  std::vector<std::int64_t> ids;
  for (const Json& id : list.items()) ids.push_back(id.as_int64().value_or(0));
  return ids;
}

AgentNotice agent_notice(sql::Reader& reader, const Json& item) {
  const auto what = static_cast<AgentNotice::What>(number_at(item, 1));
  AgentNotice notice;
  if (what == AgentNotice::What::kCreated || what == AgentNotice::What::kUpdated) {
    notice = notice_of(reader, number_at(item, 0), what);
  }
  notice.what = what;
  notice.agent = number_at(item, 0);
  notice.organization = number_at(item, 2);
  notice.implementations_created = ids_in(item.items().at(3));
  notice.implementations_updated = ids_in(item.items().at(4));
  notice.implementations_deleted = ids_in(item.items().at(5));
  return notice;
}

std::vector<NoticedEvent> noticed_events(const Json& said) {
  std::vector<NoticedEvent> events;
  for (const Json& item : list_in(said, "events")) {
    events.push_back(
        {number_at(item, 0), number_at(item, 1), number_at(item, 2) != 0, number_at(item, 3) != 0});
  }
  return events;
}

}  // namespace

void Replicas::announce(sql::Writer& writer, Outcome told) {
  Announcement announcement(writer, ++number_);
  for (const TaskNotice& notice : told.notices) {
    announcement.add("events", Json::array({notice.task->id, notice.event ? notice.event->id : 0,
                                            notice.created ? 1 : 0, notice.last ? 1 : 0}));
  }
  for (const AgentMessage& message : told.messages) {
    if (message.task != 0) {
      announcement.add("messages", Json::array({message.agent, message.task, message.kind}));
    } else if (message.elsewhere) {
      announcement.add("frames", Json::array({message.agent, std::get<std::string>(message.frame)}));
    }
  }
  for (const StateChange& state : told.states) {
    announcement.add("states", Json::array({state.state, state.agent, state.at.session, state.at.revision,
                                            state.begins ? 1 : 0}));
  }
  for (const AgentNotice& notice : told.agents) announce_agent(announcement, notice);
  if (told.connected) {
    announcement.add("connected", Json::array({told.connected->agent, told.connected->connection}));
  }
  announcement.finish();
  auto answers = std::make_shared<std::vector<AgentMessage>>(take_answers(told.messages));
  writer.after_commit([this, answers] { delivery_.answer(std::move(*answers)); });
  const std::lock_guard lock(mutex_);
  own_.insert_or_assign(number_, std::move(told));
}

void Replicas::listen() {
  if (database_.dialect() == sql::Dialect::kSqlite) return;
  listener_ = database_.listen(
      kChannel, [this](std::string_view payload, bool is_own) { hear(payload, is_own); },
      [this] { catch_up(); });
}

// Own ones come in the order of their numbers. What a failed body announced never
// comes, nor what was missed: the rows tell of that.
std::optional<Outcome> Replicas::take_own(std::int64_t number) {
  const std::lock_guard lock(mutex_);
  own_.erase(own_.begin(), own_.lower_bound(number));
  const auto found = own_.find(number);
  if (found == own_.end()) return std::nullopt;
  return std::move(own_.extract(found).mapped());
}

void Replicas::hear(std::string_view payload, bool is_own) {
  try {
    const Json said = Json::parse(payload);
    if (is_own) {
      const auto number = said["number"].as_int64();
      if (!number) return;  // the first of several parts
      if (auto told = take_own(*number)) delivery_.deliver(*std::move(told));
      return;
    }
    for (const Json& item : list_in(said, "connected")) {
      hub_.displace_other(number_at(item, 0), item.items().at(1).as_string());
    }
    Outcome told;
    read([&](sql::Reader& reader) { told = outcome_of(reader, said); });
    delivery_.deliver(std::move(told));
  } catch (const std::exception& error) {
    base::log::error("replicas.not_heard", {{"error", error.what()}});
  }
}

// What is not read now is never told: a connection that broke is no reason.
void Replicas::read(const std::function<void(sql::Reader&)>& body) const {
  constexpr std::chrono::milliseconds kPause{100};
  while (true) {
    try {
      return database_.read(sql::Database::Snapshot::kConsistent, body);
    } catch (const base::Error& error) {
      if (error.code() != base::code::kUnavailable || stopping_) throw;
      std::this_thread::sleep_for(kPause);
    }
  }
}

Outcome Replicas::outcome_of(sql::Reader& reader, const Json& said) const {
  Outcome told;
  for (const Json& item : list_in(said, "messages")) {
    const std::int64_t agent = number_at(item, 0);
    if (!hub_.holds(agent)) continue;
    auto message = message_from_rows(reader, agent, number_at(item, 1), item.items().at(2).as_string());
    if (message) told.messages.push_back(*std::move(message));
  }
  for (const Json& item : list_in(said, "frames")) {
    told.messages.push_back({number_at(item, 0), 0, "", item.items().at(1).as_string()});
  }
  told.add(load_notices(reader, noticed_events(said)));
  for (const Json& item : list_in(said, "states")) {
    if (!states_.is_watched(number_at(item, 0), number_at(item, 1))) continue;
    auto change = load_state_change(reader, number_at(item, 0), {number_at(item, 2), number_at(item, 3)},
                                    number_at(item, 4) != 0);
    if (change) told.states.push_back(*std::move(change));
  }
  for (const Json& item : list_in(said, "agents")) told.agents.push_back(agent_notice(reader, item));
  return told;
}

// Notifications may have been missed: agents are told again all that they wait
// for, subscribers what happened meanwhile. Both know what they have heard.
void Replicas::catch_up() {
  try {
    hub_.tell_again();
    std::vector<TaskNotice> missed;
    read([&](sql::Reader& reader) { missed = load_notices_since(reader, alive_ - kMarginMicros); });
    tasks_.publish(missed);
  } catch (const std::exception& error) {
    base::log::error("replicas.not_caught_up", {{"error", error.what()}});
  }
}

}  // namespace rekuest
