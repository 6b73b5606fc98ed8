// What data was computed from: the edges that a new thing's own space begins with.
//
//   const Derivations derived(writer, maker.organization, in.derived_from, own);   // checks everything
//   ... the thing and its space are written ...
//   derived.write(writer, maker, space);
//
// Datasets, tables and collections do this in the transaction that makes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/mikro/schema/transformation.h"
#include "services/mikro/spaces/edge_rows.h"
#include "services/mikro/spaces/space_rows.h"

namespace mikro {

class Derivations {
 public:
  /// `own` is the new thing's space, which need not be there yet: its name and axes count. Throws
  /// VALIDATION_ERROR for an entry without the id that its kind asks for or with another one, for a source
  /// that is named twice, for a map that does not fit, and for an UNMAPPABLE entry before a mappable one;
  /// NOT_FOUND for a source that the organization does not have.
  Derivations(sql::Reader& reader, std::int64_t organization,
              const std::optional<std::vector<schema::DerivedFromInput>>& entries, const SpaceRow& own);

  bool empty() const { return edges_.empty(); }
  /// Where the primary parent is filed. nullopt if there is none, or if it is in no folder.
  std::optional<std::int64_t> folder() const { return folder_; }
  /// Whether the primary derivation made labels of values.
  bool is_categorized() const;
  /// The edges, in the declared order.
  void write(sql::Writer& writer, const Maker& maker, std::int64_t space) const;

 private:
  std::vector<NewEdge> edges_;
  std::optional<std::int64_t> folder_;
};

/// What `@mikro/value_kind` says of labels.
inline constexpr std::string_view kCategorical = "categorical";

/// After derivations of `spaces` were written or deleted: what that says of the values of the datasets whose
/// grids they are, and of these datasets' lenses.
void restore_value_kinds(sql::Writer& writer, const sql::Ids& spaces);

/// Deletes edges, with their entries in the history.
void delete_edges(sql::Writer& writer, const Maker& maker, const sql::Ids& edges);
/// Deletes spaces that nothing lives in any more, and every edge that begins or ends there or reads the
/// values of an array there.
void delete_spaces(sql::Writer& writer, const Maker& maker, const sql::Ids& spaces);

}  // namespace mikro
