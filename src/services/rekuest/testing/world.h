// A database with Rekuest's tables and somebody in it, for tests on both
// databases.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "graphql/schema/schema.h"
#include "services/rekuest/catalog.h"
#include "sql/testing/databases.h"

namespace rekuest_testing {

/// Of the service, read once per process.
std::shared_ptr<const graphql::Schema> schema();
const rekuest::Shapes& shapes();

class World {
 public:
  explicit World(sql::Dialect dialect);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  sql::Database& database() { return *database_; }

  /// Someone who may register: a client of a release of `app`. Rows are made
  /// on first use; the same names give the same ids.
  rekuest::Registrant registrant(const std::string& client_id = "client",
                                 const std::string& app = "live.example.app",
                                 const std::string& version = "1.0.0",
                                 const std::string& organization = "lab");

  /// `declaration` is JSON text.
  rekuest::Registration register_agent(const rekuest::Registrant& registrant, std::string_view declaration);

  /// One value of one row.
  std::int64_t number(std::string_view sql, std::vector<sql::Value> parameters = {});
  std::string text(std::string_view sql, std::vector<sql::Value> parameters = {});
  sql::Rows rows(std::string_view sql, std::vector<sql::Value> parameters = {});

 protected:
  /// The row with these values, made if there is none.
  std::int64_t row(const std::string& table, const std::string& columns, std::vector<sql::Value> values);

 private:
  const sql::Dialect dialect_;
  std::unique_ptr<sql_testing::FreshDatabase> place_;
  std::unique_ptr<sql::Database> database_;
  std::int64_t now_ = 1'700'000'000'000'000;
};

}  // namespace rekuest_testing
