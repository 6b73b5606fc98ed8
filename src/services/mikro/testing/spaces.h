// Datasets, spaces and edges for tests, made through GraphQL.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "services/mikro/testing/lab.h"

namespace mikro_testing {

/// `y SPACE`, or for a physical one `y SPACE micrometer`.
using Axes = std::vector<std::string_view>;
base::Json axes_json(const Axes& axes);

/// A dataset with one level; returns its id. `more` are further members of the input.
std::string dataset(Lab& lab, const std::string& name, const Axes& axes,
                    const std::vector<std::int64_t>& shape, base::Json more = base::Json::object());
/// The id of a dataset's level-0 grid.
std::string grid_of(Lab& lab, const std::string& dataset);
/// A shared coordinate system; returns its id.
std::string world(Lab& lab, const std::string& name, const Axes& axes,
                  base::Json more = base::Json::object());
/// An edge between two spaces; returns its id. `transform` is JSON text.
std::string edge(Lab& lab, const std::string& input, const std::string& output, std::string_view transform,
                 base::Json more = base::Json::object());
/// A lens of a dataset; returns its id. `slices` is JSON text.
std::string lens(Lab& lab, const std::string& dataset, std::string_view slices);
/// The id of a lens' space.
std::string space_of(Lab& lab, const std::string& lens);

/// `{"input": {...}}`
base::Json input(base::Json members);
base::Json id_variable(const std::string& id);
std::int64_t count(Lab& lab, std::string_view table);

inline constexpr std::string_view kCreateSpace =
    "mutation ($input: CreateCoordinateSystemInput!) { it: createCoordinateSystem(input: $input) { id name } "
    "}";
inline constexpr std::string_view kCreateEdge =
    "mutation ($input: CreateTransformationInput!) { it: createTransformation(input: $input) { id version "
    "validity } }";
inline constexpr std::string_view kCreateDataset =
    "mutation ($input: CreateArrayDatasetInput!) { it: createArrayDataset(input: $input) { id } }";
inline constexpr std::string_view kCreateLens =
    "mutation ($input: CreateLensInput!) { it: createLens(input: $input) { id label shape slices { axis "
    "start "
    "stop step } } }";

}  // namespace mikro_testing
