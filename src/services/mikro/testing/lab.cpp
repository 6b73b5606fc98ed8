#include "services/mikro/testing/lab.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <thread>

#include "base/clock.h"
#include "base/random.h"
#include "entity/migrate.h"
#include "objects/s3_error.h"
#include "service/auth_rows.h"
#include "service/call.h"
#include "service/store_tables.h"
#include "service/stores.h"
#include "services/mikro/registry.h"
#include "services/mikro/schema_documents.h"
#include "services/mikro/stores/store.h"

namespace mikro_testing {

using base::Json;

Lab::Lab(sql::Dialect dialect, service::StoreSettings settings)
    : folder_(std::filesystem::temp_directory_path() / ("arkitektd-lab-" + base::random_token(9))),
      fresh_(dialect),
      database_(fresh_.open()) {
  objects_ = std::make_unique<objects::EmbeddedStore>(folder_, objects::GrantKey(std::string(32, 'k')));
  stores_ = std::make_unique<service::Stores>(*database_, *objects_, std::move(settings));
  stores_->refuse_writes_to_finished(mikro::store_kinds());
  feed_ = std::make_unique<mikro::Feed>(*database_);
  binding_ = std::make_unique<entity::Binding>(graphql::Schema::from_sdl(mikro::schema_documents()),
                                               mikro::make_registry(*stores_, *feed_));
  stores_->know(std::make_shared<const service::StoreTables>(binding_->model(), mikro::store_kinds()));
  entity::migrate(*database_, binding_->model(), "mikro", 1);
  executor_ = std::make_unique<graphql::Executor>(
      std::shared_ptr<const graphql::Schema>(&binding_->model().schema(), [](const auto*) {}),
      binding_->resolvers());
  plans_ = std::make_unique<graphql::PlanCache>(*executor_);
  become("ada");
}

Lab::~Lab() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Lab::become(const std::string& sub, const std::string& organization,
                 const std::vector<std::string>& roles) {
  auto who = std::make_shared<service::Identity>();
  who->claims.iss = "http://lab/lok";
  who->claims.sub = sub;
  who->claims.client_id = "app-of-" + sub;
  who->claims.org = organization;
  who->claims.roles = roles;
  who->claims.preferred_username = sub;
  who->claims.client_app = "analysis";
  who->claims.client_release = "1.0";
  who->rows = service::MirroredIdentities(*database_).expand(who->claims);
  who_ = who;
}

Json Lab::ask(std::string_view document, const Json& variables) {
  auto call = std::make_shared<service::Call>();
  call->who = who_;
  call->organization = who_->rows.organization;
  call->user = who_->rows.user;
  call->client = who_->rows.client;
  call->now = base::now_micros();
  call->database = database_.get();
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
  executor_->execute(plans_->get(std::string(document), ""), variables, call, hooks,
                     [&](graphql::Response response) { answer = std::move(response.json); });
  return Json::parse(answer);
}

Json Lab::data(std::string_view document, const Json& variables) {
  Json answer = ask(document, variables);
  EXPECT_EQ(answer.find("errors"), nullptr) << answer.dump();
  return answer["data"];
}

std::string Lab::error(std::string_view document, const Json& variables) {
  const Json answer = ask(document, variables);
  if (answer.find("errors") == nullptr) return "";
  const Json& first = answer["errors"].items().front();
  return first["extensions"]["code"].as_string() + " " + first["message"].as_string();
}

std::string Lab::upload(const std::string& kind,
                        const std::vector<std::pair<std::string, std::string>>& objects) {
  const bool has_name = kind == "Media" || kind == "Bigfile" || kind == "Kulisse";
  const bool is_bare = kind == "Sparse" || kind == "Fabriks" || kind == "Konnektion";
  const std::string input = is_bare    ? ""
                            : has_name ? R"((input: {originalFileName: "a.bin"}))"
                                       : "(input: {})";
  const Json grant =
      data(fmt::format("mutation {{ grant: request{}Upload{} {{ store bucket key }} }}", kind, input));
  const std::string key = grant["grant"]["key"].as_string();
  for (const auto& [name, bytes] : objects) {
    auto incoming = objects_->files().begin();
    incoming->write(bytes);
    objects_->files().commit(std::move(incoming), grant["grant"]["bucket"].as_string(),
                             name.empty() ? key : key + "/" + name, {}, {});
  }
  return grant["grant"]["store"].as_string();
}

std::string Lab::array(const std::vector<std::int64_t>& shape, const std::vector<std::string>& names) {
  Json extents = Json::array();
  Json dimension_names;
  for (const std::int64_t extent : shape) extents.push_back(extent);
  for (const std::string& name : names) dimension_names.push_back(name);
  const Json document = Json::object(
      {{"shape", extents},
       {"data_type", "uint16"},
       {"chunk_grid",
        Json::object({{"name", "regular"}, {"configuration", Json::object({{"chunk_shape", extents}})}})},
       {"chunk_key_encoding",
        Json::object({{"name", "default"}, {"configuration", Json::object({{"separator", "/"}})}})},
       {"fill_value", 0},
       {"codecs", Json::array({Json::object(
                      {{"name", "bytes"}, {"configuration", Json::object({{"endian", "little"}})}})})},
       {"attributes", Json::object()},
       {"dimension_names", dimension_names},
       {"zarr_format", 3},
       {"node_type", "array"},
       {"storage_transformers", Json::array()}});
  return upload("Zarr", {{"zarr.json", document.dump()}, {"c/0", "pixels"}});
}

std::string Lab::table(const std::vector<ParquetField>& fields) {
  return upload("Parquet", {{"", parquet_file(fields)}});
}

bool Lab::is_sealed(std::string_view table, const std::string& store) {
  sql::Rows row;
  database_->read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
    row = reader.query(fmt::format("select bucket, key from {} where id = $1", table), {std::stoll(store)});
  });
  try {
    auto incoming = objects_->files().begin();
    incoming->write("more");
    objects_->commit(std::move(incoming), row.text(0, 0), std::string(row.text(0, 1)) + "/written-later", {},
                     {});
  } catch (const objects::S3Error& error) {
    // What is one object has nothing below it, which is only looked at where one may write.
    if (error.code() == "ParentIsObject") return false;
    EXPECT_EQ(error.code(), "AccessDenied");
    return true;
  }
  return false;
}

void Lab::overlap(const std::function<void(sql::Writer&)>& first, const std::function<void()>& second) {
  std::promise<void> is_open;
  std::promise<void> may_commit;
  std::atomic<bool> has_ended = false;
  // As another process has it, with connections of its own.
  const std::unique_ptr<sql::Database> elsewhere = fresh_.open();
  const std::unique_ptr<sql::Database> watching = fresh_.open();
  std::thread one([&] {
    elsewhere->write([&](sql::Writer& writer) {
      first(writer);
      is_open.set_value();
      may_commit.get_future().wait();
    });
  });
  is_open.get_future().wait();
  std::thread other([&] {
    second();
    has_ended = true;
  });
  bool waits = false;
  while (!has_ended && !waits) {
    watching->read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
      waits = !reader
                   .query(
                       "select 1 from pg_stat_activity where datname = current_database()"
                       " and wait_event_type = 'Lock'")
                   .empty();
    });
  }
  may_commit.set_value();
  one.join();
  other.join();
}

}  // namespace mikro_testing
