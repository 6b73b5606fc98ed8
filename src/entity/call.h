// One operation of one caller, as resolvers and decision code see it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "entity/model.h"
#include "entity/names.h"
#include "graphql/execution/resolver.h"
#include "sql/database.h"

namespace entity {

/// Builds one statement: text and parameters. Several pieces of code add to
/// the same statement, so parameters are bound where they are written.
class SqlText {
 public:
  explicit SqlText(sql::Dialect spoken) : dialect(spoken) {}
  /// Adds a parameter; returns its placeholder.
  std::string bind(sql::Value value) {
    parameters.push_back(std::move(value));
    return "$" + std::to_string(parameters.size());
  }
  /// `expression` is one of the ids. One id is compared and not looked up in a
  /// list, which both databases answer faster.
  std::string is_among(std::string_view expression, sql::Ids ids);
  const sql::Dialect dialect;
  std::vector<sql::Value> parameters;
};

/// Rows of one table as loaded for one place of a query. Lives as long as the
/// request.
struct RowSet {
  const Table* table = nullptr;
  sql::Rows rows;
  /// Column ordinal to position in `rows`, -1 where it was not asked for.
  std::vector<int> position;
  /// Positions of `@sql` fields.
  std::vector<std::pair<const graphql::FieldDef*, int>> expressions;

  int expression(const graphql::FieldDef& field) const;
  /// The row as an object of its concrete type.
  graphql::Object object(std::uint32_t row) const;
};

/// One row of a set. Columns that the computed field at work does not need are
/// not there: asking for one throws base::Error(kInternal).
class Row {
 public:
  Row(const RowSet& set, std::size_t row) : set_(&set), row_(row) {}
  explicit Row(const graphql::Object& object) : Row(*static_cast<const RowSet*>(object.data), object.row) {}

  std::int64_t id() const { return set_->rows.integer(row_, static_cast<std::size_t>(set_->position[0])); }
  bool is_null(ColumnName field) const { return set_->rows.is_null(row_, at(field)); }
  std::int64_t integer(ColumnName field) const { return set_->rows.integer(row_, at(field)); }
  std::string_view text(ColumnName field) const { return set_->rows.text(row_, at(field)); }

 private:
  std::size_t at(ColumnName field) const;
  const RowSet* set_;
  std::size_t row_;
};

/// Who calls and what they may see; derived from by the service room. Reads go
/// through `reader`, which is set while resolvers run.
class Call : public graphql::RequestContext {
 public:
  std::int64_t organization = 0;  ///< row ids in this service's database
  std::int64_t user = 0;
  std::int64_t client = 0;
  std::int64_t now = 0;  ///< microseconds UTC, the same for the whole operation
  std::size_t max_page = 100;
  std::size_t slice = 4096;  ///< rows of a root list that are held at once
  sql::Database* database = nullptr;
  sql::Reader* reader = nullptr;

  /// Reads in the snapshot that is open, or in one of its own: custom root
  /// fields do not have to know.
  void read(const std::function<void(sql::Reader&)>& body);

  /// Queues a read for the next flush; `result` gives its rows until the one
  /// after, and rethrows what it failed with.
  std::size_t enqueue(sql::Query query);
  sql::Rows& result(std::size_t ticket);
  void flush() override;

 private:
  std::vector<sql::Query> queued_;
  std::vector<sql::Reader::Result> results_;
};

}  // namespace entity
