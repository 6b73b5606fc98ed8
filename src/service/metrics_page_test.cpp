#include "service/metrics_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sql/testing/databases.h"

namespace service {
namespace {

using testing::HasSubstr;

net::HttpRequest from(std::string peer) {
  net::HttpRequest request;
  request.peer = std::move(peer);
  return request;
}

int status_for(const net::HttpRequest& request, MetricsFor readers = MetricsFor::kThisMachine) {
  const base::metrics::Registry registry;
  return metrics_page(request, registry, readers).status;
}

TEST(MetricsPage, IsForThisMachine) {
  EXPECT_EQ(status_for(from("127.0.0.1")), 200);
  EXPECT_EQ(status_for(from("::1")), 200);
  EXPECT_EQ(status_for(from("::ffff:127.0.0.1")), 200);
  for (const char* stranger : {"10.0.0.7", "::ffff:10.0.0.7", "fe80::1", "1270.0.0.1", "", "::10"}) {
    EXPECT_EQ(status_for(from(stranger)), 403) << stranger;
    EXPECT_EQ(status_for(from(stranger), MetricsFor::kEverybody), 200) << stranger;
  }
}

TEST(MetricsPage, IsNotForThoseBehindAProxyOfThisMachine) {
  for (const char* header : {"X-Forwarded-For", "x-forwarded-host", "Forwarded", "X-Real-IP", "Via"}) {
    net::HttpRequest request = from("127.0.0.1");
    request.headers.set(header, "127.0.0.1");
    EXPECT_EQ(status_for(request), 403) << header;
    EXPECT_EQ(status_for(request, MetricsFor::kEverybody), 200) << header;
  }
}

TEST(MetricsPage, ShowsTheServiceAndItsProcess) {
  base::metrics::Registry registry(base::metrics::Labels{{"service", "lok"}});
  registry.counter("x_total", "X.").add(3);
  const net::HttpResponse response = metrics_page(from("::1"), registry, MetricsFor::kThisMachine);
  EXPECT_THAT(response.body, HasSubstr("\nx_total{service=\"lok\"} 3\n"));
  EXPECT_THAT(response.body, HasSubstr("\nprocess_open_fds "));
  EXPECT_EQ(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
}

TEST(MetricsPage, CountsWhatTheDatabaseDid) {
  const sql_testing::FreshDatabase fresh(sql::Dialect::kSqlite);
  const auto database = fresh.open();
  base::metrics::Registry registry;
  add_database_metrics(registry, *database);
  database->write([](sql::Writer& writer) { writer.execute("create table t (x integer)"); });
  {
    sql_testing::HeldWriter held(*database);
    for (int i = 0; i < 4; ++i) database->write_async([](sql::Writer&) {}, [](std::exception_ptr) {});
  }
  database->write([](sql::Writer&) {});
  const sql::Stats stats = database->stats();
  const std::string page = registry.render();
  EXPECT_THAT(page, HasSubstr("\narkitektd_database_writes_total " + std::to_string(stats.writes) + "\n"));
  EXPECT_THAT(page, HasSubstr("\narkitektd_database_commits_total " + std::to_string(stats.commits) + "\n"));
  EXPECT_GE(stats.writes, 6U);
}

}  // namespace
}  // namespace service
