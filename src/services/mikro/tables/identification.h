// What a table's columns say that their values are: pixels of a label image, rows of another table.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "services/mikro/spaces/edge_rows.h"
#include "services/mikro/spaces/space_rows.h"
#include "services/mikro/tables/table_columns.h"

namespace mikro {

class Identifications {
 public:
  /// Checks all entries of the declared columns; `own` is the new table's space, which need not be there yet.
  /// Throws VALIDATION_ERROR for an entry without the id that its kind reads or with another one, for a
  /// column whose values are no ids, for two answers where there can be one, and for a table that rows cannot
  /// be looked up in; NOT_FOUND for what the organization does not have.
  Identifications(sql::Reader& reader, std::int64_t organization,
                  const std::vector<schema::ColumnInput>& declared, std::span<const TableColumn> columns,
                  const SpaceRow& own);

  /// The table whose rows the values of this column are.
  std::optional<std::int64_t> reference(std::size_t column) const { return references_[column]; }
  /// The edges from what was labelled to the table's space.
  void write(sql::Writer& writer, const Maker& maker, std::int64_t space) const;

 private:
  std::vector<std::optional<std::int64_t>> references_;
  std::vector<NewEdge> keys_;
};

}  // namespace mikro
