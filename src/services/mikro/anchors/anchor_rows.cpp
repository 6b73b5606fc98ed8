#include "services/mikro/anchors/anchor_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "services/mikro/history.h"

namespace mikro {
namespace {

using base::Json;
using sql::Value;

template <class T>
Value value_of(const std::optional<T>& given) {
  return given ? Value(*given) : Value(std::monostate());
}

std::string list_text(const std::vector<double>& numbers) {
  return Json(Json::Array(numbers.begin(), numbers.end())).dump();
}

// One of a kind at an anchor: the old one goes.
void put_spoke(sql::Writer& writer, std::string_view table, std::string_view columns,
               std::vector<Value> values) {
  writer.execute(fmt::format("delete from {} where anchor_id = $1", table), {values.front()});
  std::string places;
  for (std::size_t i = 1; i <= values.size(); ++i) places += fmt::format("{}${}", i == 1 ? "" : ", ", i);
  writer.execute(fmt::format("insert into {} (anchor_id, {}) values ({})", table, columns, places),
                 std::move(values));
}

// One for each axis and harmonic.
void put_phasor(sql::Writer& writer, std::int64_t anchor, const NewPhasorHistogram& phasor) {
  writer.execute("delete from phasor_histogram where anchor_id = $1 and axis = $2 and harmonic = $3",
                 {anchor, phasor.axis, phasor.harmonic});
  writer.execute(
      "insert into phasor_histogram (anchor_id, axis, harmonic, bins, g_min, g_max, s_min, s_max, total, "
      "calibrated,"
      " counts, profile) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
      {anchor, phasor.axis, phasor.harmonic, phasor.bins, phasor.g_min, phasor.g_max, phasor.s_min,
       phasor.s_max, value_of(phasor.total), std::int64_t{phasor.calibrated ? 1 : 0},
       list_text(phasor.counts), list_text(phasor.profile)});
}

void put_calibration(sql::Writer& writer, std::int64_t anchor, const NewPhasorCalibration& calibration) {
  writer.execute("delete from phasor_calibration where anchor_id = $1 and axis = $2 and harmonic = $3",
                 {anchor, calibration.axis, calibration.harmonic});
  writer.execute(
      "insert into phasor_calibration (anchor_id, axis, harmonic, phase_offset, modulation_factor, reference)"
      " values ($1, $2, $3, $4, $5, $6)",
      {anchor, calibration.axis, calibration.harmonic, value_of(calibration.phase_offset),
       value_of(calibration.modulation_factor), value_of(calibration.reference)});
}

/// What an anchor says of time.
struct Said {
  std::int64_t anchor = 0;
  Json coordinates;
  std::int64_t start = 0;
  std::int64_t end = 0;
};

bool holds_over(const Said& wide, const Said& narrow) {
  if (wide.coordinates.members().size() >= narrow.coordinates.members().size()) return false;
  return std::all_of(wide.coordinates.members().begin(), wide.coordinates.members().end(),
                     [&](const auto& pin) {
                       const Json* other = narrow.coordinates.find(pin.first);
                       return other != nullptr && *other == pin.second;
                     });
}

std::vector<Said> said_of(sql::Reader& reader, std::int64_t dataset) {
  const sql::Rows rows = reader.query(
      "select a.id, a.coordinates, w.start, w.\"end\" from coordinate_anchor a join acquisition_window w"
      " on w.anchor_id = a.id where a.dataset_id = $1 order by a.id",
      {dataset});
  std::vector<Said> all;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    all.push_back(
        {rows.integer(row, 0), Json::parse(rows.text(row, 1)), rows.integer(row, 2), rows.integer(row, 3)});
  }
  return all;
}

void write_conflict(sql::Writer& writer, std::int64_t dataset, std::string_view field,
                    std::string_view reason, const std::vector<std::int64_t>& anchors) {
  if (anchors.empty()) return;
  Json ids = Json::array();
  for (const std::int64_t anchor : anchors) ids.push_back(std::to_string(anchor));
  writer.execute(
      "insert into derivation_conflict (dataset_id, field, reason, anchors) values ($1, $2, $3, $4)",
      {dataset, std::string(field), std::string(reason), ids.dump()});
}

void add_both(std::vector<std::int64_t>& anchors, const Said& wide, const Said& narrow) {
  for (const std::int64_t anchor : {wide.anchor, narrow.anchor}) {
    if (std::find(anchors.begin(), anchors.end(), anchor) == anchors.end()) anchors.push_back(anchor);
  }
}

AnchoredArray array_of(sql::Reader& reader, std::int64_t organization, const Anchored& thing) {
  const AnchorOwner& owner = *thing.owner;
  const sql::Rows rows = reader.query(
      fmt::format("select a.name, a.type, {} from {} d join axis a on a.coordinate_system_id = d.{}"
                  " where d.id = $1 and d.organization_id = $2 order by a.\"order\"",
                  owner.shape, owner.table, owner.space),
      {thing.id, organization});
  if (rows.empty()) throw base::Error(base::code::kNotFound, "No {} with the id {}.", owner.noun, thing.id);
  AnchoredArray array;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    array.axes.push_back({std::string(rows.text(row, 0)), *space::axis_type_from(rows.text(row, 1)), {}});
  }
  if (rows.is_null(0, 2)) return array;
  for (const Json& extent : Json::parse(rows.text(0, 2)).items())
    array.shape.push_back(extent.as_int64().value());
  return array;
}

}  // namespace

AnchoredArray find_array(sql::Reader& reader, std::int64_t organization, const Anchored& thing) {
  return array_of(reader, organization, thing);
}

AnchoredArray hold_array(sql::Writer& writer, std::int64_t organization, const Anchored& thing) {
  writer.execute(
      fmt::format("update {} set name = name where id = $1 and organization_id = $2", thing.owner->table),
      {thing.id, organization});
  return array_of(writer, organization, thing);
}

std::int64_t put_anchor(sql::Writer& writer, const Maker& maker, const Anchored& thing,
                        const NewAnchor& anchor) {
  const std::string place = anchor.place();
  space::check_length(place, "An anchor's place");
  const std::string_view column = thing.owner->column;
  const bool is_new =
      writer.execute(fmt::format("insert into coordinate_anchor (organization_id, {}, coordinates, place)"
                                 " values ($1, $2, $3, $4) on conflict do nothing",
                                 column),
                     {maker.organization, thing.id, place, place}) > 0;
  const std::int64_t id =
      writer
          .query(fmt::format("select id from coordinate_anchor where {} = $1 and place = $2", column),
                 {thing.id, place})
          .integer(0, 0);
  record(writer, maker, "CoordinateAnchor", id, is_new ? Change::kCreate : Change::kUpdate);
  if (anchor.microscope) put_spoke(writer, "optikit_state", "state", {id, anchor.microscope->dump()});
  if (anchor.ome_metadata) put_spoke(writer, "ome_metadata", "metadata", {id, anchor.ome_metadata->dump()});
  if (anchor.light_graph) put_spoke(writer, "light_path", "graph", {id, anchor.light_graph->dump()});
  if (anchor.label) put_spoke(writer, "channel_label", "label", {id, *anchor.label});
  if (anchor.window)
    put_spoke(writer, "acquisition_window", "start, \"end\"", {id, anchor.window->start, anchor.window->end});
  if (anchor.value_histogram) {
    const schema::ValueHistogramInput& histogram = *anchor.value_histogram;
    put_spoke(writer, "value_histogram", "histogram, bins, \"min\", \"max\", p1, p99",
              {id, list_text(histogram.histogram), list_text(histogram.bins), value_of(histogram.min),
               value_of(histogram.max), value_of(histogram.p1), value_of(histogram.p99)});
  }
  if (anchor.phasor_histogram) put_phasor(writer, id, *anchor.phasor_histogram);
  if (anchor.phasor_calibration) put_calibration(writer, id, *anchor.phasor_calibration);
  return id;
}

void derive_acquisition(sql::Writer& writer, const Anchored& thing) {
  if (thing.owner != &kArrayAnchors) return;
  const std::int64_t dataset = thing.id;
  const std::vector<Said> all = said_of(writer, dataset);
  std::vector<std::int64_t> early, late;
  for (const Said& wide : all) {
    for (const Said& narrow : all) {
      if (!holds_over(wide, narrow)) continue;
      if (narrow.start < wide.start) add_both(early, wide, narrow);
      if (narrow.end > wide.end) add_both(late, wide, narrow);
    }
  }
  Value start, end;
  const auto by_start = [](const Said& a, const Said& b) { return a.start < b.start; };
  const auto by_end = [](const Said& a, const Said& b) { return a.end < b.end; };
  if (!all.empty() && early.empty()) start = std::min_element(all.begin(), all.end(), by_start)->start;
  if (!all.empty() && late.empty()) end = std::max_element(all.begin(), all.end(), by_end)->end;
  writer.execute("update array_dataset set acquisition_start = $2, acquisition_end = $3 where id = $1",
                 {dataset, start, end});
  writer.execute("delete from derivation_conflict where dataset_id = $1", {dataset});
  write_conflict(writer, dataset, "acquisition_start",
                 "Part of the data is said to be acquired before all of it began.", early);
  write_conflict(writer, dataset, "acquisition_end",
                 "Part of the data is said to be acquired after all of it ended.", late);
}

void write_anchors(sql::Writer& writer, const Maker& maker, const Anchored& thing,
                   std::span<const NewAnchor> anchors) {
  if (anchors.empty()) return;
  for (const NewAnchor& anchor : anchors) put_anchor(writer, maker, thing, anchor);
  derive_acquisition(writer, thing);
}

}  // namespace mikro
