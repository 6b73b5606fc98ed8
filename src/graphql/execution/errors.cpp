// Where an error stands in the response.
#include <algorithm>
#include <utility>

#include "graphql/execution/execution.h"

namespace graphql {

void ErrorList::add(Place place, ResponseError error) {
  const auto after = std::upper_bound(errors_.begin(), errors_.end(), place,
                                      [](const Place& one, const auto& other) { return one < other.first; });
  errors_.emplace(after, std::move(place), std::move(error));
  if (errors_.size() > kMost) errors_.pop_back();
}

void Execution::add_error(const Group& group, std::size_t object, std::size_t field,
                          const std::exception_ptr& error, const ListPlace* place) {
  ErrorList::Place order = order_of(group, object, field, place);
  if (!errors_.takes(order)) return;
  ResponseError response;
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& exception) {
    response = ResponseError::from(exception);
  } catch (...) {
    response.message = "An internal error occurred.";
  }
  response.locations.push_back(group.selection->fields[field].node->location);
  response.path = path_of(group, object, field);
  const std::size_t end = response.path.size();
  for (; place != nullptr; place = place->outer) {
    response.path.insert(response.path.begin() + static_cast<std::ptrdiff_t>(end), place->element);
  }
  errors_.add(std::move(order), std::move(response));
}

ErrorList::Place Execution::order_of(const Group& group, std::size_t object, std::size_t field,
                                     const ListPlace* place) {
  // Built from the leaf to the root, then turned.
  ErrorList::Place order;
  for (; place != nullptr; place = place->outer) order.push_back(static_cast<std::uint32_t>(place->element));
  order.push_back(static_cast<std::uint32_t>(field));
  std::uint32_t depth = 1;
  for (const Group* at = &group; at->parent != nullptr; at = at->parent) {
    const Group::Origin& origin = at->origins[object];
    if (origin.element >= 0) order.push_back(static_cast<std::uint32_t>(origin.element));
    order.push_back(static_cast<std::uint32_t>(at->parent_field));
    object = origin.parent;
    ++depth;
  }
  order.push_back(depth);
  std::reverse(order.begin(), order.end());
  return order;
}

std::vector<PathSegment> Execution::path_of(const Group& group, std::size_t object, std::size_t field) {
  std::vector<PathSegment> path{group.selection->fields[field].response_key};
  for (const Group* at = &group; at->parent != nullptr; at = at->parent) {
    const Group::Origin& origin = at->origins[object];
    if (origin.element >= 0) path.emplace_back(static_cast<std::size_t>(origin.element));
    path.emplace_back(at->parent->selection->fields[at->parent_field].response_key);
    object = origin.parent;
  }
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace graphql
