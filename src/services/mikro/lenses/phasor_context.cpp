#include "services/mikro/lenses/phasor_context.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/error.h"
#include "services/mikro/anchors/pins.h"
#include "services/mikro/row_lists.h"
#include "services/mikro/schema/lens.h"
#include "services/mikro/space/compose.h"
#include "services/mikro/space/search.h"
#include "services/mikro/space/unit.h"
#include "services/mikro/spaces/space_graph.h"

namespace mikro {
namespace {

using base::Json;
using entity::Call;
using entity::Row;
using schema::ArrayLens;

/// A lens and the axis that is reduced.
struct Reduced {
  std::int64_t space = 0;
  std::int64_t dataset = 0;
  space::Axis axis;
  std::map<std::string, std::int64_t> shape;  ///< by axis
  Json slices;

  std::int64_t bins() const { return shape.at(axis.name); }
};

bool has_phase(space::AxisType type) {
  return type == space::AxisType::kMicrotime || type == space::AxisType::kSpectrum;
}

/// nullopt if the lens has no axis with a phase, or none of this name.
std::optional<Reduced> reduced(const space::Graph& graph, const Row& row,
                               const std::optional<std::string>& name) {
  if (row.is_null(ArrayLens::kCoordinateSystem)) return std::nullopt;
  Reduced lens{row.integer(ArrayLens::kCoordinateSystem), row.integer(ArrayLens::kDataset), {}, {}, {}};
  const space::Space* space = graph.space(lens.space);
  if (space == nullptr) return std::nullopt;
  const auto found = std::find_if(space->axes.begin(), space->axes.end(), [&](const space::Axis& axis) {
    return has_phase(axis.type) && (!name || axis.name == *name);
  });
  if (found == space->axes.end()) return std::nullopt;
  lens.axis = *found;
  lens.slices = Json::parse(row.text(ArrayLens::kSlices));
  std::size_t at = 0;
  for (const Json& extent : Json::parse(row.text(ArrayLens::kShape)).items()) {
    lens.shape[space->axes.at(at++).name] = extent.as_int64().value();
  }
  return lens;
}

struct Width {
  double value = 0;
  std::string unit;

  Json times(std::int64_t bins) const {
    return fmt::format("{:.12g} {}", value * static_cast<double>(bins), unit);
  }
};

std::optional<space::Placement> composed(const space::Graph& graph, space::SpaceId from,
                                         const space::Path& path) {
  try {
    return space::compose(graph.space(from)->axes, graph.hops(path));
  } catch (const base::Error&) {
    return std::nullopt;  // another path may still say it
  }
}

/// What a step along `input` is along `output`; nullopt unless `output` runs along it alone, and evenly.
std::optional<double> step_along(const space::Placement& placement, const std::string& input,
                                 const std::string& output) {
  if (space::axis_along(placement, output) != input) return std::nullopt;
  const auto row = std::find(placement.output_axes.begin(), placement.output_axes.end(), output);
  if (row == placement.output_axes.end()) return std::nullopt;
  const auto column = std::find(placement.input_axes.begin(), placement.input_axes.end(), input);
  return placement.matrix.at(static_cast<std::size_t>(row - placement.output_axes.begin()),
                             static_cast<std::size_t>(column - placement.input_axes.begin()));
}

/// What one bin is worth in the nearest space that counts the axis in times (a spectrum: in lengths).
std::optional<Width> bin_width(const space::Graph& graph, const Reduced& lens) {
  const std::string_view base = lens.axis.type == space::AxisType::kMicrotime ? "time" : "length";
  const space::Spread spread(graph, lens.space, placing());
  for (const space::Graph::Node node : spread.reached()) {
    for (const space::Axis& axis : graph.spaces()[node].axes) {
      const auto unit = axis.unit ? space::Unit::parse(*axis.unit) : std::nullopt;
      if (!unit || !unit->measures(base)) continue;
      const auto placement = composed(graph, lens.space, *spread.path(node));
      const auto step = placement ? step_along(*placement, lens.axis.name, axis.name) : std::nullopt;
      if (step) return Width{std::abs(*step), *axis.unit};
    }
  }
  return std::nullopt;
}

/// Rows by anchor and axis.
using ByPlace = std::map<std::pair<std::int64_t, std::string>, std::int64_t>;

ByPlace by_place(const sql::Rows& rows) {
  ByPlace found;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    found[{rows.integer(row, 0), std::string(rows.text(row, 1))}] = rows.integer(row, 2);
  }
  return found;
}

/// What is known at anchors, of phasors at one harmonic.
struct Facts {
  std::map<std::int64_t, std::string> lasers;  ///< repetition rates by anchor
  ByPlace calibrations, histograms;
};

/// Of the first pulsed laser; empty without one.
std::string repetition_rate(const Json& light_path) {
  for (const Json& element : light_path["elements"].items()) {
    if (element["kind"] == Json("LASER") && element["repetition_rate"].is_string()) {
      return element["repetition_rate"].as_string();
    }
  }
  return {};
}

Facts load_facts_at(sql::Reader& reader, const sql::Ids& anchors, std::int64_t harmonic) {
  Facts facts;
  if (anchors.values.empty()) return facts;
  const sql::Query queries[] = {
      {"select anchor_id, graph from light_path where anchor_id in_ids($1)", {anchors}},
      {"select anchor_id, axis, id from phasor_calibration where anchor_id in_ids($1) and harmonic = $2",
       {anchors, harmonic}},
      {"select anchor_id, axis, id from phasor_histogram where anchor_id in_ids($1) and harmonic = $2",
       {anchors, harmonic}}};
  std::vector<sql::Reader::Result> results = reader.batch(queries);
  const sql::Rows& paths = results[0].get();
  for (std::size_t row = 0; row < paths.size(); ++row) {
    std::string rate = repetition_rate(Json::parse(paths.text(row, 1)));
    if (!rate.empty()) facts.lasers[paths.integer(row, 0)] = std::move(rate);
  }
  facts.calibrations = by_place(results[1].get());
  facts.histograms = by_place(results[2].get());
  return facts;
}

/// Those that hold for all of a lens, since it keeps but one position along what they pin; the most closely
/// pinned first, then the oldest.
std::vector<std::int64_t> holding(const Reduced& lens, const std::vector<Pins>& anchors) {
  std::vector<std::pair<std::size_t, std::int64_t>> found;
  for (const Pins& anchor : anchors) {
    const auto& pinned = anchor.at.members();
    const bool holds = std::all_of(pinned.begin(), pinned.end(), [&](const auto& pin) {
      const auto extent = lens.shape.find(pin.first);
      return extent != lens.shape.end() && extent->second == 1;
    });
    if (holds && is_within(anchor.at, lens.slices)) found.emplace_back(pinned.size(), anchor.anchor);
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::tuple(b.first, a.second) < std::tuple(a.first, b.second);
  });
  std::vector<std::int64_t> ids;
  for (const auto& [pins, id] : found) ids.push_back(id);
  return ids;
}

/// Of the first that says it.
template <class Key, class Value, class KeyOf>
Json first_of(const std::map<Key, Value>& facts, const std::vector<std::int64_t>& anchors, KeyOf key_of) {
  for (const std::int64_t anchor : anchors) {
    const auto found = facts.find(key_of(anchor));
    if (found != facts.end()) return found->second;
  }
  return {};
}

std::vector<Json> phasors(Call& call, std::span<const Row> rows, const schema::ArrayLensPhasorArguments& in) {
  if (in.harmonic < 1) {
    throw base::Error(base::code::kValidation, "`harmonic` is {}, but the first one is 1.", in.harmonic);
  }
  sql::Ids spaces, datasets;
  for (const Row& row : rows) {
    if (!row.is_null(ArrayLens::kCoordinateSystem)) {
      spaces.values.push_back(row.integer(ArrayLens::kCoordinateSystem));
    }
  }
  const space::Graph graph = load_around(*call.reader, call.organization, distinct(std::move(spaces)));
  std::vector<std::optional<Reduced>> lenses;
  for (const Row& row : rows) {
    const auto& lens = lenses.emplace_back(reduced(graph, row, in.axis));
    if (lens) datasets.values.push_back(lens->dataset);
  }
  AllPins pins = load_pins(*call.reader, std::move(datasets), {});
  sql::Ids anchors;
  for (const auto& [dataset, list] : pins.datasets) {
    for (const Pins& anchor : list) anchors.values.push_back(anchor.anchor);
  }
  const Facts facts = load_facts_at(*call.reader, anchors, in.harmonic);
  std::vector<Json> values;
  for (const std::optional<Reduced>& lens : lenses) {
    if (!lens) {
      values.emplace_back();
      continue;
    }
    const std::vector<std::int64_t> known = holding(*lens, pins.datasets[lens->dataset]);
    const std::optional<Width> width = bin_width(graph, *lens);
    const auto at_axis = [&](std::int64_t anchor) { return std::pair(anchor, lens->axis.name); };
    const bool is_timed = lens->axis.type == space::AxisType::kMicrotime;
    values.push_back(Json::object(
        {{"axis", lens->axis.name},
         {"axis_type", space::to_text(lens->axis.type)},
         {"bins", lens->bins()},
         {"harmonic", in.harmonic},
         {"bin_width", width ? width->times(1) : Json()},
         {"window", width ? width->times(lens->bins()) : Json()},
         {"laser_frequency",
          is_timed ? first_of(facts.lasers, known, [](std::int64_t anchor) { return anchor; }) : Json()},
         {"calibration", first_of(facts.calibrations, known, at_axis)},
         {"phasor_histogram", first_of(facts.histograms, known, at_axis)}}));
  }
  return values;
}

}  // namespace

void add_phasor_contexts(entity::Registry& registry) { registry.on(ArrayLens::kPhasor, phasors); }

}  // namespace mikro
