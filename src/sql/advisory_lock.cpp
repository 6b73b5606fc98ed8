#include "sql/advisory_lock.h"

namespace sql {

void lock(Writer& writer, Alone work) {
  if (writer.dialect() != Dialect::kPostgres) return;
  writer.query("select pg_advisory_xact_lock($1)", {static_cast<std::int64_t>(work)});
}

}  // namespace sql
