#include "services/mikro/plans/limit.h"

#include <utility>

#include "base/error.h"

namespace mikro {

PlanLimit::PlanLimit(std::string advice, PlanSizes most) : advice_(std::move(advice)), most_(most) {}

void PlanLimit::count_hop(std::size_t columns) {
  counted_.hops += 1;
  counted_.columns += columns;
  if (counted_.hops > most_.hops || counted_.columns > most_.columns) refuse();
}

void PlanLimit::count_way(std::size_t steps) {
  counted_.steps += steps;
  if (counted_.steps > most_.steps) refuse();
}

void PlanLimit::refuse() const {
  throw base::Error(base::code::kValidation,
                    "The plans from here have more than {} hops, {} columns or {} steps of ways. {}",
                    most_.hops, most_.columns, most_.steps, advice_);
}

std::int64_t one_more_than(std::size_t most) { return static_cast<std::int64_t>(most) + 1; }

}  // namespace mikro
