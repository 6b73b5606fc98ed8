// The kinds of things that people keep here, by the one table that says for each where its rows are and what
// it is called. What can lie in a folder, live in a space, be looked at through a lens, be linked to a file
// or have a lineage is selected from it. A kind that is built later fills its line there; if its lenses have
// spaces of their own it gets one in lineage/places.h, too.
#pragma once

#include <cstddef>
#include <ranges>
#include <span>
#include <string_view>

namespace mikro {

/// Texts are literals; tables and columns are SQL, empty where the kind has no such thing.
struct DataKind {
  std::string_view type;            ///< `ArrayDataset`: in GraphQL and in the history
  std::string_view value;           ///< `DATASET`: in the schema's enums of kinds
  std::string_view argument;        ///< `dataset`: how inputs call its id, and FileLink its field
  std::string_view noun;            ///< how errors call one
  std::string_view table = {};      ///< has `organization_id`, `name`, `created_at`; empty: not served yet
  bool is_described = false;        ///< has `description`
  std::string_view folder = {};     ///< its column that names the folder
  std::string_view topic = {};      ///< who follows those in folders
  std::string_view moved = {};      ///< what these are told when one is moved
  std::string_view space = {};      ///< its column that names the space
  std::string_view lens = {};       ///< the column by which its lenses name it
  std::string_view lens_kind = {};  ///< the schema's `LensKind` of these
  std::string_view link = {};       ///< the column by which links to files name it

  bool is_served() const { return !table.empty(); }
  bool is_container() const { return !space.empty(); }
  bool is_linked() const { return !link.empty(); }
};

/// All, in the order in which answers list kinds.
std::span<const DataKind> data_kinds();
/// Where one of them stands there.
inline std::ptrdiff_t place_of(const DataKind& kind) { return &kind - data_kinds().data(); }
/// nullptr if there is none.
const DataKind* kind_of_type(std::string_view type);
const DataKind* kind_of_value(std::string_view value);

/// A kind of data that lives in a space.
using Container = DataKind;
inline auto containers() { return data_kinds() | std::views::filter(&DataKind::is_container); }
/// A kind of data that files are linked to.
using LinkedKind = DataKind;
inline auto linked_kinds() { return data_kinds() | std::views::filter(&DataKind::is_linked); }

/// nullptr if there is no such kind yet.
const Container* container_called(std::string_view argument);
const Container* container_of_lenses(std::string_view lens_kind);

}  // namespace mikro
