#include "services/rekuest/resolution.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/error.h"
#include "base/random.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

struct KeptRow {
  std::string dependency;
  std::int64_t agent;
  std::optional<std::int64_t> below;
};
using KeptRows = std::map<std::int64_t, std::vector<KeptRow>>;  ///< by resolution

KeptRows load_rows(sql::Reader& reader, std::int64_t id) {
  const sql::Rows rows = reader.query(
      "with recursive tree(id) as (select cast($1 as bigint) union"
      " select d.down_stream_resolution_id from resolved_dependency d join tree on tree.id = d.resolution_id"
      " where d.down_stream_resolution_id is not null)"
      " select d.resolution_id, k.key, i.agent_id, d.down_stream_resolution_id from tree"
      " join resolved_dependency d on d.resolution_id = tree.id join dependency k on k.id = d.dependency_id"
      " join implementation i on i.id = d.implementation_id order by d.id",
      {id});
  KeptRows kept;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    kept[rows.integer(row, 0)].push_back(
        {std::string(rows.text(row, 1)), rows.integer(row, 2), sql::optional_integer(rows, row, 3)});
  }
  return kept;
}

template <class List, class Same>
auto& found_or_added(List& list, Same same) {
  const auto found = std::find_if(list.begin(), list.end(), same);
  return found == list.end() ? list.emplace_back() : *found;
}

// Of several slots of one agent, each may have brought choices of its own.
DependencyChoices choices_of(const KeptRows& kept, std::int64_t resolution) {
  DependencyChoices choices;
  const auto rows = kept.find(resolution);
  if (rows == kept.end()) return choices;
  for (const KeptRow& row : rows->second) {
    auto& choice = found_or_added(choices, [&](const auto& one) { return one.key == row.dependency; });
    choice.key = row.dependency;
    const std::string id = std::to_string(row.agent);
    auto& mapped =
        found_or_added(choice.mapped_agents, [&](const auto& one) { return one.agent.text == id; });
    mapped.key = id;
    mapped.agent.text = id;
    if (!row.below) continue;
    if (!mapped.dependencies) mapped.dependencies.emplace();
    for (schema::ResolvedDependencyInput& below : choices_of(kept, *row.below)) {
      auto& same =
          found_or_added(*mapped.dependencies, [&](const auto& one) { return one.key == below.key; });
      if (same.key.empty()) same = std::move(below);
    }
  }
  return choices;
}

}  // namespace

KeptResolution load_resolution(sql::Reader& reader, std::int64_t organization, std::int64_t id) {
  const sql::Rows rows = reader.query(
      "select implementation_id from resolution where id = $1 and organization_id = $2", {id, organization});
  if (rows.empty()) throw base::Error(base::code::kNotFound, std::string("No resolution with that id."));
  return {rows.integer(0, 0), choices_of(load_rows(reader, id), id)};
}

ResolutionChoice load_choice(sql::Reader& reader, std::int64_t organization,
                             std::optional<std::int64_t> resolution, DependencyChoices named) {
  ResolutionChoice choice{resolution, {}, std::move(named)};
  if (!resolution) return choice;
  KeptResolution kept = load_resolution(reader, organization, *resolution);
  choice.implementation = kept.implementation;
  for (schema::ResolvedDependencyInput& one : kept.choices) {
    const bool renamed = std::any_of(choice.choices.begin(), choice.choices.end(),
                                     [&](const auto& other) { return other.key == one.key; });
    if (!renamed) choice.choices.push_back(std::move(one));
  }
  return choice;
}

std::int64_t store_resolution(sql::Writer& writer, const NewResolution& made,
                              const Dependencies& dependencies) {
  const std::int64_t id = writer.insert(
      "insert into resolution (name, implementation_id, resolved_at, creator_id, organization_id)"
      " select i.interface, i.id, $2, $3, $4 from implementation i where i.id = $1 returning id",
      {made.implementation, made.now, made.creator, made.organization});
  for (const BoundDependency& one : dependencies) {
    for (const BoundAgent& agent : one.agents) {
      const std::string key = base::uuid4();  // tells the slots of one agent together
      for (const BoundAction& action : agent.actions) {
        std::optional<std::int64_t> below;
        if (!action.dependencies.empty()) {
          NewResolution next = made;
          next.implementation = action.implementation;
          below = store_resolution(writer, next, action.dependencies);
        }
        writer.execute(
            "insert into resolved_dependency (key, resolution_key, dependency_id, implementation_id,"
            " down_stream_resolution_id, resolution_id) values ($1, $2, $3, $4, $5, $6)",
            {action.slot, key, one.id, action.implementation, sql::nullable(below), id});
      }
    }
  }
  return id;
}

}  // namespace rekuest
