// Coordinate anchors as clients state them, checked against the array or table they pin facts to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "services/mikro/schema/anchor.h"
#include "services/mikro/space/axis.h"

namespace mikro {

/// What is anchored to: its axes, and how many positions each has. A table has coordinates of any value, and
/// no shape.
struct AnchoredArray {
  std::vector<space::Axis> axes;
  std::vector<std::int64_t> shape;
};

/// A phasor's distribution with its defaults: harmonic 1, the (g, s) square from -1 to 1, as many bins as the
/// counts have rows.
struct NewPhasorHistogram {
  std::string axis;
  std::int64_t harmonic = 1;
  std::int64_t bins = 0;
  double g_min = -1, g_max = 1, s_min = -1, s_max = 1;
  std::optional<std::int64_t> total;
  bool calibrated = false;
  std::vector<double> counts;   ///< bins x bins, s outermost
  std::vector<double> profile;  ///< empty, or one for each position along the axis
};
struct NewPhasorCalibration {
  std::string axis;
  std::int64_t harmonic = 1;
  std::optional<double> phase_offset, modulation_factor;
  std::optional<std::string> reference;
};
struct NewWindow {
  std::int64_t start = 0;  ///< microseconds UTC
  std::int64_t end = 0;
};

/// A place and what is known there. What is absent is not said.
struct NewAnchor {
  base::Json coordinates;  ///< by axis, in the array's order; empty: everywhere
  std::optional<base::Json> microscope, ome_metadata, light_graph;
  std::optional<schema::ValueHistogramInput> value_histogram;
  std::optional<std::string> label;
  std::optional<NewPhasorHistogram> phasor_histogram;
  std::optional<NewPhasorCalibration> phasor_calibration;
  std::optional<NewWindow> window;

  /// The one text of its coordinates.
  std::string place() const { return coordinates.dump(); }
};

/// All of these throw VALIDATION_ERROR naming the axis or number that does not fit: axes are the array's,
/// each once, positions within its shape; numbers finite; lists as long as they must be.
NewAnchor checked_anchor(const AnchoredArray& array, const schema::CoordinateAnchorInput& in);
NewPhasorHistogram checked_phasor(const AnchoredArray& array, const schema::PhasorHistogramInput& in);
NewPhasorCalibration checked_calibration(const AnchoredArray& array,
                                         const schema::PhasorCalibrationInput& in);
/// An anchor that says nothing yet.
NewAnchor anchor_at(const AnchoredArray& array, const std::vector<schema::AxisAnchorInput>& axis_anchors);

}  // namespace mikro
