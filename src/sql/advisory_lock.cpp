#include "sql/advisory_lock.h"

#include <utility>

namespace sql {

void lock(Writer& writer, Alone work) {
  if (writer.dialect() != Dialect::kPostgres) return;
  writer.query("select pg_advisory_xact_lock($1)", {static_cast<std::int64_t>(work)});
}

Query lock_statement(std::string text) {
  return {"select pg_advisory_xact_lock(hashtextextended($1, 0))", {std::move(text)}};
}

}  // namespace sql
