#include "sql/database.h"

#include "base/error.h"
#include "sql/connection.h"
#include "sql/parameters.h"

namespace sql {

Rows Reader::query(std::string_view sql, std::vector<Value> parameters) {
  const Query one{std::string(sql), std::move(parameters)};
  return std::move(batch(std::span(&one, 1)).front().get());
}

std::int64_t Writer::insert(std::string_view sql, std::vector<Value> parameters) {
  const Rows rows = query(sql, std::move(parameters));
  if (rows.empty()) {
    throw base::Error(base::code::kConflict, "Nothing was inserted: such a row exists already.");
  }
  return rows.integer(0, 0);
}

std::unique_ptr<Listener> Database::listen(std::string_view, Receive, std::function<void()>) {
  return std::make_unique<Listener>();
}

std::vector<Connection::Outcome> run_checked(Connection& connection, Counters& counters,
                                             std::span<const Query> queries) {
  std::vector<Query> accepted;
  std::vector<std::exception_ptr> refused(queries.size());
  bool all_accepted = true;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    try {
      check_parameters(queries[i].parameters);
    } catch (const base::Error&) {
      refused[i] = std::current_exception();
      all_accepted = false;
    }
  }
  if (!all_accepted) {
    for (std::size_t i = 0; i < queries.size(); ++i) {
      if (!refused[i]) accepted.push_back(queries[i]);
    }
  }
  const std::span<const Query> sent = all_accepted ? queries : std::span<const Query>(accepted);
  std::vector<Connection::Outcome> outcomes;
  if (!sent.empty()) {
    ++counters.round_trips;
    counters.statements += sent.size();
    outcomes = connection.run(sent);
  }
  if (all_accepted) return outcomes;

  std::vector<Connection::Outcome> merged(queries.size());
  auto next = outcomes.begin();
  for (std::size_t i = 0; i < queries.size(); ++i) {
    if (refused[i]) {
      merged[i].error = refused[i];
    } else {
      merged[i] = std::move(*next++);
    }
  }
  return merged;
}

}  // namespace sql
