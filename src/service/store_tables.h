// The tables of a service's stores and the columns that refer to them, as its schema has them: nobody has to
// remember a new reference before bytes are deleted.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "entity/model.h"
#include "service/stores.h"
#include "sql/database.h"

namespace service {

/// Immutable.
class StoreTables {
 public:
  /// The kinds must outlive it. Throws base::Error(kInternal) for one whose table the model lacks,
  /// or that has no `refreshed_at`.
  StoreTables(const entity::Model& model, std::span<const StoreKind* const> kinds);

  std::span<const StoreKind* const> kinds() const { return kinds_; }
  /// The condition that a row refers to the row `alias` of the kind's table.
  std::string is_referred(const StoreKind& kind, std::string_view alias) const;
  /// Whether any row could: of other kinds, clients keep what their stores are.
  bool may_be_referred(const StoreKind& kind) const;
  /// Whose bytes may go: those of `stores` that nothing refers to (any more). In the transaction of the
  /// deletion, after it. Whoever makes something of such a store at the same time is refused, or keeps it.
  void orphan(sql::Writer& writer, const StoreKind& kind, const sql::Ids& stores, std::int64_t now) const;
  StoreUsage usage(sql::Reader& reader, std::int64_t organization, std::int64_t user) const;

 private:
  struct Reference {
    std::string table;
    std::string column;
  };
  std::vector<const StoreKind*> kinds_;
  std::map<std::string, std::vector<Reference>, std::less<>> references_;  ///< by the store's table
};

}  // namespace service
