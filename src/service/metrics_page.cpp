#include "service/metrics_page.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace service {
namespace {

bool is_loopback(std::string_view address) {
  return address == "::1" || address.starts_with("127.") || address.starts_with("::ffff:127.");
}

// A proxy on this machine has a loopback address, the reader behind it has not.
bool was_passed_on(const net::HttpRequest& request) {
  constexpr std::array<std::string_view, 5> kByProxies{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host",
                                                       "X-Real-IP", "Via"};
  return std::any_of(kByProxies.begin(), kByProxies.end(),
                     [&](std::string_view name) { return request.headers.get(name).has_value(); });
}

}  // namespace

void add_database_metrics(base::metrics::Registry& registry, const sql::Database& database) {
  const auto count = [&](const char* name, const char* help, std::uint64_t sql::Stats::* figure) {
    registry.counter(name, help, {},
                     [&database, figure] { return static_cast<double>(database.stats().*figure); });
  };
  count("arkitektd_database_reads_total", "Reads, each of one snapshot.", &sql::Stats::reads);
  count("arkitektd_database_writes_total", "Pieces of work written.", &sql::Stats::writes);
  count("arkitektd_database_commits_total", "Durable commits; what waits together shares one.",
        &sql::Stats::commits);
  count("arkitektd_database_statements_total", "Statements.", &sql::Stats::statements);
  count("arkitektd_database_round_trips_total", "Questions to the database, of any number of statements.",
        &sql::Stats::round_trips);
  registry.gauge("arkitektd_database_group_size", "Pieces of work per commit, since the start.", {},
                 [&database] {
                   const sql::Stats stats = database.stats();
                   return static_cast<double>(stats.writes) /
                          static_cast<double>(std::max<std::uint64_t>(stats.commits, 1));
                 });
}

net::HttpResponse metrics_page(const net::HttpRequest& request, const base::metrics::Registry& registry,
                               MetricsFor readers) {
  if (readers == MetricsFor::kThisMachine && (!is_loopback(request.peer) || was_passed_on(request))) {
    return net::HttpResponse::text(
        403, "Metrics are shown to this machine only. To show them to everybody, set metrics.open: true.\n");
  }
  net::HttpResponse response =
      net::HttpResponse::text(200, registry.render() + base::metrics::process().render());
  response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.headers.set("Cache-Control", "no-store");
  return response;
}

void add_metrics_route(net::Router& router, const std::string& prefix, net::WorkerPool& workers,
                       const base::metrics::Registry& registry, MetricsFor readers) {
  router.http("GET", prefix + "/metrics",
              [&workers, &registry, readers](net::HttpRequest request, net::Respond respond) {
                const bool queued = workers.post([&registry, readers, request = std::move(request), respond] {
                  respond(metrics_page(request, registry, readers));
                });
                if (!queued) respond(net::HttpResponse::text(503, "busy\n"));
              });
}

}  // namespace service
