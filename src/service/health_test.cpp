#include "service/health.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "service/auth_testing.h"

namespace service {
namespace {

/// A database that answers or does not.
class Stand : public sql::Database {
 public:
  sql::Dialect dialect() const override { return sql::Dialect::kSqlite; }
  void read(Snapshot, const std::function<void(sql::Reader&)>&) override {
    if (gone) throw base::Error(base::code::kUnavailable, "gone");
  }
  void write(sql::WriteBody) override {}
  void write_async(sql::WriteBody, sql::WriteDone) override {}
  void execute_script(std::string_view) override {}
  sql::Stats stats() const override { return {}; }
  bool gone = false;
};

net::HttpRequest probe(std::string query) {
  net::HttpRequest request;
  request.method = "GET";
  request.path = "/ht";
  request.query = std::move(query);
  return request;
}

TEST(Health, AnswersOkWithoutAKey) {
  Stand database;
  const net::HttpResponse response = Health(database).ready(probe("nonce=AAAA"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"status":"ok"})");
  EXPECT_EQ(response.headers.get("content-type"), "application/json");
}

TEST(Health, SignsTheContractsChallenge) {
  Stand database;
  const Health health(database, service_testing::issuer_key());
  const net::HttpResponse response = health.ready(probe("nonce=" + std::string(32, 'A')));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(base::Json::parse(response.body)["signature"].as_string(),
            "sxno3bV7Saum/tzIZfZZnvGuD3aldnYokigMME2t5ONOoZCrE91Oqzj8Ase1r4fRnQ/JhHC3ymY0gJ2+99sjBQ==");
  EXPECT_EQ(health.ready(probe("")).body, R"({"status":"ok"})");
}

TEST(Health, SignsNothingThatIsNoNonce) {
  Stand database;
  const Health health(database, service_testing::issuer_key());
  for (const std::string& nonce : {std::string("a%20b"), std::string("a%0Ab"), std::string(129, 'A')}) {
    EXPECT_EQ(health.ready(probe("nonce=" + nonce)).status, 400) << nonce;
  }
}

TEST(Health, SaysWhenTheDatabaseIsGone) {
  Stand database;
  database.gone = true;
  const Health health(database, service_testing::issuer_key());
  EXPECT_EQ(health.ready(probe("")).status, 503);
  EXPECT_EQ(health.ready(probe("nonce=AAAA")).status, 503);
  EXPECT_EQ(Health::live().status, 200);
}

}  // namespace
}  // namespace service
