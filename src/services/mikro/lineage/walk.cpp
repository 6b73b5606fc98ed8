#include "services/mikro/lineage/walk.h"

#include <algorithm>

namespace mikro::lineage {

Walk::Walk(std::vector<Start> starts, std::size_t room, std::size_t fanout) : room_(room), fanout_(fanout) {
  for (const Start& start : starts) {
    Side& side = starts_.emplace_back();
    side.start = start;
    side.seen.insert(start.root);
    if (start.depth > 0) side.frontier.push_back(start.root);
  }
}

bool Walk::is_over() const {
  return std::all_of(starts_.begin(), starts_.end(), [](const Side& side) { return side.frontier.empty(); });
}

std::vector<Node> Walk::wanted(Direction direction) const {
  std::set<Node> nodes;
  for (const Side& side : starts_) {
    if (side.start.direction == direction) nodes.insert(side.frontier.begin(), side.frontier.end());
  }
  return {nodes.begin(), nodes.end()};
}

void Walk::go_on(const Hops& up, const Hops& down) {
  for (Side& side : starts_) go_on(side, side.start.direction == Direction::kUp ? up : down);
  // Nothing fits any more, so that nothing is worth being loaded.
  if (is_truncated_) {
    for (Side& side : starts_) side.frontier.clear();
  }
}

void Walk::go_on(Side& side, const Hops& hops) {
  const std::vector<Node> from = std::exchange(side.frontier, {});
  if (from.empty()) return;
  ++side.level;
  for (const Node& parent : from) {
    const auto found = hops.find(parent);
    if (found == hops.end()) continue;
    const std::size_t most = std::min(found->second.size(), fanout_);
    for (std::size_t i = 0; i < most; ++i) {
      const Node& node = found->second[i];
      if (side.seen.contains(node)) continue;
      if (!has_room(side.start.root, node)) {
        is_truncated_ = true;
        continue;
      }
      side.seen.insert(node);
      side.reached.push_back({node, side.level, parent});
      if (side.level < side.start.depth) side.frontier.push_back(node);
    }
  }
}

bool Walk::has_room(const Node& root, const Node& node) {
  if (taken_.contains({root, node})) return true;
  if (taken_.size() >= room_) return false;
  taken_.emplace(root, node);
  return true;
}

std::vector<std::pair<Node, std::int64_t>> merged(const Node& root, const std::vector<Reached>& up,
                                                  const std::vector<Reached>& down) {
  std::vector<std::pair<Node, std::int64_t>> nodes{{root, 0}};
  std::set<Node> seen{root};
  const auto add = [&](const Reached& one, std::int64_t sign) {
    if (seen.insert(one.node).second) nodes.emplace_back(one.node, sign * one.depth);
  };
  // Both are sorted by depth.
  auto below = down.begin();
  for (const Reached& above : up) {
    for (; below != down.end() && below->depth < above.depth; ++below) add(*below, 1);
    add(above, -1);
  }
  for (; below != down.end(); ++below) add(*below, 1);
  return nodes;
}

Neighbours neighbours(Direction direction, const std::vector<Tie>& ties) {
  Neighbours found;
  for (const Tie& tie : ties) {
    if (tie.parent == tie.child) continue;
    const bool is_up = direction == Direction::kUp;
    found[is_up ? tie.child : tie.parent].insert(is_up ? tie.parent : tie.child);
  }
  return found;
}

std::set<Node> with_more(const std::set<Node>& nodes, const Neighbours& known, const Degrees& degrees) {
  std::set<Node> found;
  for (const Node& node : nodes) {
    const auto degree = degrees.find(node);
    if (degree == degrees.end()) continue;
    const auto others = known.find(node);
    const auto shown = others == known.end()
                           ? 0
                           : std::count_if(others->second.begin(), others->second.end(),
                                           [&](const Node& other) { return nodes.contains(other); });
    if (degree->second > static_cast<std::size_t>(shown)) found.insert(node);
  }
  return found;
}

}  // namespace mikro::lineage
