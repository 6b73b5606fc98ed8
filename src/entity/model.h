// Which tables a service has, read from its schema's directives
// (docs/schema.md says what each means).
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graphql/schema/schema.h"
#include "sql/database.h"

namespace entity {

struct Table;
class SqlText;
class Call;

enum class Storage { kInteger, kBoolean, kReal, kText, kTime, kJson };

struct Column {
  std::string name;
  Storage storage = Storage::kText;
  bool nullable = false;
  bool primary = false;
  std::string default_sql;
  std::vector<const graphql::FieldDef*> fields;  ///< of all types that have it; none for a column of our own
  const Table* references = nullptr;
  std::string on_delete;  ///< `cascade`, `set null`, `restrict`
};

/// A type whose objects are some rows of an interface's table.
struct Variant {
  const graphql::NamedType* type = nullptr;
  std::string value;  ///< of the discriminator
};

struct Table {
  enum class Scope { kOwn, kVia, kGlobal };
  std::string name;
  const graphql::NamedType* type = nullptr;  ///< an object type, or the interface of the variants
  std::vector<Variant> variants;
  const Column* discriminator = nullptr;  ///< null without variants
  const Column* public_id = nullptr;      ///< what clients know rows by, where that is not `id`
  Scope scope = Scope::kOwn;
  std::vector<std::string> via;                   ///< `@ref` fields to follow to a table with its own scope
  std::deque<Column> columns;                     ///< the first is `id`
  std::vector<std::vector<std::string>> uniques;  ///< column names
  std::vector<std::vector<std::string>> indexes;
  /// The condition on the row `alias` that the caller may see it, where that is not the scope; registered in
  /// C++ (Registry::visible).
  std::function<std::string(SqlText& sql, const std::string& alias, const Call& call)> visible;

  const Column* column(std::string_view column_name) const;
  const Column* column_of(const graphql::FieldDef& field) const;
  const Column* column_of_field(std::string_view field_name) const;
  /// The definition that says how `field` of this table's type or of a variant is stored: an interface's,
  /// where the variant has it from there.
  const graphql::FieldDef& definition_of(const graphql::FieldDef& field) const;
  /// The variant that `named` is, or null: all rows.
  const Variant* variant(const graphql::NamedType& named) const;
  std::size_t ordinal(const Column& column) const;
};

struct JoinTable {
  std::string name;
  std::string from_column, to_column;
  const Table* from = nullptr;
  const Table* to = nullptr;
  bool is_entity = false;  ///< the rows in between are entities themselves: their table is made for them
};

class Model {
 public:
  /// Throws base::Error(kInternal) naming the type and field that make no sense.
  explicit Model(std::shared_ptr<const graphql::Schema> schema);

  const graphql::Schema& schema() const { return *schema_; }
  const std::deque<Table>& tables() const { return tables_; }
  const std::deque<JoinTable>& joins() const { return joins_; }
  /// Rows of `type` are seen where the condition says so. False if it is no entity.
  bool restrict(std::string_view type, decltype(Table::visible) condition);
  const Table* table_of(const graphql::NamedType& type) const;
  const Table* table(std::string_view name) const;
  const JoinTable* join(std::string_view name) const;

  /// The whole definition as a script, as committed in `schema.lock.*.sql`.
  std::string ddl(sql::Dialect dialect) const;

 private:
  void add_tables();
  void add_variants(Table& table);
  void add_columns(Table& table);
  void add_column(Table& table, const graphql::NamedType& type, const graphql::FieldDef& field);
  void check_scope(const Table& table) const;
  void add_keys(Table& table);
  void add_joins();

  std::shared_ptr<const graphql::Schema> schema_;
  std::deque<Table> tables_;
  std::deque<JoinTable> joins_;
  std::unordered_map<const graphql::NamedType*, Table*> by_type_;
};

/// The statements that make a table, a column, their references and indexes;
/// shared by `ddl` and by the migration that adds what is missing.
std::string create_table(const Table& table, sql::Dialect dialect);
/// PostgreSQL refuses references to tables that are still to come inside
/// `create table`; they follow once all stand. None for SQLite.
std::vector<std::string> add_references(const Table& table, sql::Dialect dialect);
/// Throws base::Error(kInternal) if rows that are there would have no value.
std::string add_column(const Table& table, const Column& column, sql::Dialect dialect);
std::string create_join(const JoinTable& join);
std::vector<std::string> create_indexes(const Table& table);
std::vector<std::string> create_indexes(const JoinTable& join);
std::string quoted(std::string_view identifier);

/// A directive's string argument, or the fallback.
std::string text_argument(const graphql::ast::Directive& directive, std::string_view name,
                          std::string fallback = "");
/// Words of a string argument: `"app version"`.
std::vector<std::string> words_argument(const graphql::ast::Directive& directive, std::string_view name);

}  // namespace entity
