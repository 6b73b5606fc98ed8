// A Mikro on one database and a store in a folder of its own, asked through GraphQL by whoever one becomes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "entity/bind.h"
#include "graphql/execution/executor.h"
#include "graphql/transport/plan_cache.h"
#include "objects/embedded_store.h"
#include "service/auth.h"
#include "service/stores.h"
#include "services/mikro/feed.h"
#include "services/mikro/testing/parquet.h"
#include "sql/testing/databases.h"

namespace mikro_testing {

class Lab {
 public:
  explicit Lab(sql::Dialect dialect, service::StoreSettings settings = {});
  ~Lab();

  /// From now on asked by this user in this organization, which both come to be. Begins as `ada` of `lab`, an
  /// editor.
  void become(const std::string& sub, const std::string& organization = "lab",
              const std::vector<std::string>& roles = {"editor"});

  /// The whole response.
  base::Json ask(std::string_view document, const base::Json& variables = base::Json::object());
  /// The data; fails the test if there are errors.
  base::Json data(std::string_view document, const base::Json& variables = base::Json::object());
  /// `CODE message` of the first error; empty if there is none.
  std::string error(std::string_view document, const base::Json& variables = base::Json::object());

  /// A store that was granted, with its objects below the key (or at it, for the name ""); returns its id.
  /// `kind` is the root field's: `Zarr`, `Bigfile`.
  std::string upload(const std::string& kind,
                     const std::vector<std::pair<std::string, std::string>>& objects);
  /// A Zarr store whose array has this shape.
  std::string array(const std::vector<std::int64_t>& shape, const std::vector<std::string>& names = {});
  /// A Parquet store with these columns.
  std::string table(const std::vector<ParquetField>& fields);
  /// Whether anybody may still write there.
  bool is_sealed(std::string_view table, const std::string& store);

  /// Runs `second` while the transaction of `first` is open, which commits as soon as `second` has ended or
  /// waits for a lock. PostgreSQL only: elsewhere nothing is beside a transaction.
  void overlap(const std::function<void(sql::Writer&)>& first, const std::function<void()>& second);

  sql::Database& database() { return *database_; }
  objects::EmbeddedStore& objects() { return *objects_; }
  service::Stores& stores() { return *stores_; }
  mikro::Feed& feed() { return *feed_; }
  std::uint64_t round_trips() const { return database_->stats().round_trips; }

 private:
  std::string folder_;
  sql_testing::FreshDatabase fresh_;
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<objects::EmbeddedStore> objects_;
  std::unique_ptr<service::Stores> stores_;
  std::unique_ptr<mikro::Feed> feed_;
  std::unique_ptr<entity::Binding> binding_;
  std::unique_ptr<graphql::Executor> executor_;
  std::unique_ptr<graphql::PlanCache> plans_;
  std::shared_ptr<const service::Identity> who_;
};

}  // namespace mikro_testing
