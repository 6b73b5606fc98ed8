// `<prefix>/metrics`: what a service counts, for Prometheus.
#pragma once

#include <string>

#include "base/metrics.h"
#include "net/http.h"
#include "net/server.h"
#include "net/worker_pool.h"
#include "sql/database.h"

namespace service {

/// Who is shown the page.
enum class MetricsFor {
  kThisMachine,  ///< requests from a loopback address that no proxy passed on
  kEverybody,
};

/// What the database counts of itself. It must outlive the registry.
void add_database_metrics(base::metrics::Registry& registry, const sql::Database& database);

/// The service's figures, then those of its process; 403 for whom it is not.
net::HttpResponse metrics_page(const net::HttpRequest& request, const base::metrics::Registry& registry,
                               MetricsFor readers);

/// Registry and workers must outlive the server.
void add_metrics_route(net::Router& router, const std::string& prefix, net::WorkerPool& workers,
                       const base::metrics::Registry& registry, MetricsFor readers);

}  // namespace service
