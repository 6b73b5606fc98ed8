#include "services/mikro/mikro.h"

#include <utility>

#include "base/clock.h"
#include "service/store_tables.h"
#include "services/mikro/annotations/batch.h"
#include "services/mikro/description.h"
#include "services/mikro/registry.h"
#include "services/mikro/schema_documents.h"
#include "services/mikro/stores/store.h"

namespace mikro {
namespace {

constexpr std::int64_t kHour = 3'600'000'000;

}  // namespace

Mikro::Mikro(service::Foundation foundation, objects::ObjectStore& objects, Settings settings)
    : database_(foundation.database),
      stores_(foundation.database, objects, std::move(settings.stores)),
      feed_(foundation.database),
      sweeper_(stores_) {
  service::Definition definition;
  definition.name = description().name;
  definition.schema_version = kSchemaVersion;
  definition.documents = schema_documents();
  definition.registry = make_registry(stores_, feed_);
  graph_ = std::make_unique<service::Service>(foundation, std::move(definition));
  stores_.know(std::make_shared<const service::StoreTables>(graph_->binding().model(), store_kinds()));
  sweeper_.count(graph_->metrics());
}

Mikro::~Mikro() = default;

void Mikro::start() {
  graph_->migrate();
  stores_.refuse_writes_to_finished(store_kinds());
  // In a database of this process alone nobody else can be writing; elsewhere an hour is long enough.
  const bool is_alone = database_.dialect() == sql::Dialect::kSqlite;
  remove_lost_batches(database_, base::now_micros() - (is_alone ? 0 : kHour));
  feed_.listen();
  sweeper_.start();
}

void Mikro::add_routes(net::Router& router, const std::string& prefix) { graph_->add_routes(router, prefix); }

}  // namespace mikro
