#include "services/rekuest/collect.h"

#include <map>

#include "services/rekuest/frame.h"

namespace rekuest {
namespace {

constexpr std::size_t kAtOnce = 100;

}  // namespace

std::vector<AgentMessage> collect_messages(sql::Reader& reader, const std::vector<entity::Id>& drawers,
                                           std::int64_t organization) {
  sql::Ids ids;
  sql::Texts resources;
  for (const entity::Id& drawer : drawers) {
    resources.values.push_back(drawer.text);
    if (const auto id = drawer.row()) ids.values.push_back(*id);
  }
  const sql::Rows rows = reader.query(
      "select s.agent_id, d.resource_id from memory_drawer d"
      " join memory_shelve s on s.id = d.shelve_id join agent g on g.id = s.agent_id"
      " where g.organization_id = $1 and (d.id in_ids($2) or d.resource_id in_texts($3)) order by d.id",
      {organization, std::move(ids), std::move(resources)});
  std::map<std::int64_t, std::vector<base::Json>> by_agent;  // lists that a notification has room for
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::vector<base::Json>& lists = by_agent[rows.integer(row, 0)];
    if (lists.empty() || lists.back().items().size() == kAtOnce) lists.push_back(base::Json::array());
    lists.back().push_back(rows.text(row, 1));
  }
  std::vector<AgentMessage> messages;
  for (auto& [agent, lists] : by_agent) {
    for (base::Json& list : lists) {
      messages.push_back({agent, 0, "COLLECT", frame("COLLECT", {{"drawers", std::move(list)}}), true});
    }
  }
  return messages;
}

}  // namespace rekuest
