#include "services/lok/graph/graph_instances.h"

#include <charconv>

#include "base/error.h"
#include "net/fetch_url.h"
#include "services/lok/access.h"
#include "services/lok/login/envelope.h"
#include "services/lok/schema/client.h"
#include "services/lok/schema/service_instance.h"
#include "sql/nullable.h"

namespace lok {
namespace {

using base::Error;
using base::Json;
using entity::Call;
using Ids = std::optional<std::vector<entity::Id>>;
namespace code = base::code;

constexpr std::size_t kLongestIdentifier = 255;

/// Each must be one that `known` selects for the caller's organization ($2).
std::vector<std::int64_t> rows_of(sql::Reader& reader, const Call& call, const std::vector<entity::Id>& ids,
                                  std::string_view what, std::string_view known) {
  std::vector<std::int64_t> rows;
  for (const entity::Id& id : ids) {
    const std::int64_t row = id.row(what);
    if (reader.query(known, {row, call.organization}).empty()) {
      throw Error(code::kNotFound, "No {} with the id {}.", what, id.text);
    }
    rows.push_back(row);
  }
  return rows;
}

/// Replaces one of the four lists, if it is given.
void set_list(sql::Writer& writer, const Call& call, std::int64_t instance, const Ids& ids,
              const std::string& table, const std::string& what, std::string_view known) {
  if (!ids) return;
  const std::vector<std::int64_t> rows = rows_of(writer, call, *ids, what, known);
  writer.execute(fmt::format("delete from {} where instance_id = $1", table), {instance});
  for (const std::int64_t row : rows) {
    writer.execute(fmt::format("insert into {} (instance_id, {}_id) values ($1, $2) on conflict do nothing",
                               table, what),
                   {instance, row});
  }
}

template <class In>
void set_lists(sql::Writer& writer, const Call& call, std::int64_t instance, const In& in) {
  constexpr std::string_view kMember = "select 1 from membership where user_id = $1 and organization_id = $2";
  constexpr std::string_view kGroup =
      "select 1 from user_group_member g join membership m on m.user_id = g.user_id"
      " where g.group_id = $1 and m.organization_id = $2";
  set_list(writer, call, instance, in.allowed_users, "instance_allowed_user", "user", kMember);
  set_list(writer, call, instance, in.denied_users, "instance_denied_user", "user", kMember);
  set_list(writer, call, instance, in.allowed_groups, "instance_allowed_group", "group", kGroup);
  set_list(writer, call, instance, in.denied_groups, "instance_denied_group", "group", kGroup);
}

std::int64_t newest_release(sql::Reader& reader, const Call& call, const entity::Id& service) {
  const std::int64_t id = service.row("service");
  const sql::Rows rows =
      reader.query("select 1 from service where id = $1 and organization_id = $2", {id, call.organization});
  if (rows.empty()) throw Error(code::kNotFound, "No service with the id {}.", service.text);
  const sql::Rows releases =
      reader.query("select id from service_release where service_id = $1 order by id desc limit 1", {id});
  if (releases.empty()) {
    throw Error(code::kValidation, std::string("The service has no release an instance could be of."));
  }
  return releases.integer(0, 0);
}

std::int64_t create(Call& call, const schema::CreateServiceInstanceInput& in) {
  if (in.identifier.empty() || in.identifier.size() > kLongestIdentifier) {
    throw Error(code::kValidation, "`identifier` has 1 to {} characters.", kLongestIdentifier);
  }
  std::int64_t instance = 0;
  call.database->write([&](sql::Writer& writer) {
    expect_administrator(writer, call);
    const std::int64_t release = newest_release(writer, call, in.service);
    const sql::Rows hub =
        writer.query("select hub_id from client where id = $1 and hub_id is not null", {call.client});
    if (hub.empty()) throw Error(code::kValidation, std::string("The app that asks belongs to no hub."));
    const std::int64_t hub_id = hub.integer(0, 0);
    if (!writer
             .query("select 1 from service_instance where hub_id = $1 and instance_id = $2",
                    {hub_id, in.identifier})
             .empty()) {
      throw Error(code::kConflict, "The hub has an instance called '{}' already.", in.identifier);
    }
    instance = writer.insert(
        "insert into service_instance (hub_id, release_id, instance_id, name) values ($1, $2, $3, $3)"
        " returning id",
        {hub_id, release, in.identifier});
    set_lists(writer, call, instance, in);
  });
  return instance;
}

std::int64_t update(Call& call, const schema::UpdateServiceInstanceInput& in) {
  const std::int64_t instance = in.id.row("service instance");
  call.database->write([&](sql::Writer& writer) {
    expect_administrator(writer, call);
    const sql::Rows rows = writer.query(
        "select 1 from service_instance join hub on hub.id = service_instance.hub_id"
        " where service_instance.id = $1 and hub.organization_id = $2",
        {instance, call.organization});
    if (rows.empty()) throw Error(code::kNotFound, "No service instance with the id {}.", in.id.text);
    set_lists(writer, call, instance, in);
  });
  return instance;
}

// --- render ----------------------------------------------------------------

Origin origin_of(const Call& call, const std::optional<schema::LinkingRequestInput>& request) {
  if (!request) {
    const net::FetchUrl url = net::parse_fetch_url(call.origin);
    std::uint16_t port = 0;
    std::from_chars(url.port.data(), url.port.data() + url.port.size(), port);
    const bool is_v6 = url.host.find(':') != std::string::npos;
    return {url.tls, is_v6 ? "[" + url.host + "]" : url.host, port};
  }
  Origin origin{request->is_secure, request->host, 0};
  const char* end = request->port.data() + request->port.size();
  const auto [last, error] = std::from_chars(request->port.data(), end, origin.port);
  if (error != std::errc() || last != end || origin.port == 0 || origin.host.empty()) {
    throw Error(code::kValidation, std::string("`request` needs a host and a port of 1 to 65535."));
  }
  return origin;
}

std::vector<Requirement> requirements_of(const Json& manifest) {
  std::vector<Requirement> all;
  const Json& listed = manifest["requirements"];
  if (!listed.is_array()) return all;
  for (const Json& each : listed.items()) {
    const bool optional = each["optional"].is_bool() && each["optional"].as_bool();
    all.push_back({each["key"].as_string(), each["service"].as_string(), optional, ""});
  }
  return all;
}

std::vector<Requirement> requirements_of(const schema::ManifestInput& manifest) {
  std::vector<Requirement> all;
  for (const schema::RequirementInput& each : manifest.requirements) {
    all.push_back({each.key, each.service, each.optional, ""});
  }
  return all;
}

struct Rendered {
  std::int64_t user = 0;
  std::string hub_uid;
  std::optional<std::string> tls_certificate;
  Composition composition;
};

Rendered compose_for(sql::Reader& reader, const Call& call, const schema::RenderInput& in) {
  const sql::Rows client = reader.query(
      "select user_id, hub_id, manifest, statuses from client where id = $1 and organization_id = $2",
      {in.client.row("client"), call.organization});
  const auto user = client.empty() ? std::nullopt : sql::optional_integer(client, 0, 0);
  if (!user || (*user != call.user && !administers(reader, call.user, call.organization))) {
    throw Error(code::kNotFound, "No client with the id {} that you may render.", in.client.text);
  }
  const std::int64_t hub_id = in.hub ? in.hub->row("hub") : sql::optional_integer(client, 0, 1).value_or(0);
  const sql::Rows hub =
      reader.query("select uid, tls_certificate from hub where id = $1 and organization_id = $2",
                   {hub_id, call.organization});
  if (hub.empty()) throw Error(code::kNotFound, std::string("No hub with that id."));
  const std::vector<Requirement> requirements =
      in.manifest ? requirements_of(*in.manifest) : requirements_of(Json::parse(client.text(0, 2)));
  return {*user, std::string(hub.text(0, 0)), sql::optional_text(hub, 0, 1),
          compose(reader, hub_id, *user, requirements, declined_in(Json::parse(client.text(0, 3))))};
}

// What the client would be told if it logged in now, without tokens.
Json render(Call& call, const schema::RenderInput& in, const Configuration& configuration) {
  const Origin origin = origin_of(call, in.request);
  Rendered rendered;
  call.read([&](sql::Reader& reader) { rendered = compose_for(reader, call, in); });
  Json envelope = Json::object();
  add_envelope(envelope,
               {.deployment_name = configuration.deployment_name,
                .prefix = configuration.prefix,
                .user = std::to_string(rendered.user),
                .organization = std::to_string(call.organization),
                .hub = rendered.hub_uid,
                .tls_certificate = rendered.tls_certificate,
                .composition = rendered.composition},
               origin);
  return envelope;
}

}  // namespace

void add_instances(entity::Registry& registry, const Configuration& configuration) {
  namespace mutation = schema::mutation;
  registry.on(mutation::kCreateServiceInstance, create);
  registry.on(mutation::kUpdateServiceInstance, update);
  registry.on(mutation::kRender, [&configuration](Call& call, const schema::RenderInput& in) {
    return render(call, in, configuration);
  });
}

}  // namespace lok
