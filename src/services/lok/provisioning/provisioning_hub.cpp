#include "services/lok/provisioning/provisioning_hub.h"

#include <algorithm>
#include <array>

#include "base/random.h"
#include "sql/nullable.h"

namespace lok {
namespace {

std::int64_t write_release(sql::Writer& writer, std::int64_t organization, const InstanceSettings& instance) {
  const std::int64_t service = writer.insert(
      "insert into service (organization_id, identifier, name, description) values ($1, $2, $3, $4)"
      " on conflict (organization_id, identifier) do update set name = excluded.name,"
      " description = excluded.description returning id",
      {organization, instance.service, instance.name, instance.description});
  return writer.insert(
      "insert into service_release (service_id, version) values ($1, $2)"
      " on conflict (service_id, version) do update set version = excluded.version returning id",
      {service, instance.version});
}

/// A network that instances are reached through.
struct Network {
  std::string_view reach;
  std::string_view identifier;
  std::string_view name;
  std::string_view description;
};

constexpr std::array<Network, 5> kNetworks{{
    {"loopback", "live.arkitekt.layer.loopback", "This machine",
     "Programs on the machine the service runs on."},
    {"internal", "live.arkitekt.layer.internal", "Containers", "Programs in containers beside the service."},
    {"lan", "live.arkitekt.layer.lan", "Lab network", "Machines of the local network."},
    {"mesh", "live.arkitekt.layer.mesh", "Mesh", "Machines that joined the mesh."},
    {"public", "live.arkitekt.layer.public", "Internet", "Everybody."},
}};

/// Nothing for an address that follows the request, or of which nobody said how far it reaches.
const Network* network_of(const AliasSettings& alias) {
  std::string_view reach = alias.reach ? std::string_view(*alias.reach) : std::string_view();
  if (alias.kind == "docker") reach = "internal";
  if (alias.kind == "mesh") reach = "mesh";
  const auto* found = std::ranges::find(kNetworks, reach, &Network::reach);
  return alias.host && found != kNetworks.end() ? found : nullptr;
}

sql::Value write_layer(sql::Writer& writer, std::int64_t organization, const AliasSettings& alias) {
  const Network* network = network_of(alias);
  if (network == nullptr) return {};
  return writer.insert(
      "insert into layer (organization_id, identifier, name, description) values ($1, $2, $3, $4)"
      " on conflict (organization_id, identifier) do update set name = excluded.name,"
      " description = excluded.description returning id",
      {organization, std::string(network->identifier), std::string(network->name),
       std::string(network->description)});
}

void write_alias(sql::Writer& writer, std::int64_t organization, std::int64_t instance,
                 const AliasSettings& alias, std::size_t position) {
  writer.execute(
      "insert into instance_alias"
      " (instance_id, layer_id, key, kind, host, port, path, ssl, challenge, reach, public, position)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
      " on conflict (instance_id, key) do update set layer_id = excluded.layer_id, kind = excluded.kind,"
      " host = excluded.host, port = excluded.port, path = excluded.path, ssl = excluded.ssl,"
      " challenge = excluded.challenge, reach = excluded.reach, public = excluded.public,"
      " position = excluded.position",
      {instance, write_layer(writer, organization, alias), alias.id, alias.kind, sql::nullable(alias.host),
       sql::nullable(alias.port), sql::nullable(alias.path), sql::flag(alias.ssl), alias.challenge,
       sql::nullable(alias.reach), sql::flag(alias.is_public), static_cast<std::int64_t>(position)});
}

void write_instance(sql::Writer& writer, std::int64_t organization, std::int64_t hub,
                    const InstanceSettings& instance) {
  const std::int64_t id = writer.insert(
      "insert into service_instance (hub_id, instance_id, release_id, name, description, challenge_key)"
      " values ($1, $2, $3, $4, $5, $6)"
      " on conflict (hub_id, instance_id) do update set release_id = excluded.release_id, name = "
      "excluded.name,"
      " description = excluded.description, challenge_key = excluded.challenge_key returning id",
      {hub, instance.instance_id, write_release(writer, organization, instance), instance.name,
       instance.description, sql::nullable(instance.challenge_key)});
  for (const Described& role : instance.roles) write_role(writer, organization, role, false);
  for (const Described& scope : instance.scopes) {
    write_scope(writer, organization, scope.key, scope.key, scope.description);
  }
  for (std::size_t i = 0; i < instance.aliases.size(); ++i) {
    write_alias(writer, organization, id, instance.aliases[i], i);
  }
}

}  // namespace

void write_role(sql::Writer& writer, std::int64_t organization, const Described& role, bool builtin) {
  writer.execute(
      "insert into role (organization_id, identifier, description, builtin) values ($1, $2, $3, $4)"
      " on conflict (organization_id, identifier) do nothing",
      {organization, role.key, role.description, sql::flag(builtin)});
}

void write_scope(sql::Writer& writer, std::int64_t organization, const std::string& value,
                 const std::string& label, const std::string& description) {
  writer.execute(
      "insert into scope (organization_id, value, label, description) values ($1, $2, $3, $4)"
      " on conflict (organization_id, value) do nothing",
      {organization, value, label, description});
}

void write_hub(sql::Writer& writer, std::int64_t organization, const HubSettings& hub) {
  const std::string uid = hub.uid.empty() ? base::uuid4() : hub.uid;
  const std::int64_t id = writer.insert(
      "insert into hub (organization_id, identifier, uid, name, description, tls_certificate)"
      " values ($1, $2, $3, $2, $4, $5)"
      " on conflict (organization_id, identifier) do update set description = excluded.description,"
      " tls_certificate = excluded.tls_certificate returning id",
      {organization, hub.identifier, uid, hub.description, sql::nullable(hub.tls_certificate)});
  if (!hub.uid.empty()) writer.execute("update hub set uid = $1 where id = $2 and uid <> $1", {hub.uid, id});
  for (const InstanceSettings& instance : hub.instances) write_instance(writer, organization, id, instance);
}

}  // namespace lok
