// Mikro: facts about microscopy data, and the keys to its bytes, which never pass through here. The one class
// the rest of the program makes.
#pragma once

#include <memory>

#include "net/server.h"
#include "objects/object_store.h"
#include "service/service.h"
#include "service/store_sweeper.h"
#include "services/mikro/feed.h"
#include "services/mikro/settings.h"

namespace mikro {

/// Of the tables; schema.lock.*.sql.
inline constexpr int kSchemaVersion = 1;

/// Thread-safe. What the foundation refers to and the object store must outlive it, and it the server it is
/// routed in.
class Mikro {
 public:
  Mikro(service::Foundation foundation, objects::ObjectStore& objects, Settings settings = {});
  ~Mikro();
  Mikro(const Mikro&) = delete;
  Mikro& operator=(const Mikro&) = delete;

  /// Tables; then what an earlier process left half finished. From then on, bytes that nobody needs go.
  void start();
  /// `graphql`, `schema` and `ht` below the prefix.
  void add_routes(net::Router& router, const std::string& prefix);

  service::Service& graph() { return *graph_; }

 private:
  sql::Database& database_;
  service::Stores stores_;
  Feed feed_;
  service::StoreSweeper sweeper_;
  std::unique_ptr<service::Service> graph_;
};

}  // namespace mikro
