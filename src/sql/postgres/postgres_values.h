// Parameters and results in PostgreSQL's text format.
#pragma once

#include <libpq-fe.h>

#include <span>
#include <string>
#include <vector>

#include "sql/database.h"

namespace sql {

/// The parameters of one statement as libpq wants them. Views into the values,
/// which must outlive it.
class PostgresParameters {
 public:
  explicit PostgresParameters(std::span<const Value> values);
  PostgresParameters(const PostgresParameters&) = delete;
  PostgresParameters& operator=(const PostgresParameters&) = delete;

  int count() const { return static_cast<int>(texts_.size()); }
  const char* const* texts() const { return texts_.data(); }

 private:
  std::vector<std::string> spelled_;
  std::vector<const char*> texts_;  ///< null for null
};

/// The type a statement is prepared with for this value. Numbers have theirs, so
/// that arithmetic is 64 bits wide as on SQLite; text leaves it to the statement
/// (InvalidOid), so that it can be compared with any column.
Oid parameter_type(const Value& value);

/// Whether a statement prepared for `type` can take the value. Null fits all.
bool fits(const Value& value, Oid type);

Rows rows_of(const PGresult* result);
/// Rows changed; none for a select.
std::int64_t rows_changed(PGresult* result);

}  // namespace sql
