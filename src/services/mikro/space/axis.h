// Axes: what the numbers of a coordinate system mean, one by one, and which lists of them make a
// coordinate system.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mikro::space {

enum class AxisType : std::uint8_t {
  kSpace,
  kTime,
  kChannel,
  kCoordinate,
  kDisplacement,
  kMicrotime,
  kSpectrum,
  kIndex,
  kValue,
};

/// As the schema writes it: `SPACE`.
std::string_view to_text(AxisType type);
std::optional<AxisType> axis_type_from(std::string_view text);

/// One axis. `unit` is a unit's full name (`micrometer`); none on a pixel grid.
struct Axis {
  std::string name;
  AxisType type = AxisType::kSpace;
  std::optional<std::string> unit;

  bool operator==(const Axis&) const = default;
};

/// What lives in the system whose axes these are.
enum class AxesOf : std::uint8_t {
  kGrid,      ///< an array's positions: no units
  kPhysical,  ///< a reference space, a world: every axis has a unit
  kTable,     ///< a table's coordinate columns: all SPACE axes have a unit, or none has
  kDrawing,   ///< an annotation collection's: as its world's, and the only one with a VALUE axis
};

/// More would be no coordinate system, and every matrix grows with the square.
inline constexpr std::size_t kMostAxes = 64;

/// The same axes with their units by full name. Throws VALIDATION_ERROR naming the axis if a name is
/// empty, too long (200 bytes) or there twice, if there are none, more than kMostAxes or two TIME
/// axes, or if a unit is missing, superfluous, unknown or of the wrong dimension: TIME and MICROTIME
/// take times, SPACE and SPECTRUM lengths, others anything, and each may be arbitrary (`a.u.`).
std::vector<Axis> checked_axes(std::vector<Axis> axes, AxesOf of);

/// Throws VALIDATION_ERROR naming both lists unless there is one axis per dimension of the store, and
/// the same name wherever the store names a dimension. `dimension_names` may be empty.
void check_axes_match_store(std::span<const Axis> axes, std::size_t rank,
                            std::span<const std::optional<std::string>> dimension_names);

/// Which axes face the screen by convention; indices into the axes, where there is one.
struct RenderAxes {
  std::optional<std::size_t> x, y, z, t, intensity, phasor, vector;
};
/// SPACE axes named exactly x, y (, z) in any case bind by name, others by position: the last is x,
/// the one before it y, then z. t is the first TIME axis, intensity the first CHANNEL, phasor the
/// first MICROTIME or SPECTRUM, vector the first DISPLACEMENT.
RenderAxes render_axes(std::span<const Axis> axes);

/// The longest text of axes and numbers that rows are told apart by, in bytes: an entry of an index of
/// PostgreSQL has at most 2704, and what one database takes the other takes, too.
inline constexpr std::size_t kLongestPlace = 2500;

/// Throws VALIDATION_ERROR, calling it `what` (`A selection`), if the text is longer.
void check_length(std::string_view place, std::string_view what);

/// Where `name` stands. nullopt if nowhere.
std::optional<std::size_t> index_of(std::span<const Axis> axes, std::string_view name);
/// `[c, y, x]`, for errors.
std::string names_of(std::span<const Axis> axes);
std::string names_of(std::span<const std::string> names);

}  // namespace mikro::space
