#include "services/rekuest/dispatch.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/random.h"
#include "services/rekuest/frame.h"
#include "services/rekuest/provenance.h"

namespace rekuest {
namespace {

base::Json id_or_null(const sql::Rows& rows, std::size_t row, std::size_t column) {
  return rows.is_null(row, column) ? base::Json() : base::Json(rows.text(row, column));
}

std::vector<std::string> string_list(const sql::Rows& rows, std::size_t row, std::size_t column) {
  std::vector<std::string> list;
  if (rows.is_null(row, column)) return list;
  const base::Json parsed = base::Json::parse(rows.text(row, column));
  if (!parsed.is_array()) return list;
  for (const base::Json& item : parsed.items()) list.push_back(item.as_string());
  return list;
}

}  // namespace

std::vector<AssignFrame> load_assigns(sql::Reader& reader, std::string_view condition,
                                      std::vector<sql::Value> parameters) {
  const sql::Rows rows = reader.query(
      fmt::format(
          "select t.id, i.interface, t.args, u.sub, o.slug, a.hash, i.id, t.root_id, t.parent_id, "
          "t.reference,"
          " t.resolution_id, t.capture, t.step, t.state_requires, i.needs_token, i.provenance_audience,"
          " au.sub, ac.client_id, t.args_hash"
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
          condition),
      std::move(parameters));
  std::vector<AssignFrame> frames;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    AssignFrame frame;
    frame.task_ = rows.text(row, 0);
    frame.person_ = rows.is_null(row, 3) ? std::string() : std::string(rows.text(row, 3));
    frame.requester_ = frame.person_;
    frame.root_ = rows.is_null(row, 7) ? frame.task_ : std::string(rows.text(row, 7));
    if (!rows.is_null(row, 8)) frame.parent_ = std::string(rows.text(row, 8));
    frame.needs_token_ = rows.integer(row, 14) != 0;
    frame.audience_ = string_list(rows, row, 15);
    frame.agent_user_ = rows.text(row, 16);
    frame.agent_client_ = rows.text(row, 17);
    frame.arguments_hash_ = rows.is_null(row, 18) ? std::string() : std::string(rows.text(row, 18));
    frame.body_ = base::Json::object({{"interface", rows.text(row, 1)},
                                      {"task", frame.task_},
                                      {"root", id_or_null(rows, row, 7)},
                                      {"parent", id_or_null(rows, row, 8)},
                                      {"step", rows.integer(row, 12) != 0},
                                      {"resolution", id_or_null(rows, row, 10)},
                                      {"probe", false},
                                      {"capture", rows.integer(row, 11) != 0},
                                      {"reference", id_or_null(rows, row, 9)},
                                      {"args", base::Json::parse(rows.text(row, 2))},
                                      {"message", nullptr},
                                      {"user", frame.person_},
                                      {"org", rows.text(row, 4)},
                                      {"action", rows.text(row, 5)},
                                      {"implementation", std::string(rows.text(row, 6))},
                                      {"resume", nullptr},
                                      {"state_requires", base::Json::parse(rows.text(row, 13))}});
    frames.push_back(std::move(frame));
  }
  return frames;
}

AssignFrame load_assign(sql::Reader& reader, std::int64_t task) {
  std::vector<AssignFrame> frames = load_assigns(reader, "t.id = $1", {task});
  if (frames.empty()) throw base::Error(base::code::kInternal, "Task {} cannot be sent to an agent.", task);
  return std::move(frames.front());
}

std::string AssignFrame::text(const ProvenanceSigner& signer, std::int64_t now) const {
  base::Json::Object members = body_.members();
  base::Json token;
  if (needs_token_ && signer.key) {
    ProvenanceClaims claims;
    claims.issuer = signer.issuer;
    claims.audience = audience_;
    claims.requester = requester_;
    claims.agent_user = agent_user_;
    claims.agent_client = agent_client_;
    claims.issued_at = now / 1'000'000;
    claims.lifetime = signer.lifetime_seconds;
    claims.token_id = base::uuid4();
    claims.task = task_;
    claims.parent = parent_;
    claims.root = root_;
    claims.person = person_;
    claims.arguments_hash = arguments_hash_;
    token = sign_provenance(*signer.key, claims);
  }
  members.emplace_back("token", std::move(token));
  return frame("ASSIGN", members);
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
      "select id, latest_instruct_kind from task"
      " where agent_id = $1 and is_done = 0 and id <= $2"
      " and (latest_instruct_kind in ('CANCEL', 'INTERRUPT')"
      " or (latest_instruct_kind = 'PAUSE' and latest_event_kind <> 'PAUSED')"
      " or latest_event_kind = 'RESUMING') order by id",
      {agent, newest});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    pending.controls.push_back(frame(rows.text(row, 1), {{"task", std::string(rows.text(row, 0))}}));
  }
  return pending;
}

}  // namespace rekuest
