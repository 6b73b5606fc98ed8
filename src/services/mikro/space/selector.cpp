#include "services/mikro/space/selector.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"

namespace mikro::space {
namespace {

base::Error refused(std::string message) { return {base::code::kValidation, std::move(message)}; }

}  // namespace

void check_selector(const Selector& selector, const SystemView& input) {
  const std::optional<std::size_t> index = index_of(input.axes, selector.axis);
  if (!index) {
    throw refused(fmt::format("The selector names axis '{}', but '{}' has the axes {}.", selector.axis,
                              input.name, names_of(input.axes)));
  }
  switch (input.axes[*index].type) {
    case AxisType::kChannel:
    case AxisType::kTime:
    case AxisType::kIndex:
    case AxisType::kMicrotime:
    case AxisType::kSpectrum:
      break;
    default:
      throw refused(fmt::format(
          "The selector names axis '{}', a {} axis; only positions of CHANNEL, TIME, INDEX, MICROTIME "
          "and SPECTRUM axes select an edge.",
          selector.axis, to_text(input.axes[*index].type)));
  }
  if (selector.index < 0) {
    throw refused(fmt::format("The selector's index along '{}' is {}; positions start at 0.", selector.axis,
                              selector.index));
  }
}

}  // namespace mikro::space
