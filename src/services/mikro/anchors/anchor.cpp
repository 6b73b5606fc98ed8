#include "services/mikro/anchors/anchor.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "services/mikro/anchors/anchor_rows.h"
#include "services/mikro/anchors/pins.h"
#include "services/mikro/descriptors/descriptors.h"
#include "services/mikro/lenses/window.h"
#include "services/mikro/ownership.h"
#include "services/mikro/schema/anchor.h"
#include "services/mikro/schema/array_dataset.h"
#include "services/mikro/schema/lens.h"
#include "services/mikro/schema/phasor.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
using entity::Call;
using entity::Row;
using entity::SqlText;
namespace code = base::code;

// What is said is checked against the array as it was read; its axes and shape never change.
std::int64_t write(Call& call, const Anchored& thing, const NewAnchor& anchor) {
  const Maker maker = maker_of(call);
  std::int64_t id = 0;
  call.database->write([&](sql::Writer& writer) {
    hold_array(writer, call.organization, thing);
    id = put_anchor(writer, maker, thing, anchor);
    if (anchor.window) derive_acquisition(writer, thing);
  });
  return id;
}

AnchoredArray array_of(Call& call, const Anchored& thing) {
  AnchoredArray array;
  call.read([&](sql::Reader& reader) { array = find_array(reader, call.organization, thing); });
  return array;
}

std::int64_t create(Call& call, const schema::CreateCoordinateAnchorInput& in) {
  const int containers = (in.dataset ? 1 : 0) + (in.table ? 1 : 0) + (in.sparse ? 1 : 0);
  if (containers != 1) {
    throw Error(code::kValidation, std::string("Give exactly one of `dataset`, `table` and `sparse`."));
  }
  if (in.sparse) {
    throw Error(code::kNotImplemented, std::string("Anchors of sparse arrays are not built yet."));
  }
  const Anchored thing = in.dataset ? Anchored{&kArrayAnchors, in.dataset->row("dataset")}
                                    : Anchored{&kTableAnchors, in.table->row("table")};
  return write(call, thing, checked_anchor(array_of(call, thing), in.anchor));
}

std::int64_t at_place(Call& call, std::int64_t anchor, std::string_view table, const std::string& axis,
                      std::int64_t harmonic) {
  std::int64_t id = 0;
  call.database->read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
    const sql::Rows rows = reader.query(
        fmt::format("select id from {} where anchor_id = $1 and axis = $2 and harmonic = $3", table),
        {anchor, axis, harmonic});
    if (!rows.empty()) id = rows.integer(0, 0);
  });
  return id;
}

std::int64_t create_histogram(Call& call, const schema::CreatePhasorHistogramInput& in) {
  schema::PhasorHistogramInput said;
  said.axis = in.axis;
  said.counts = in.counts;
  said.harmonic = in.harmonic;
  said.bins = in.bins;
  said.g_min = in.g_min;
  said.g_max = in.g_max;
  said.s_min = in.s_min;
  said.s_max = in.s_max;
  said.total = in.total;
  said.calibrated = in.calibrated;
  said.profile = in.profile;
  const Anchored dataset{&kArrayAnchors, in.dataset.row("dataset")};
  const AnchoredArray array = array_of(call, dataset);
  NewAnchor anchor = anchor_at(array, in.axis_anchors.value_or(std::vector<schema::AxisAnchorInput>()));
  anchor.phasor_histogram = checked_phasor(array, said);
  const std::int64_t row = write(call, dataset, anchor);
  return at_place(call, row, "phasor_histogram", in.axis, anchor.phasor_histogram->harmonic);
}

std::int64_t create_calibration(Call& call, const schema::CreatePhasorCalibrationInput& in) {
  schema::PhasorCalibrationInput said;
  said.axis = in.axis;
  said.harmonic = in.harmonic;
  said.phase_offset = in.phase_offset;
  said.modulation_factor = in.modulation_factor;
  said.reference = in.reference;
  const Anchored dataset{&kArrayAnchors, in.dataset.row("dataset")};
  const AnchoredArray array = array_of(call, dataset);
  NewAnchor anchor = anchor_at(array, in.axis_anchors.value_or(std::vector<schema::AxisAnchorInput>()));
  anchor.phasor_calibration = checked_calibration(array, said);
  const std::int64_t row = write(call, dataset, anchor);
  return at_place(call, row, "phasor_calibration", in.axis, anchor.phasor_calibration->harmonic);
}

// --- fields -----------------------------------------------------------------

// A spoke of which an anchor has one.
entity::Expression spoke(std::string_view table) {
  return [table](SqlText&, const std::string& alias, const Call&) {
    return fmt::format("(select s.id from {} s where s.anchor_id = {}.id)", table, alias);
  };
}

/// Whether a lens' windows keep it.
bool is_inside(const Json& at, const std::vector<Window>& windows) {
  return std::all_of(windows.begin(), windows.end(), [&](const Window& window) {
    const Json* pinned = at.find(window.axis);
    const double value = pinned == nullptr ? 0 : pinned->as_double().value_or(0);
    return pinned == nullptr || meets(window, value, value);
  });
}

Json list_at(const Row& row, entity::ColumnName field) {
  return row.is_null(field) ? Json::array() : Json::parse(row.text(field));
}

// Only arrays and tables carry anchors; what else is looked at has none.
entity::RowLists active_anchors(Call& call, std::span<const Row> rows) {
  using schema::Lens;
  sql::Ids datasets, tables;
  for (const Row& row : rows) {
    if (!row.is_null(Lens::kDataset)) datasets.values.push_back(row.integer(Lens::kDataset));
    if (!row.is_null(Lens::kTableDataset)) tables.values.push_back(row.integer(Lens::kTableDataset));
  }
  entity::RowLists lists(rows.size());
  AllPins pins = load_pins(*call.reader, std::move(datasets), std::move(tables));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].is_null(Lens::kDataset)) {
      const Json slices = list_at(rows[i], Lens::kSlices);
      for (const auto& [anchor, at] : pins.datasets[rows[i].integer(Lens::kDataset)]) {
        if (is_within(at, slices)) lists[i].push_back(anchor);
      }
    } else if (!rows[i].is_null(Lens::kTableDataset)) {
      const std::vector<Window> windows = windows_from(list_at(rows[i], Lens::kWindows));
      for (const auto& [anchor, at] : pins.tables[rows[i].integer(Lens::kTableDataset)]) {
        if (is_inside(at, windows)) lists[i].push_back(anchor);
      }
    }
  }
  return lists;
}

}  // namespace

void add_anchors(entity::Registry& registry) {
  namespace mutation = schema::mutation;
  using schema::CoordinateAnchor;
  registry.on(mutation::kCreateCoordinateAnchor, create);
  registry.on(mutation::kCreatePhasorHistogram, create_histogram);
  registry.on(mutation::kCreatePhasorCalibration, create_calibration);
  registry.on(CoordinateAnchor::kMicroscope, spoke("optikit_state"));
  registry.on(CoordinateAnchor::kValueHistogram, spoke("value_histogram"));
  registry.on(CoordinateAnchor::kChannelLabel, spoke("channel_label"));
  registry.on(CoordinateAnchor::kLightGraph, spoke("light_path"));
  registry.on(CoordinateAnchor::kAcquisitionWindow, spoke("acquisition_window"));
  registry.on(CoordinateAnchor::kOmeMetadata, spoke("ome_metadata"));
  registry.on(schema::Lens::kActiveAnchors, active_anchors);
  // Anchors declare no descriptors.
  registry.on(schema::CoordinateAnchorFilter::kRequires, Descriptors("Anchors", {}));
  registry.on(schema::ArrayDatasetFilter::kHasDerivationConflicts, [](SqlText&, const std::string& alias,
                                                                      bool has_conflicts, const Call&) {
    return fmt::format("{}exists (select 1 from derivation_conflict x where x.dataset_id = {}.id)",
                       has_conflicts ? "" : "not ", alias);
  });
}

}  // namespace mikro
