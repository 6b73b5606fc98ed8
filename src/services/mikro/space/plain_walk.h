// For benchmarks: the bare walk that limits every search of a graph. Breadth first over the same neighbours
// in plain arrays, without asking any edge whether it may be crossed.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "services/mikro/space/graph.h"

namespace mikro::space {

class PlainWalk {
 public:
  explicit PlainWalk(const Graph& graph) {
    for (Graph::Node node = 0; node < graph.spaces().size(); ++node) {
      for (const Graph::Arc& arc : graph.arcs(node)) to_.push_back(arc.to);
      first_.push_back(static_cast<std::uint32_t>(to_.size()));
    }
  }

  /// All that can be reached, the nearest first.
  std::vector<std::uint32_t> from(std::uint32_t start) const {
    std::vector<std::uint32_t> distance(first_.size() - 1, 0xffffffff);
    std::vector<std::uint32_t> queue{start};
    queue.reserve(distance.size());
    distance[start] = 0;
    for (std::size_t head = 0; head < queue.size(); ++head) {
      const std::uint32_t node = queue[head];
      for (std::uint32_t i = first_[node]; i < first_[node + 1]; ++i) {
        if (distance[to_[i]] != 0xffffffff) continue;
        distance[to_[i]] = distance[node] + 1;
        queue.push_back(to_[i]);
      }
    }
    return queue;
  }

 private:
  std::vector<std::uint32_t> first_{0};  ///< of each node's neighbours in `to_`
  std::vector<std::uint32_t> to_;
};

inline double seconds_of(const auto& run) {
  const auto start = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Runs `run` and the walk in turns, so that what else the machine does slows both: of a Google Benchmark
/// with `UseManualTime`, which gets the counter `ratio`, the time over the walk's.
void beside_plain_walk(auto& state, const PlainWalk& walk, std::uint32_t start, const auto& run) {
  double own = 0;
  double bare = 0;
  std::size_t reached = 0;
  for (auto _ : state) {
    const double once = seconds_of(run);
    bare += seconds_of([&] { reached += walk.from(start).size(); });
    own += once;
    state.SetIterationTime(once);
  }
  // What is reached is used here, or the compiler could leave the walk out.
  state.counters["ratio"] = reached == 0 ? 0 : own / bare;
}

}  // namespace mikro::space
