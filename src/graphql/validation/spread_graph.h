// Which fragment spreads which others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "graphql/language/ast.h"

namespace graphql::validation {

inline constexpr std::uint32_t kNoFragment = UINT32_MAX;

struct Spread {
  const ast::FragmentSpread* node = nullptr;
  std::uint32_t fragment = kNoFragment;
};

/// Built without recursion: a chain of fragments may be as long as the
/// document.
class SpreadGraph {
 public:
  SpreadGraph() = default;
  /// `edges[f]` are the spreads inside fragment f.
  explicit SpreadGraph(std::vector<const std::vector<Spread>*> edges);

  /// Every fragment after those it spreads; meaningful only without cycles.
  const std::vector<std::uint32_t>& bottom_up() const { return bottom_up_; }
  /// One per spread that closes a cycle (not all of very many): the spreads along the way, starting
  /// in the fragment that the last of them names.
  const std::vector<std::vector<Spread>>& cycles() const { return cycles_; }

 private:
  void search_from(std::uint32_t root, std::vector<std::uint8_t>& states);

  std::vector<const std::vector<Spread>*> edges_;
  std::vector<std::uint32_t> bottom_up_;
  std::vector<std::vector<Spread>> cycles_;
  std::size_t cycle_steps_ = 0;
};

}  // namespace graphql::validation
