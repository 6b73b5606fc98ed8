// A World with an object store, asked through GraphQL by whoever one becomes.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "entity/bind.h"
#include "graphql/execution/executor.h"
#include "graphql/transport/plan_cache.h"
#include "objects/temporary_store.h"
#include "service/call.h"
#include "services/rekuest/assets/asset.h"
#include "services/rekuest/assets/stored.h"
#include "services/rekuest/catalog_fields.h"
#include "services/rekuest/dependency_fields.h"
#include "services/rekuest/people.h"
#include "services/rekuest/settings.h"
#include "services/rekuest/testing/task_world.h"

namespace rekuest {

class AssetWorld : public testing::TestWithParam<sql::Dialect> {
 protected:
  AssetWorld() {
    stores_.refuse_writes_to_finished(kStoreKinds);
    become("client", "u-1");
  }

  void become(const std::string& client, const std::string& user, const std::string& organization = "lab",
              const std::vector<std::string>& roles = {}) {
    auto who =
        std::make_shared<service::Identity>(*world_.identity(client, user, organization, "app." + client));
    who->claims.roles = roles;
    who_ = who;
    world_.database().write([&](sql::Writer& writer) {
      writer.execute(
          "insert into membership (organization_id, user_id) values ($1, $2) on conflict do nothing",
          {who->rows.organization, who->rows.user});
    });
  }

  /// The whole response.
  base::Json ask(std::string_view document, const base::Json& variables = base::Json::object()) {
    auto call = std::make_shared<service::Call>();
    call->who = who_;
    call->organization = who_->rows.organization;
    call->user = who_->rows.user;
    call->client = who_->rows.client;
    call->now = base::now_micros();
    call->database = &world_.database();
    const graphql::Executor::Hooks hooks{.around =
                                             [&, call](const std::function<void()>& resolve) {
                                               world_.database().read(sql::Database::Snapshot::kConsistent,
                                                                      [&](sql::Reader& reader) {
                                                                        call->reader = &reader;
                                                                        resolve();
                                                                        call->reader = nullptr;
                                                                      });
                                             },
                                         .resume = [](const std::function<void()>& rest) { rest(); }};
    std::string answer;
    executor_.execute(plans_.get(std::string(document), ""), variables, call, hooks,
                      [&](graphql::Response response) { answer = std::move(response.json); });
    return base::Json::parse(answer);
  }
  /// The data; fails the test if there are errors.
  base::Json data(std::string_view document, const base::Json& variables = base::Json::object()) {
    base::Json answer = ask(document, variables);
    EXPECT_EQ(answer.find("errors"), nullptr) << answer.dump();
    return answer["data"];
  }
  /// The code of the first error; empty if there is none.
  std::string code_of(std::string_view document, const base::Json& variables = base::Json::object()) {
    const base::Json answer = ask(document, variables);
    return answer.find("errors") == nullptr
               ? ""
               : answer["errors"].items().front()["extensions"]["code"].as_string();
  }

  /// An upload that was granted.
  struct Granted {
    std::string store;
    std::string bucket;
    std::string key;
    base::Json json;
  };
  static Granted granted(const base::Json& json) {
    return {json["store"].as_string(), json["bucket"].as_string(), json["key"].as_string(), json};
  }

  rekuest_testing::TaskWorld world_{GetParam()};
  objects::TemporaryStore objects_;
  service::Stores stores_{world_.database(), objects_.store(), Settings{}.stores};
  std::shared_ptr<const service::Identity> who_;

 private:
  entity::Registry registry() {
    entity::Registry registry;
    add_catalog_fields(registry);
    add_catalog_filters(registry);
    add_catalog_queries(registry);
    add_dependency_fields(registry);
    add_people(registry);
    add_media(registry, stores_);
    add_assets(registry, stores_);
    return registry;
  }

  entity::Binding binding_{rekuest_testing::schema(), registry()};
  graphql::Executor executor_{
      std::shared_ptr<const graphql::Schema>(&binding_.model().schema(), [](const auto*) {}),
      binding_.resolvers()};
  graphql::PlanCache plans_{executor_};
};

}  // namespace rekuest
