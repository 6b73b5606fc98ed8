// The pages people see, by their addresses: what all of them have in common
// happens here, so that no page can forget it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "net/http.h"
#include "net/server.h"
#include "net/worker_pool.h"
#include "services/lok/configuration.h"
#include "services/lok/pages/page_request.h"
#include "services/lok/pages/visits.h"

namespace lok {

/// Pages are added first, then it is routed. What it is made from must outlive
/// it, and it the server.
class PageRouter {
 public:
  /// Answers with a page. May throw: base::Error(kValidation) is told to the
  /// person, all else is logged.
  using Page = std::function<net::HttpResponse(PageRequest&)>;
  /// Pages that hash passwords run in a pool of few threads: each hash takes 64
  /// MiB for a tenth of a second.
  enum class Cost { kUsual, kPassword };

  /// `prefix` is `/lok`.
  PageRouter(const Configuration& configuration, const Visits& visits, std::string prefix);

  /// `path` is below the prefix; it is answered with and without trailing slash.
  void add(const std::string& method, const std::string& path, Page page, Cost cost = Cost::kUsual);

  /// All pages and their stylesheet. Never with CORS: they have cookies. The
  /// pools must end before this does.
  void add_routes(net::Router& router, net::WorkerPool& workers, net::WorkerPool& passwords);

  /// Answers a request for one of the pages. Blocks (database, password
  /// hashes). Never throws. Thread-safe.
  net::HttpResponse answer(const net::HttpRequest& request) const;

  /// The page that a GET of the target shows, for this request.
  net::HttpResponse show(PageRequest& request, const ReturnTarget& target) const;

 private:
  struct Entry {
    Page page;
    Cost cost;
  };
  net::HttpResponse dispatch(PageRequest& request) const;

  const Configuration& configuration_;
  const Visits& visits_;
  const std::string prefix_;
  std::map<std::pair<std::string, std::string>, Entry> pages_;  ///< by method and path
};

}  // namespace lok
