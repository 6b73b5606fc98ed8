#include "services/rekuest/dispatch.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/random.h"
#include "services/rekuest/frame.h"
#include "services/rekuest/provenance.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

std::vector<AssignFrame> load_assigns(sql::Reader& reader, std::string_view condition,
                                      std::vector<sql::Value> parameters) {
  const sql::Rows rows =
      reader.query(fmt::format("select {}, t.id, u.sub, t.args, t.args_hash, t.reference, t.root_id,"
                               " t.parent_id, t.resolution_id, t.capture, t.step, t.state_requires"
                               " from task t"
                               " join implementation i on i.id = t.implementation_id"
                               " join action a on a.id = t.action_id"
                               " join organization o on o.id = t.organization_id"
                               " join agent g on g.id = t.agent_id"
                               " join user_account au on au.id = g.user_id"
                               " join client ac on ac.id = g.client_id"
                               " left join caller c on c.id = t.caller_id"
                               " left join user_account u on u.id = c.user_id"
                               " where {} order by t.id",
                               kTargetColumns, condition),
                   std::move(parameters));
  std::vector<AssignFrame> frames;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    constexpr std::size_t kTask = kTargetColumnCount;
    AssignFrame& frame = frames.emplace_back();
    frame.target = target_at(rows, row, 0);
    frame.task = rows.integer(row, kTask);
    frame.person = sql::optional_text(rows, row, kTask + 1).value_or("");
    frame.args = rows.text(row, kTask + 2);
    frame.args_hash = sql::optional_text(rows, row, kTask + 3).value_or("");
    frame.reference = sql::optional_text(rows, row, kTask + 4);
    frame.root = sql::optional_integer(rows, row, kTask + 5);
    frame.parent = sql::optional_integer(rows, row, kTask + 6);
    frame.resolution = sql::optional_integer(rows, row, kTask + 7);
    frame.capture = rows.integer(row, kTask + 8) != 0;
    frame.step = rows.integer(row, kTask + 9) != 0;
    frame.state_requires = rows.text(row, kTask + 10);
  }
  return frames;
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
  claims.requester = frame.person;
  claims.agent_user = frame.target.agent_user;
  claims.agent_client = frame.target.agent_client;
  claims.issued_at = now / 1'000'000;
  claims.lifetime = signer.lifetime_seconds;
  claims.token_id = base::uuid4();
  claims.task = std::to_string(frame.task);
  claims.parent = id_text(frame.parent);
  claims.root = std::to_string(frame.root.value_or(frame.task));
  claims.person = frame.person;
  claims.arguments_hash = frame.args_hash;
  return sign_provenance(key, claims);
}

}  // namespace

AssignTarget target_at(const sql::Rows& rows, std::size_t row, std::size_t first_column) {
  AssignTarget target;
  target.implementation = rows.integer(row, first_column);
  target.interface = rows.text(row, first_column + 1);
  target.action_hash = rows.text(row, first_column + 2);
  target.organization = rows.text(row, first_column + 3);
  target.needs_token = rows.integer(row, first_column + 4) != 0;
  target.audience = sql::optional_text(rows, row, first_column + 5).value_or("[]");
  target.agent_user = rows.text(row, first_column + 6);
  target.agent_client = rows.text(row, first_column + 7);
  return target;
}

std::string AssignFrame::text(const ProvenanceSigner& signer, std::int64_t now) const {
  FrameText frame("ASSIGN", args.size() + 1024);
  frame.text("interface", target.interface)
      .text("task", std::to_string(task))
      .text_or_null("root", id_text(root))
      .text_or_null("parent", id_text(parent))
      .raw("step", step ? "true" : "false")
      .text_or_null("resolution", id_text(resolution))
      .raw("probe", "false")
      .raw("capture", capture ? "true" : "false")
      .text_or_null("reference", reference)
      .raw("args", args)
      .raw("message", "null")
      .text("user", person)
      .text("org", target.organization)
      .text("action", target.action_hash)
      .text("implementation", std::to_string(target.implementation))
      .raw("resume", "null")
      .raw("state_requires", state_requires);
  std::optional<std::string> token;
  if (target.needs_token && signer.key) token = token_of(*this, *signer.key, signer, now);
  return frame.text_or_null("token", token).finish();
}

std::int64_t newest_task(sql::Reader& reader, std::int64_t agent) {
  return reader.query("select coalesce(max(id), 0) from task where agent_id = $1", {agent}).integer(0, 0);
}

Pending load_pending(sql::Reader& reader, std::int64_t agent, std::int64_t newest) {
  Pending pending;
  pending.assigns = load_assigns(
      reader, "t.agent_id = $1 and t.is_done = 0 and t.reported = 0 and t.id <= $2", {agent, newest});
  // The latest instruct is the frame's type. Progress may overtake it, so the
  // latest event alone does not tell; only an end confirms a cancel.
  const sql::Rows rows = reader.query(
      "select id, latest_instruct_kind, step from task"
      " where agent_id = $1 and is_done = 0 and id <= $2"
      " and (latest_instruct_kind in ('CANCEL', 'INTERRUPT')"
      " or (latest_instruct_kind = 'PAUSE' and latest_event_kind <> 'PAUSED')"
      " or latest_event_kind = 'RESUMING') order by id",
      {agent, newest});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    base::Json::Object members{{"task", std::to_string(rows.integer(row, 0))}};
    if (rows.text(row, 1) == "RESUME") members.emplace_back("step", rows.integer(row, 2) != 0);
    pending.controls.push_back(frame(rows.text(row, 1), members));
  }
  return pending;
}

}  // namespace rekuest
