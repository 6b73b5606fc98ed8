#include "services/rekuest/dispatch.h"

#include <fmt/format.h>

#include <string>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "services/rekuest/frame.h"
#include "services/rekuest/provenance.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

// What a person decided is no less decided because the run that asked could not
// record it any more: the next one must not ask again. The approval of a child
// comes before it is queued.
void add_decisions(sql::Reader& reader, std::int64_t task, const std::unordered_set<std::string>& recorded,
                   base::Json& effects) {
  const sql::Rows rows = reader.query(
      "select value from task_event where task_id = $1 and kind = 'DECIDED' and id > (select min(q.id)"
      " from task_event q where q.task_id = $1 and q.kind = 'QUEUED') order by id",
      {task});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::string key = fmt::format("HOLD:{}", row + 1);  // as the client counts a task's holds
    if (recorded.contains(key)) continue;
    const base::Json decided = base::Json::parse(rows.text(row, 0));
    effects.push_back(base::Json::object({{"key", std::move(key)},
                                          {"effect", "HOLD"},
                                          {"value", base::Json::object({{"approved", decided["approved"]},
                                                                        {"answer", decided["answer"]},
                                                                        {"auto", decided["auto"]}})}}));
  }
}

// What a workflow's earlier run recorded, for the process that goes on with it.
std::string resume_of(sql::Reader& reader, std::int64_t task, std::int64_t last_step) {
  const sql::Rows rows = reader.query(
      "select key, effect, value from task_event where task_id = $1 and kind = 'EFFECT' and key is not null"
      " order by step, id",
      {task});
  base::Json effects = base::Json::array();
  std::unordered_set<std::string> keys;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    keys.emplace(rows.text(row, 0));
    effects.push_back(base::Json::object({{"key", rows.text(row, 0)},
                                          {"effect", sql::json_or_null(sql::optional_text(rows, row, 1))},
                                          {"value", sql::parsed_or_null(sql::optional_text(rows, row, 2))}}));
  }
  add_decisions(reader, task, keys, effects);
  return base::Json::object({{"last_step", last_step}, {"effects", std::move(effects)}}).dump();
}

std::vector<std::string> string_list(const std::string& json) {
  std::vector<std::string> list;
  const base::Json parsed = base::Json::parse(json);
  if (!parsed.is_array()) return list;
  for (const base::Json& item : parsed.items()) list.push_back(item.as_string());
  return list;
}

std::optional<std::string> id_text(const std::optional<std::int64_t>& id) {
  if (!id) return std::nullopt;
  return std::to_string(*id);
}

std::string token_of(const AssignFrame& frame, const jose::Key& key, const ProvenanceSigner& signer,
                     std::int64_t now) {
  ProvenanceClaims claims;
  claims.issuer = signer.issuer;
  claims.audience = string_list(frame.target.audience);
  claims.requester = frame.requester;
  claims.agent_user = frame.target.agent_user;
  claims.agent_client = frame.target.agent_client;
  claims.issued_at = now / 1'000'000;
  claims.lifetime = signer.lifetime_seconds;
  claims.token_id = base::uuid4();
  claims.task = frame.id();
  claims.parent = id_text(frame.parent);
  claims.root = frame.root ? std::to_string(*frame.root) : frame.id();
  claims.person = frame.person;
  claims.arguments_hash = frame.args_hash;
  return sign_provenance(key, claims);
}

}  // namespace

AssignTarget target_at(const sql::Rows& rows, std::size_t row, std::size_t first_column) {
  std::size_t column = first_column;
  AssignTarget target;
  target.agent = rows.integer(row, column++);
  target.implementation = rows.integer(row, column++);
  target.interface = rows.text(row, column++);
  target.action_hash = rows.text(row, column++);
  target.organization = rows.text(row, column++);
  target.needs_token = rows.integer(row, column++) != 0;
  target.audience = sql::optional_text(rows, row, column++).value_or("[]");
  target.agent_user = rows.text(row, column++);
  target.agent_client = rows.text(row, column++);
  return target;
}

std::string AssignFrame::text(const ProvenanceSigner& signer, std::int64_t now) const {
  FrameText frame("ASSIGN", args.size() + 1024);
  frame.text("interface", target.interface)
      .text("task", id())
      .text_or_null("root", id_text(root))
      .text_or_null("parent", id_text(parent))
      .raw("step", step ? "true" : "false")
      .text_or_null("resolution", id_text(resolution))
      .raw("probe", probe.empty() ? "false" : "true")
      .raw("capture", capture ? "true" : "false")
      .text_or_null("reference", reference)
      .raw("args", args)
      .text_or_null("message", message)
      .text("user", person)
      .text("org", target.organization)
      .text("action", target.action_hash)
      .text("implementation", std::to_string(target.implementation))
      .raw("resume", resume ? *resume : "null")
      .raw("state_requires", state_requires);
  std::optional<std::string> token;
  if (target.needs_token && signer.key) token = token_of(*this, *signer.key, signer, now);
  return frame.text_or_null("token", token).finish();
}

std::vector<AssignFrame> load_assigns(sql::Reader& reader, std::string_view condition,
                                      std::vector<sql::Value> parameters) {
  const sql::Rows rows = reader.query(
      fmt::format("select {}, t.id, coalesce(ru.sub, u.sub), u.sub, t.args, t.args_hash, t.reference,"
                  " t.root_id, t.parent_id, t.resolution_id, t.capture, t.step, t.state_requires,"
                  " t.approval_note, case when i.execution = 'WORKFLOW' then t.last_step end"
                  " from task t"
                  " join implementation i on i.id = t.implementation_id"
                  " join action a on a.id = t.action_id"
                  " join organization o on o.id = t.organization_id"
                  " join agent g on g.id = t.agent_id"
                  " join user_account au on au.id = g.user_id"
                  " join client ac on ac.id = g.client_id"
                  " left join caller c on c.id = t.caller_id"
                  " left join user_account u on u.id = c.user_id"
                  " left join task r on r.id = t.root_id"
                  " left join caller rc on rc.id = r.caller_id"
                  " left join user_account ru on ru.id = rc.user_id"
                  " where {}",
                  kTargetColumns, condition),
      std::move(parameters));
  std::vector<AssignFrame> frames;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    constexpr std::size_t kTask = kTargetColumnCount;
    AssignFrame& frame = frames.emplace_back();
    frame.target = target_at(rows, row, 0);
    frame.task = rows.integer(row, kTask);
    frame.person = sql::optional_text(rows, row, kTask + 1).value_or("");
    frame.requester = sql::optional_text(rows, row, kTask + 2).value_or("");
    frame.args = rows.text(row, kTask + 3);
    frame.args_hash = sql::optional_text(rows, row, kTask + 4).value_or("");
    frame.reference = sql::optional_text(rows, row, kTask + 5);
    frame.root = sql::optional_integer(rows, row, kTask + 6);
    frame.parent = sql::optional_integer(rows, row, kTask + 7);
    frame.resolution = sql::optional_integer(rows, row, kTask + 8);
    frame.capture = rows.integer(row, kTask + 9) != 0;
    frame.step = rows.integer(row, kTask + 10) != 0;
    frame.state_requires = rows.text(row, kTask + 11);
    frame.message = sql::optional_text(rows, row, kTask + 12);
    const auto last_step = sql::optional_integer(rows, row, kTask + 13).value_or(0);
    if (last_step > 0) frame.resume = resume_of(reader, frame.task, last_step);
  }
  return frames;
}

std::vector<AssignFrame> load_unheard(sql::Reader& reader, const sql::Ids& agents, std::int64_t now) {
  if (agents.values.empty()) return {};
  constexpr std::int64_t kSecond = 1'000'000;
  std::vector<sql::Value> parameters{agents};
  std::string ages;
  for (const std::int64_t age : {60, 120, 180}) {
    parameters.emplace_back(now - (age + 10) * kSecond);
    parameters.emplace_back(now - age * kSecond);
    ages += fmt::format("{}t.created_at > ${} and t.created_at <= ${}", ages.empty() ? "" : " or ",
                        parameters.size() - 1, parameters.size());
  }
  return load_assigns(reader,
                      "t.agent_id in_ids($1) and t.is_done = 0 and t.reported = 0 and t.withheld = 0 and (" +
                          ages + ") order by t.id limit 1000",
                      std::move(parameters));
}

std::string control_frame(std::string_view kind, std::int64_t task, bool step) {
  base::Json::Object members{{"task", std::to_string(task)}};
  if (kind == "RESUME") members.emplace_back("step", step);
  return frame(kind, members);
}

std::string decide_frame(std::int64_t task, const base::Json& value) {
  return frame("DECIDE", {{"task", std::to_string(task)},
                          {"approved", value["approved"]},
                          {"answer", value["answer"]},
                          {"auto", value["auto"]},
                          {"values", nullptr}});
}

std::int64_t newest_task(sql::Reader& reader, std::int64_t agent) {
  return reader.query("select coalesce(max(id), 0) from task where agent_id = $1", {agent}).integer(0, 0);
}

}  // namespace rekuest
