// What a run says of its times.
#pragma once

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/json.h"

namespace load {

/// The median, the 99th percentile and the longest, as `<what>_p50_us` and so on.
inline void add_percentiles(base::Json& report, const std::string& what, std::vector<double> times) {
  if (times.empty()) throw std::runtime_error("nothing was measured: " + what);
  std::ranges::sort(times);
  const auto at = [&](double part) {
    const auto index = static_cast<std::size_t>(std::floor(part * static_cast<double>(times.size() - 1)));
    return times[index];
  };
  report.set(what + "_p50_us", at(0.5));
  report.set(what + "_p99_us", at(0.99));
  report.set(what + "_max_us", times.back());
}

}  // namespace load
