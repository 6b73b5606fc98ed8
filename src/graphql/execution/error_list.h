// The errors of one response, in an order that does not depend on the order in
// which they were found: nearest to the root first, then as in the response.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "graphql/error.h"

namespace graphql {

/// Keeps the first hundred.
class ErrorList {
 public:
  /// Depth, then for each step its field's position and its elements' indices.
  using Place = std::vector<std::uint32_t>;

  bool empty() const { return errors_.empty(); }
  /// Whether an error at this place would be among those kept.
  bool takes(const Place& place) const { return errors_.size() < kMost || place < errors_.back().first; }
  void add(Place place, ResponseError error);
  template <class Function>
  void for_each(Function function) const {
    for (const auto& [place, error] : errors_) function(error);
  }

 private:
  static constexpr std::size_t kMost = 100;
  std::vector<std::pair<Place, ResponseError>> errors_;
};

}  // namespace graphql
