// Counts and sums over the rows of an entity that a filter leaves: a type
// marked `@stats`, whose fields are one statement each, all of a level in one
// round trip.
#include <fmt/format.h>

#include <array>

#include "base/error.h"
#include "base/text.h"
#include "entity/fields.h"
#include "sql/expressions.h"

namespace entity {
namespace {

using base::Json;
using graphql::Batch;
using graphql::Cell;

/// The parent of the fields: what the root field was asked with.
class StatsRoot : public EntityResolver {
 public:
  void needs(LoadSpec&) const override {}
  void finish(Batch& batch) const override {
    auto& call = static_cast<Call&>(batch.context);
    batch.out.set(0, graphql::json_cell(call.keep(Json::object({{"filters", batch.arguments["filters"]}})),
                                        *batch.field.type, batch.out));
  }
};

/// What a value of an enum of fields names; `PK` is the id.
const Column* column_named(const Table& table, std::string_view value) {
  const std::string name = base::fold_case(value);
  return table.column(name == "pk" ? "id" : name);
}

constexpr std::string_view kMicros = "1000000.0";

/// A column as a number: times as seconds since 1970.
std::string number_of(const Column& column) {
  const std::string text = fmt::format("t.{}", quoted(column.name));
  return column.storage == Storage::kTime ? fmt::format("({} / {})", text, kMicros) : text;
}

constexpr std::array<std::string_view, 4> kAggregates{"max", "min", "avg", "sum"};

/// `max`, `min`, `avg` and `sum` in this order, as doubles in both databases.
std::string aggregates_of(const Column& column) {
  std::string text;
  for (const std::string_view name : kAggregates) {
    text += fmt::format(", cast({}({}) as double precision)", name, number_of(column));
  }
  return text;
}

/// The beginning of the hour, day, week (Monday), month, quarter or year, UTC, in microseconds.
std::string beginning(const Column& column, std::string_view by, sql::Dialect dialect) {
  const std::string micros = fmt::format("t.{}", quoted(column.name));
  constexpr std::int64_t kHour = 3'600'000'000;
  constexpr std::int64_t kDay = 24 * kHour;
  if (by == "HOUR") return fmt::format("({0} / {1} * {1})", micros, kHour);
  if (by == "DAY") return fmt::format("({0} / {1} * {1})", micros, kDay);
  // 1970 began on a Thursday.
  if (by == "WEEK") return fmt::format("((({0} / {1} + 3) / 7 * 7 - 3) * {1})", micros, kDay);
  if (dialect == sql::Dialect::kPostgres) {
    return fmt::format(
        "(extract(epoch from date_trunc('{}', to_timestamp({} / 1000000) at time zone 'UTC'))::bigint"
        " * 1000000)",
        base::fold_case(by), micros);
  }
  const std::string seconds = fmt::format("{} / 1000000, 'unixepoch'", micros);
  std::string from = by == "YEAR" ? "'start of year'" : "'start of month'";
  if (by == "QUARTER") {
    from += fmt::format(", '-' || ((strftime('%m', {}) - 1) % 3) || ' months'", seconds);
  }
  return fmt::format("(strftime('%s', {}, {}) * 1000000)", seconds, from);
}

class StatsField : public EntityResolver {
 public:
  StatsField(const Table& table, const Filter* filter) : table_(table), filter_(filter) {}
  void needs(LoadSpec&) const override {}
  bool reads() const override { return true; }

  void start(Batch& batch) const override {
    auto& call = static_cast<Call&>(batch.context);
    SqlText sql(call.database->dialect());
    const std::string scope = scope_condition(table_, sql, "t", call);
    const Json& filters = batch.parents[0].json()["filters"];
    if (filter_ != nullptr) filter_->check(call, filters, batch.field);
    const std::string wanted = filter_ == nullptr ? "" : filter_->where(sql, "t", filters, call);
    std::string rows =
        fmt::format(" from {} t where {}", quoted(table_.name), scope.empty() ? "1 = 1" : scope);
    if (!wanted.empty()) rows += " and " + wanted;
    std::string text = statement(batch, rows, sql.dialect);
    batch.state = std::make_shared<std::size_t>(call.enqueue({std::move(text), std::move(sql.parameters)}));
  }

  void finish(Batch& batch) const override {
    auto& call = static_cast<Call&>(batch.context);
    answer(batch, call.result(*static_cast<std::size_t*>(batch.state.get())));
  }

 protected:
  virtual std::string statement(const Batch& batch, const std::string& rows, sql::Dialect dialect) const = 0;
  virtual void answer(Batch& batch, const sql::Rows& rows) const = 0;

  const Column& column(const Batch& batch, std::string_view argument) const {
    return *column_named(table_, batch.arguments[argument].as_string());
  }

 private:
  const Table& table_;
  const Filter* filter_;
};

class Count : public StatsField {
 public:
  using StatsField::StatsField;

 private:
  std::string statement(const Batch& batch, const std::string& rows, sql::Dialect) const override {
    if (batch.field.arguments.empty()) return "select count(*)" + rows;
    return fmt::format("select count(distinct t.{}){}", quoted(column(batch, "field").name), rows);
  }
  void answer(Batch& batch, const sql::Rows& rows) const override {
    batch.out.set(0, Cell::of(rows.integer(0, 0)));
  }
};

class Aggregate : public StatsField {
 public:
  using StatsField::StatsField;

 private:
  std::string statement(const Batch& batch, const std::string& rows, sql::Dialect) const override {
    return fmt::format("select cast({}({}) as double precision){}", batch.field.name,
                       number_of(column(batch, "field")), rows);
  }
  void answer(Batch& batch, const sql::Rows& rows) const override {
    if (!rows.is_null(0, 0)) batch.out.set(0, Cell::of(rows.real(0, 0)));
  }
};

class Series : public StatsField {
 public:
  using StatsField::StatsField;

 private:
  std::string statement(const Batch& batch, const std::string& rows, sql::Dialect dialect) const override {
    const Column& measured = column(batch, "field");
    const Column& time = column(batch, "timestampField");
    return fmt::format(
        "select {}, count(*), count(distinct t.{}){}{} and t.{} is not null group by 1 order by 1",
        beginning(time, batch.arguments["by"].as_string(), dialect), quoted(measured.name),
        aggregates_of(measured), rows, quoted(time.name));
  }
  void answer(Batch& batch, const sql::Rows& rows) const override {
    Json buckets = Json::array();
    for (std::size_t row = 0; row < rows.size(); ++row) {
      Json bucket = Json::object({{"ts", rows.integer(row, 0)},
                                  {"count", rows.integer(row, 1)},
                                  {"distinct_count", rows.integer(row, 2)}});
      for (std::size_t i = 0; i < kAggregates.size(); ++i) {
        bucket.set(kAggregates[i], rows.is_null(row, 3 + i) ? Json() : Json(rows.real(row, 3 + i)));
      }
      buckets.push_back(std::move(bucket));
    }
    auto& call = static_cast<Call&>(batch.context);
    batch.out.set(0, graphql::json_cell(call.keep(std::move(buckets)), *batch.field.type, batch.out));
  }
};

// The values of the arguments' enums are the names of columns.
void check_columns(const graphql::FieldDef& field, const Table& table, std::vector<std::string>& problems) {
  for (const graphql::InputValue& argument : field.arguments) {
    if (argument.name == "by") continue;
    for (const graphql::EnumValue& value : argument.type->named->values) {
      if (column_named(table, value.name) != nullptr) continue;
      problems.push_back(
          fmt::format("{}.{}: {} is no column of {}", field.owner->name, field.name, value.name, table.name));
    }
  }
}

}  // namespace

std::shared_ptr<EntityResolver> stats_root() { return std::make_shared<StatsRoot>(); }

std::shared_ptr<EntityResolver> stats_field(const graphql::FieldDef& field, const Table& table,
                                            const Filter* filter, std::vector<std::string>& problems) {
  check_columns(field, table, problems);
  if (field.name == "count" || field.name == "distinctCount") return std::make_shared<Count>(table, filter);
  if (field.name == "series") return std::make_shared<Series>(table, filter);
  for (const std::string_view name : kAggregates) {
    if (field.name == name) return std::make_shared<Aggregate>(table, filter);
  }
  problems.push_back(fmt::format("{}.{}: no statistic of that name", field.owner->name, field.name));
  return nullptr;
}

}  // namespace entity
