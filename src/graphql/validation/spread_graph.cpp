#include "graphql/validation/spread_graph.h"

#include <cstddef>
#include <utility>

namespace graphql::validation {
namespace {

enum State : std::uint8_t { kUnseen, kOnPath, kDone };

/// Once the cycles found are longer than this altogether, the others are left
/// out: writing them all down would take quadratic time.
constexpr std::size_t kMaxCycleSteps = 10'000;

}  // namespace

SpreadGraph::SpreadGraph(std::vector<const std::vector<Spread>*> edges) : edges_(std::move(edges)) {
  bottom_up_.reserve(edges_.size());
  std::vector<std::uint8_t> states(edges_.size(), kUnseen);
  for (std::uint32_t fragment = 0; fragment < edges_.size(); ++fragment) {
    if (states[fragment] == kUnseen) search_from(fragment, states);
  }
}

void SpreadGraph::search_from(std::uint32_t root, std::vector<std::uint8_t>& states) {
  struct Step {
    std::uint32_t fragment;
    std::size_t next = 0;  ///< the first spread not followed yet
  };
  std::vector<Step> path = {{root}};
  states[root] = kOnPath;
  while (!path.empty()) {
    Step& step = path.back();
    const std::vector<Spread>& spreads = *edges_[step.fragment];
    if (step.next == spreads.size()) {
      states[step.fragment] = kDone;
      bottom_up_.push_back(step.fragment);
      path.pop_back();
      continue;
    }
    const std::uint32_t target = spreads[step.next++].fragment;
    if (states[target] == kUnseen) {
      states[target] = kOnPath;
      path.push_back({target});
    } else if (states[target] == kOnPath && cycle_steps_ < kMaxCycleSteps) {
      std::size_t start = path.size() - 1;
      while (path[start].fragment != target) --start;
      std::vector<Spread> cycle;
      for (; start < path.size(); ++start) {
        cycle.push_back((*edges_[path[start].fragment])[path[start].next - 1]);
      }
      cycle_steps_ += cycle.size();
      cycles_.push_back(std::move(cycle));
    }
  }
}

}  // namespace graphql::validation
