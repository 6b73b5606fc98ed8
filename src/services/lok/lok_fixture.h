// A provisioned Lok for tests, on either database.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/error.h"
#include "base/json.h"
#include "entity/migrate.h"
#include "entity/model.h"
#include "graphql/schema/schema.h"
#include "services/lok/configuration.h"
#include "services/lok/login/signing.h"
#include "services/lok/login/token_endpoint.h"
#include "services/lok/provisioning/provisioning.h"
#include "services/lok/provisioning/secrets.h"
#include "services/lok/schema_documents.h"
#include "sql/testing/databases.h"

namespace lok {

inline constexpr const char* kTestConfiguration = R"(
deployment: {name: Lab}
django: {secret_key: server-secret}
users: [{username: ada, password: one, email: ada@lab.org}, {username: bob, password: two}]
organizations: [{identifier: lab, name: Lab, owner: ada}, {identifier: other, name: Other, owner: bob}]
memberships: [{user: bob, organization: lab, roles: [viewer, curator]}]
hubs:
  - identifier: main
    uid: hub-uid
    organization: lab
    instances:
      - {instance_id: mikro, service: live.arkitekt.mikro, roles: [{key: curator}],
         scopes: [{key: images}], aliases: [{id: here, path: mikro}, {id: fixed, host: lab.org, port: 80}]}
      - {instance_id: s3, service: live.arkitekt.s3, aliases: [{id: here, port: 8001}]}
  - {identifier: elsewhere, organization: other, instances: [{instance_id: fluss, service: live.arkitekt.fluss}]}
mandate_keys:
  - {name: first, key: key-one, user: ada, organization: lab, hub: main}
  - {name: second, key: key-two, user: bob, organization: lab, hub: main, any_app: true}
)";

inline Configuration read_configuration(const std::string& text) {
  return Configuration::read(base::Config::load(
      {.file = "lok.yaml", .text = text, .environment = {}, .flags = {}}, base::Config::Unknown::kRefuse));
}

/// One signing key for all tests: making one takes a good part of a second.
inline const jose::Key& test_signing_key() {
  static const jose::Key key = jose::Key::generate_rsa2048("lok-key-1");
  return key;
}

class LokTest : public testing::TestWithParam<sql::Dialect> {
 protected:
  LokTest() {
    const entity::Model model(graphql::Schema::from_sdl(schema_documents()));
    entity::migrate(*database_, model, "lok", 1);
    configuration_ = read_configuration(kTestConfiguration);
    provision(*database_, configuration_);
  }

  sql::Rows rows(const std::string& sql, std::vector<sql::Value> parameters = {}) {
    sql::Rows found;
    database_->read(sql::Database::Snapshot::kSingle,
                    [&](sql::Reader& reader) { found = reader.query(sql, parameters); });
    return found;
  }
  std::int64_t number(const std::string& sql) { return rows(sql).integer(0, 0); }
  void execute(const std::string& sql) {
    database_->write([&](sql::Writer& writer) { writer.execute(sql); });
  }

  net::HttpResponse post(const std::string& body) { return post(endpoint_, body); }
  static net::HttpResponse post(TokenEndpoint& endpoint, const std::string& body) {
    net::HttpRequest request;
    request.method = "POST";
    request.scheme = "http";
    request.host = "localhost";
    request.port = 8000;
    request.body = body;
    return endpoint.answer(request, "/lok");
  }
  net::HttpResponse log_in(const std::string& key, const std::string& manifest) {
    return log_in(endpoint_, key, manifest);
  }
  static net::HttpResponse log_in(TokenEndpoint& endpoint, const std::string& key,
                                  const std::string& manifest) {
    return post(endpoint,
                "grant_type=urn%3Afakts%3Agrant-type%3Amandate-key&requested_client_kind=development"
                "&requested_client_role=interface&request_auth_key=false&key=" +
                    net::percent_encode(key) + "&manifest=" + net::percent_encode(manifest));
  }
  /// The `error` of an answer, or `granted`.
  static std::string error_of(const net::HttpResponse& response) {
    const base::Json body = base::Json::parse(response.body);
    return response.status == 200 ? "granted" : body["error"].as_string();
  }

  sql_testing::FreshDatabase fresh_{GetParam()};
  std::unique_ptr<sql::Database> database_ = fresh_.open();
  Configuration configuration_;
  Signer signer_{test_signing_key()};
  TokenEndpoint endpoint_{*database_, configuration_, signer_, "server-secret"};
};

}  // namespace lok
