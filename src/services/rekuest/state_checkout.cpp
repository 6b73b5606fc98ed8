#include "services/rekuest/state_checkout.h"

#include <algorithm>

#include "base/error.h"
#include "services/rekuest/schema/state.h"
#include "services/rekuest/state_change.h"
#include "services/rekuest/state_history.h"
#include "services/rekuest/state_patch.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

using base::Error;
using base::Json;
using entity::Call;
namespace code = base::code;

constexpr std::int64_t kPatchesAtOnce = 1000;

/// Which moment of an agent: `revision` nullopt is the latest.
struct Moment {
  std::int64_t session = 0;  ///< 0: the agent never began one
  std::optional<std::int64_t> revision;
};

std::optional<std::int64_t> session_named(Call& call, std::int64_t agent,
                                          const std::optional<entity::Id>& id) {
  const auto session = find_session(*call.reader, agent, id ? std::optional(id->text) : std::nullopt);
  if (id && !session) throw Error(code::kNotFound, "The agent has no session {}.", id->text);
  return session;
}

template <class Arguments>
Moment moment_of(Call& call, std::int64_t agent, const Arguments& in) {
  const auto session = session_named(call, agent, in.session_id);
  if (!in.timestamp) return {session.value_or(0), in.global_revision};
  if (in.global_revision) {
    throw Error(code::kValidation, std::string("Give `globalRevision` or `timestamp`, not both."));
  }
  std::vector<sql::Value> values{agent, in.timestamp->micros};
  std::string text = "select session_id, global_rev from patch where agent_id = $1 and timestamp <= $2";
  if (in.session_id) {
    text += " and session_id = $3";
    values.emplace_back(*session);
  }
  const sql::Rows rows =
      call.reader->query(text + " order by timestamp desc, id desc limit 1", std::move(values));
  if (rows.empty()) {
    throw Error(code::kValidation, std::string("Nothing changed until that time. Ask for a later one."));
  }
  return {rows.integer(0, 0), rows.integer(0, 1)};
}

struct Materialized {
  Json value = Json::object();
  std::int64_t revision = 0;
};

// As the ledger does it live: a patch at or below the value's revision is in it.
void apply_up_to(sql::Reader& reader, std::int64_t state, std::int64_t session, std::int64_t revision,
                 Materialized& found) {
  std::size_t count = 0;
  do {
    const sql::Rows rows = reader.query(
        "select global_rev, op, path, from_path, value from patch where state_id = $1 and session_id = $2"
        " and global_rev > $3 and global_rev <= $4 order by global_rev, id limit $5",
        {state, session, found.revision, revision, kPatchesAtOnce});
    count = rows.size();
    for (std::size_t row = 0; row < count; ++row) {
      if (rows.integer(row, 0) <= found.revision) continue;
      const std::string from = sql::optional_text(rows, row, 3).value_or("");
      apply_patch(found.value, {rows.text(row, 1), rows.text(row, 2), from}, Json::parse(rows.text(row, 4)));
      found.revision = rows.integer(row, 0);
    }
  } while (count == static_cast<std::size_t>(kPatchesAtOnce));
}

/// nullopt if nothing was known of the state by then.
std::optional<Materialized> from_history(sql::Reader& reader, std::int64_t state, const Moment& moment) {
  const std::int64_t revision = moment.revision.value_or(std::numeric_limits<std::int64_t>::max());
  const sql::Rows base = reader.query(
      "select value, global_rev from snapshot where state_id = $1 and session_id = $2 and global_rev <= $3"
      " order by global_rev desc, id desc limit 1",
      {state, moment.session, revision});
  Materialized found;
  if (!base.empty()) found = {Json::parse(base.text(0, 0)), base.integer(0, 1)};
  const std::int64_t before = found.revision;
  apply_up_to(reader, state, moment.session, revision, found);
  if (base.empty() && found.revision == before) return std::nullopt;
  return found;
}

// The state's row has its latest value; what was before has to be put together.
constexpr std::string_view kStates =
    "select id, interface, session_id, global_rev,"
    " case when session_id = $2 and global_rev <= $3 then value end from state where ";

std::optional<Materialized> state_in(sql::Reader& reader, const sql::Rows& rows, std::size_t row,
                                     const Moment& moment) {
  if (!rows.is_null(row, 4)) return Materialized{Json::parse(rows.text(row, 4)), rows.integer(row, 3)};
  return from_history(reader, rows.integer(row, 0), moment);
}

sql::Rows states_where(Call& call, std::string_view condition, std::int64_t id, const Moment& moment) {
  return call.reader->query(
      std::string(kStates) + std::string(condition) + " = $1 order by id",
      {id, moment.session, moment.revision.value_or(std::numeric_limits<std::int64_t>::max())});
}

Json ids_in(Call& call, const PatchRange& range) {
  const sql::Query query = patches_in(range);
  const sql::Rows rows = call.reader->query(query.sql, query.parameters);
  Json::Array ids;
  for (std::size_t row = 0; row < rows.size(); ++row) ids.emplace_back(rows.integer(row, 0));
  if (range.newest) std::reverse(ids.begin(), ids.end());
  return Json(std::move(ids));
}

template <class Arguments>
void add_patches(Call& call, const Arguments& in, const Moment& moment, std::optional<std::int64_t> state,
                 std::int64_t reached, Json& answer) {
  const std::int64_t at = moment.revision.value_or(reached);
  PatchRange forward{.session = moment.session, .state = state, .after = at};
  forward.limit = in.forward_patch_count;
  PatchRange backward{.session = moment.session, .state = state};
  backward.up_to = at;
  backward.limit = in.backward_patch_count;
  backward.newest = true;
  answer.set("forward_patches", ids_in(call, forward));
  answer.set("backward_patches", ids_in(call, backward));
}

template <class Arguments>
void check_counts(const Arguments& in) {
  check_count("forwardPatchCount", in.forward_patch_count);
  check_count("backwardPatchCount", in.backward_patch_count);
}

Json checkout(Call& call, const schema::CheckoutArguments& in) {
  check_counts(in);
  const std::int64_t state = in.state.row("state");
  const sql::Rows owner = call.reader->query(
      "select s.agent_id from state s join agent g on g.id = s.agent_id where s.id = $1 and "
      "g.organization_id = $2",
      {state, call.organization});
  if (owner.empty()) throw Error(code::kNotFound, "No state with the id {}.", in.state.text);
  const Moment moment = moment_of(call, owner.integer(0, 0), in);
  const auto found = state_in(*call.reader, states_where(call, "id", state, moment), 0, moment);
  Json answer = Json::object({{"state_id", state},
                              {"value", found ? found->value : Json::object()},
                              {"global_revision", found ? Json(found->revision) : Json()}});
  add_patches(call, in, moment, state, found ? found->revision : 0, answer);
  return answer;
}

Json checkout_agent(Call& call, const schema::CheckoutAgentArguments& in) {
  check_counts(in);
  const std::int64_t agent = in.agent.row("agent");
  if (call.reader
          ->query("select 1 from agent where id = $1 and organization_id = $2", {agent, call.organization})
          .empty()) {
    throw Error(code::kNotFound, "No agent with the id {}.", in.agent.text);
  }
  const Moment moment = moment_of(call, agent, in);
  const sql::Rows rows = states_where(call, "agent_id", agent, moment);
  Json values = Json::object();
  std::int64_t reached = 0;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    auto found = state_in(*call.reader, rows, row, moment);
    if (!found) continue;
    reached = std::max(reached, found->revision);
    values.set(rows.text(row, 1), std::move(found->value));
  }
  Json answer =
      Json::object({{"agent_id", agent}, {"values", std::move(values)}, {"global_revision", reached}});
  add_patches(call, in, moment, {}, reached, answer);
  return answer;
}

}  // namespace

void add_state_checkout(entity::Registry& registry) {
  registry.on(schema::query::kCheckout, checkout);
  registry.on(schema::query::kCheckoutAgent, checkout_agent);
}

}  // namespace rekuest
