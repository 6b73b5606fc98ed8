#include "services/mikro/anchors/new_anchor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "base/error.h"
#include "services/mikro/anchors/light_path.h"
#include "services/mikro/anchors/microscope.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
namespace code = base::code;

void expect_finite(std::span<const double> numbers, std::string_view field) {
  if (std::all_of(numbers.begin(), numbers.end(), [](double value) { return std::isfinite(value); })) return;
  throw Error(code::kValidation, "`{}` takes finite numbers.", field);
}
void expect_finite(const std::optional<double>& number, std::string_view field) {
  if (number) expect_finite(std::span(&*number, 1), field);
}

Json metadata_of(const schema::OmeMetadataInput& in) {
  try {
    return Json::parse(in.metadata_string);
  } catch (const Error& error) {
    throw Error(code::kValidation, "`metadataString` is no JSON: {}", error.message());
  }
}

schema::ValueHistogramInput checked_histogram(const schema::ValueHistogramInput& in) {
  // Bins are given by their centers or by their edges.
  if (in.bins.size() != in.histogram.size() && in.bins.size() != in.histogram.size() + 1) {
    throw Error(code::kValidation,
                "A histogram of {} values has as many `bins`, or one more if they are edges; not {}.",
                in.histogram.size(), in.bins.size());
  }
  expect_finite(in.histogram, "histogram");
  expect_finite(in.bins, "bins");
  expect_finite(in.min, "min");
  expect_finite(in.max, "max");
  expect_finite(in.p1, "p1");
  expect_finite(in.p99, "p99");
  return in;
}

NewWindow checked_window(const schema::AcquisitionWindowInput& in) {
  const std::int64_t end = in.end ? in.end->micros : in.start.micros;
  if (end >= in.start.micros) return {in.start.micros, end};
  throw Error(code::kValidation, std::string("An acquisition window ends before it starts."));
}

std::size_t phasor_axis(const AnchoredArray& array, const std::string& name) {
  const auto axis = space::index_of(array.axes, name);
  const bool fits = axis && (array.axes[*axis].type == space::AxisType::kMicrotime ||
                             array.axes[*axis].type == space::AxisType::kSpectrum);
  if (fits) return *axis;
  throw Error(code::kValidation,
              "A phasor is taken over a MICROTIME or SPECTRUM axis, and '{}' is none of {}.", name,
              space::names_of(array.axes));
}

std::int64_t checked_harmonic(const std::optional<std::int64_t>& harmonic) {
  if (harmonic.value_or(1) >= 1) return harmonic.value_or(1);
  throw Error(code::kValidation, "Harmonics count from 1; {} is none.", *harmonic);
}

void expect_interval(double min, double max, std::string_view what) {
  if (std::isfinite(min) && std::isfinite(max) && min < max) return;
  throw Error(code::kValidation, "A phasor's {} runs from a least to a greater number, not from {} to {}.",
              what, min, max);
}

}  // namespace

NewAnchor anchor_at(const AnchoredArray& array, const std::vector<schema::AxisAnchorInput>& axis_anchors) {
  std::vector<std::optional<std::int64_t>> values(array.axes.size());
  for (const schema::AxisAnchorInput& one : axis_anchors) {
    const auto axis = space::index_of(array.axes, one.axis);
    if (!axis) {
      throw Error(code::kValidation, "There is no axis '{}' to anchor to; there is {}.", one.axis,
                  space::names_of(array.axes));
    }
    if (values[*axis]) throw Error(code::kValidation, "`axisAnchors` names the axis '{}' twice.", one.axis);
    if (!array.shape.empty() && (one.value < 0 || one.value >= array.shape[*axis])) {
      throw Error(code::kValidation, "The axis '{}' has the positions 0 to {}; {} is not among them.",
                  one.axis, array.shape[*axis] - 1, one.value);
    }
    values[*axis] = one.value;
  }
  NewAnchor anchor;
  anchor.coordinates = Json::object();
  for (std::size_t axis = 0; axis < values.size(); ++axis) {
    if (values[axis]) anchor.coordinates.set(array.axes[axis].name, *values[axis]);
  }
  return anchor;
}

NewPhasorHistogram checked_phasor(const AnchoredArray& array, const schema::PhasorHistogramInput& in) {
  NewPhasorHistogram phasor;
  const std::size_t axis = phasor_axis(array, in.axis);
  phasor.axis = in.axis;
  phasor.harmonic = checked_harmonic(in.harmonic);
  const auto side = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(in.counts.size()))));
  phasor.bins = in.bins.value_or(side);
  if (in.counts.empty() || phasor.bins != side ||
      side * side != static_cast<std::int64_t>(in.counts.size())) {
    throw Error(code::kValidation,
                "A phasor's `counts` are `bins` rows of `bins` numbers; {} are not {} x {}.",
                in.counts.size(), phasor.bins, phasor.bins);
  }
  phasor.g_min = in.g_min.value_or(phasor.g_min);
  phasor.g_max = in.g_max.value_or(phasor.g_max);
  phasor.s_min = in.s_min.value_or(phasor.s_min);
  phasor.s_max = in.s_max.value_or(phasor.s_max);
  expect_interval(phasor.g_min, phasor.g_max, "g");
  expect_interval(phasor.s_min, phasor.s_max, "s");
  expect_finite(in.counts, "counts");
  phasor.counts = in.counts;
  phasor.total = in.total;
  phasor.calibrated = in.calibrated.value_or(false);
  phasor.profile = in.profile.value_or(std::vector<double>());
  expect_finite(phasor.profile, "profile");
  if (!phasor.profile.empty() && static_cast<std::int64_t>(phasor.profile.size()) != array.shape[axis]) {
    throw Error(code::kValidation,
                "`profile` has one number for each of the {} positions along '{}', not {}.",
                array.shape[axis], in.axis, phasor.profile.size());
  }
  return phasor;
}

NewPhasorCalibration checked_calibration(const AnchoredArray& array,
                                         const schema::PhasorCalibrationInput& in) {
  phasor_axis(array, in.axis);
  expect_finite(in.phase_offset, "phaseOffset");
  expect_finite(in.modulation_factor, "modulationFactor");
  return {in.axis, checked_harmonic(in.harmonic), in.phase_offset, in.modulation_factor, in.reference};
}

NewAnchor checked_anchor(const AnchoredArray& array, const schema::CoordinateAnchorInput& in) {
  NewAnchor anchor = anchor_at(array, in.axis_anchors);
  if (in.microscope) anchor.microscope = checked_microscope(*in.microscope);
  if (in.ome_metadata) anchor.ome_metadata = metadata_of(*in.ome_metadata);
  if (in.light_graph) anchor.light_graph = checked_light_path(*in.light_graph);
  if (in.value_histogram) anchor.value_histogram = checked_histogram(*in.value_histogram);
  if (in.label) {
    if (in.label->label.empty())
      throw Error(code::kValidation, std::string("A channel's `label` is not empty."));
    anchor.label = in.label->label;
  }
  if (in.phasor_histogram) anchor.phasor_histogram = checked_phasor(array, *in.phasor_histogram);
  if (in.phasor_calibration) anchor.phasor_calibration = checked_calibration(array, *in.phasor_calibration);
  if (in.acquisition_window) anchor.window = checked_window(*in.acquisition_window);
  return anchor;
}

}  // namespace mikro
