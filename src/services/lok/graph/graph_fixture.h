// A provisioned Lok asked through GraphQL, by whoever one becomes.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "entity/bind.h"
#include "graphql/execution/executor.h"
#include "graphql/transport/plan_cache.h"
#include "objects/temporary_store.h"
#include "service/auth_verifier.h"
#include "service/call.h"
#include "services/lok/administration/administration.h"
#include "services/lok/graph/graph.h"
#include "services/lok/identities.h"
#include "services/lok/lok_fixture.h"
#include "services/lok/media/picture.h"

namespace lok {

using base::Json;

class Graph : public LokTest {
 protected:
  Graph() { stores_.refuse_writes_to_finished(kStoreKinds); }

  static constexpr const char* kManifest =
      R"({"identifier":"my-app","version":"1","scopes":["openid"],)"
      R"("public_sources":[{"kind":"github","url":"https://host/repo"}])";

  /// Logs in and becomes that caller.
  void become(const std::string& key, const std::string& device) {
    become_app(key, std::string(kManifest) + R"(,"device_id":")" + device + "\"}");
  }
  /// The same with a manifest of one's own.
  void become_app(const std::string& key, const std::string& manifest) {
    const net::HttpResponse response = log_in(key, manifest);
    ASSERT_EQ(response.status, 200) << response.body;
    const std::string token = Json::parse(response.body)["access_token"].as_string();
    service::AuthentikateConfig config;
    config.audience = "lok";
    config.issuers.push_back({.iss = "lok", .keys = signer_.keys()});
    auto who = std::make_shared<service::Identity>();
    who->claims = service::TokenVerifier(std::move(config)).verify(token);
    who->rows = Identities(*database_).expand(who->claims);
    who_ = who;
  }

  /// Becomes any member of any organization, with a key made for that.
  void become_member(const std::string& user, const std::string& organization) {
    const Json issued = administration_.run(
        "mandate add", Json::object({{"user", user}, {"organization", organization}, {"any_app", true}}));
    become(issued["key"].as_string(), "device-of-" + user);
  }

  /// The text of `path` in the answer's data: `me.username`.
  std::string value(const std::string& document, const std::vector<std::string>& path) {
    const Json answer = ask(document);
    const Json* at = &answer["data"];
    for (const std::string& step : path) at = &(*at)[step];
    if (answer.find("errors") != nullptr) return answer["errors"].items()[0]["message"].as_string();
    return at->is_string() ? at->as_string() : at->dump();
  }

  Json ask(const std::string& document, const Json& variables = Json::object()) {
    auto call = std::make_shared<service::Call>();
    call->who = who_;
    call->organization = who_->rows.organization;
    call->user = who_->rows.user;
    call->client = who_->rows.client;
    call->now = base::now_micros();
    call->database = database_.get();
    call->origin = "http://lab.org:8000";
    const graphql::Executor::Hooks hooks{.around =
                                             [&, call](const std::function<void()>& resolve) {
                                               database_->read(sql::Database::Snapshot::kConsistent,
                                                               [&](sql::Reader& reader) {
                                                                 call->reader = &reader;
                                                                 resolve();
                                                                 call->reader = nullptr;
                                                               });
                                             },
                                         .resume = [](const std::function<void()>& rest) { rest(); }};
    std::string answer;
    executor_.execute(plans_.get(document, ""), variables, call, hooks,
                      [&](graphql::Response response) { answer = std::move(response.json); });
    return Json::parse(answer);
  }
  std::string error_code(const std::string& document) {
    const Json answer = ask(document);
    return answer["errors"].is_null() ? answer.dump()
                                      : answer["errors"].items()[0]["extensions"]["code"].as_string();
  }

  std::shared_ptr<const service::Identity> who_;
  Communications communications_{*database_};
  objects::TemporaryStore objects_;
  service::Stores stores_{*database_, objects_.store(), media_settings()};
  Administration administration_{*database_, configuration_, [] { return std::string("server-secret"); }};
  entity::Binding binding_{graphql::Schema::from_sdl(schema_documents()),
                           graph_registry({configuration_, communications_, stores_,
                                           [] { return std::string("server-secret"); }})};
  graphql::Executor executor_{
      std::shared_ptr<const graphql::Schema>(&binding_.model().schema(), [](const auto*) {}),
      binding_.resolvers()};
  graphql::PlanCache plans_{executor_};
};

}  // namespace lok
