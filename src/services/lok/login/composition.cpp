#include "services/lok/login/composition.h"

#include <algorithm>

#include "sql/nullable.h"

namespace lok {
namespace {

std::vector<Instance> candidates(sql::Reader& reader, std::int64_t hub, std::int64_t user,
                                 const std::vector<Requirement>& requirements) {
  sql::Texts services;
  for (const Requirement& requirement : requirements) services.values.push_back(requirement.service);
  const sql::Rows rows = reader.query(
      "select service_instance.id, service_instance.instance_id, service.identifier,"
      " service_instance.challenge_key"
      " from service_instance"
      " join service_release on service_release.id = service_instance.release_id"
      " join service on service.id = service_release.service_id"
      " where service_instance.hub_id = $1 and service.identifier in_texts($3)"
      " and not exists (select 1 from instance_denied_user denied"
      "   where denied.instance_id = service_instance.id and denied.user_id = $2)"
      " and not exists (select 1 from instance_denied_group denied"
      "   join user_group_member member on member.group_id = denied.group_id"
      "   where denied.instance_id = service_instance.id and member.user_id = $2)"
      " and (exists (select 1 from instance_allowed_user allowed"
      "     where allowed.instance_id = service_instance.id and allowed.user_id = $2)"
      "   or exists (select 1 from instance_allowed_group allowed"
      "     join user_group_member member on member.group_id = allowed.group_id"
      "     where allowed.instance_id = service_instance.id and member.user_id = $2)"
      "   or (not exists (select 1 from instance_allowed_user allowed"
      "       where allowed.instance_id = service_instance.id)"
      "     and not exists (select 1 from instance_allowed_group allowed"
      "       where allowed.instance_id = service_instance.id)))"
      " order by service_instance.id",
      {hub, user, services});
  std::vector<Instance> instances;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    instances.push_back({rows.integer(row, 0),
                         std::string(rows.text(row, 1)),
                         std::string(rows.text(row, 2)),
                         sql::optional_text(rows, row, 3),
                         {}});
  }
  return instances;
}

void add_aliases(sql::Reader& reader, std::vector<Instance>& instances) {
  sql::Ids ids;
  for (const Instance& instance : instances) ids.values.push_back(instance.id);
  const sql::Rows rows = reader.query(
      "select instance_id, id, kind, host, port, path, ssl, challenge, reach, public"
      " from instance_alias where instance_id in_ids($1) order by instance_id, position, id",
      {ids});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    Alias alias;
    alias.id = rows.integer(row, 1);
    alias.kind = rows.text(row, 2);
    alias.host = sql::optional_text(rows, row, 3);
    if (!rows.is_null(row, 4)) alias.port = rows.integer(row, 4);
    alias.path = sql::optional_text(rows, row, 5);
    alias.ssl = rows.integer(row, 6) != 0;
    alias.challenge = rows.text(row, 7);
    alias.reach = sql::optional_text(rows, row, 8);
    alias.is_public = rows.integer(row, 9) != 0;
    const auto owner = std::ranges::find(instances, rows.integer(row, 0), &Instance::id);
    owner->aliases.push_back(std::move(alias));
  }
}

}  // namespace

base::Json Composition::statuses() const {
  base::Json all = base::Json::object();
  for (const Filled& each : filled) all.set(each.key, "granted");
  for (const std::string& key : unavailable) all.set(key, "unavailable");
  for (const std::string& key : declined) all.set(key, "denied");
  return all;
}

std::vector<std::string> declined_in(const base::Json& statuses) {
  std::vector<std::string> keys;
  for (const auto& [key, status] : statuses.members()) {
    if (status == base::Json("denied")) keys.push_back(key);
  }
  return keys;
}

Composition compose(sql::Reader& reader, std::int64_t hub, std::int64_t user,
                    const std::vector<Requirement>& requirements, const std::vector<std::string>& declined) {
  Composition composition;
  if (requirements.empty()) return composition;
  std::vector<Instance> found = candidates(reader, hub, user, requirements);
  for (const Requirement& requirement : requirements) {
    if (std::ranges::find(declined, requirement.key) != declined.end()) {
      composition.declined.push_back(requirement.key);
      continue;
    }
    const auto first = std::ranges::find(found, requirement.service, &Instance::service);
    if (first == found.end()) {
      composition.unavailable.push_back(requirement.key);
      continue;
    }
    const auto known = std::ranges::find(composition.instances, first->id, &Instance::id);
    composition.filled.push_back({requirement.key, requirement.optional,
                                  static_cast<std::size_t>(known - composition.instances.begin())});
    if (known == composition.instances.end()) composition.instances.push_back(*first);
  }
  if (!composition.instances.empty()) add_aliases(reader, composition.instances);
  return composition;
}

}  // namespace lok
