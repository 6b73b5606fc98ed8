// Lenses over arrays as rows: one for each selection of a dataset.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/mikro/feed.h"
#include "services/mikro/lenses/selection.h"
#include "services/mikro/ownership.h"
#include "services/mikro/spaces/containers.h"
#include "services/mikro/spaces/space_rows.h"
#include "sql/database.h"

namespace mikro {

/// The dataset that a lens looks at, as far as selections need it.
struct LensedArray {
  std::int64_t dataset = 0;
  std::int64_t intrinsic_system = 0;
  std::string name;
  std::vector<DescribedAxis> axes;
  std::vector<std::int64_t> shape;
  std::string dtype;
  std::optional<std::string> value_kind;
};
/// Those that the organization has, by their ids. Two statements.
std::map<std::int64_t, LensedArray> read_lensed_arrays(sql::Reader& reader, std::int64_t organization,
                                                       const sql::Ids& datasets);
/// Throws NOT_FOUND if the organization has no such dataset.
LensedArray read_lensed_array(sql::Reader& reader, std::int64_t organization, std::int64_t dataset);

/// The lens that selects everything; made with its dataset.
std::int64_t insert_whole_lens(sql::Writer& writer, Feed& feed, const Maker& maker, const LensedArray& array);

/// The dataset's lens for this selection, made with its space and its edge into the dataset's grid if nobody
/// has asked for it before. Those who ask at the same time get the same row. `name` is for a lens that has
/// none yet.
std::int64_t find_or_create_lens(sql::Writer& writer, Feed& feed, const Maker& maker,
                                 const LensedArray& array, const Selection& selection,
                                 const std::optional<std::string>& name);

/// All that look at one thing, with which they go. Their spaces are the caller's to delete.
void delete_lenses_of(sql::Writer& writer, Feed& feed, const Maker& maker, const Container& container,
                      std::int64_t thing);

/// `create`, `update` and `delete` of a lens, to who follows its container and who follows all. `kind` is the
/// schema's `LensKind`.
void tell_of_lens(sql::Writer& writer, Feed& feed, std::int64_t organization, std::string_view kind,
                  std::int64_t container, std::string_view what, std::int64_t lens);
std::string lens_topic(std::int64_t organization, std::string_view kind, std::int64_t container);

}  // namespace mikro
