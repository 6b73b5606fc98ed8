// What a database itself says about its tables.
#pragma once

#include <map>
#include <string>

#include "sql/database.h"

namespace entity_testing {

/// One column, index or reference.
struct CatalogEntry {
  std::string table;
  std::string referring;  ///< the column, if this is a reference
  /// A program that does not know of it can write the table all the same.
  bool harmless = false;
};

/// By its description, which is all of it but the names of constraints.
using Catalog = std::map<std::string, CatalogEntry>;

Catalog catalog_of(sql::Database& database);

}  // namespace entity_testing
