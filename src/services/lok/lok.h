// Lok: who is who, which services there are, and who may use them. The one
// class the rest of the program makes.
//
//   lok::Lok lok(database, configuration, workers);
//   service::Service graph(foundation, lok.definition());
//   graph.migrate();            // tables
//   lok.provision();            // rows of the configuration
//   graph.add_routes(router, "/lok");
//   lok.add_routes(router, "/lok");
#pragma once

#include <memory>
#include <string>

#include "jose/key_set.h"
#include "net/server.h"
#include "net/worker_pool.h"
#include "objects/object_store.h"
#include "service/auth_rows.h"
#include "service/service.h"
#include "services/lok/administration/administration.h"
#include "services/lok/configuration.h"
#include "sql/database.h"

namespace lok {

/// Of the tables; schema.lock.*.sql.
inline constexpr int kSchemaVersion = 5;

/// Thread-safe once provisioned. Database, workers and object store must outlive it, and it
/// the server it is routed in.
class Lok {
 public:
  /// Without an object store, uploads and pictures are refused. The bucket of pictures has a name of Lok's
  /// own unless one is given.
  Lok(sql::Database& database, Configuration configuration, net::WorkerPool& workers,
      objects::ObjectStore* objects = nullptr, const std::string& media_bucket = "");
  ~Lok();
  Lok(const Lok&) = delete;
  Lok& operator=(const Lok&) = delete;

  /// The GraphQL half: schema, tables and resolvers. They refer to this.
  service::Definition definition() const;

  /// Brings the rows to the configuration and loads or makes the secrets. The
  /// tables must exist. Idempotent; call before any request is handled.
  void provision();

  /// Discovery, tokens, keys, reports and the pages for people below `prefix` (`/lok`), and what is
  /// at the gateway's root. After `provision`.
  void add_routes(net::Router& router, const std::string& prefix);

  /// What the command line does, while this lives. After `provision`.
  const Administration& administration() const;

  const Configuration& configuration() const;
  /// The keys that verify its tokens, handed over within one process. After
  /// `provision`.
  jose::KeySet keys() const;
  /// Callers of Lok's own GraphQL.
  service::IdentityDirectory& identities();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lok
