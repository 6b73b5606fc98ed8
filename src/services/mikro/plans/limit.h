// How much one answer of `attributePlans` may say, and so how much is read for it. References and ways
// multiply: without an end a small request fills the memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace mikro {

struct PlanSizes {
  std::size_t hops = 10'000;
  std::size_t columns = 200'000;
  std::size_t steps = 200'000;  ///< of the ways to where plans begin
};

/// Counts over all plans of one answer.
class PlanLimit {
 public:
  /// `advice` says where the plans come from and how to get fewer; it ends the error's message.
  explicit PlanLimit(std::string advice, PlanSizes most = {});

  // These throw VALIDATION_ERROR if it is more than an answer has.
  void count_hop(std::size_t columns);
  void count_way(std::size_t steps);
  [[noreturn]] void refuse() const;

  const PlanSizes& most() const { return most_; }

 private:
  std::string advice_;
  PlanSizes most_;
  PlanSizes counted_{0, 0, 0};
};

/// For `limit $n` of a statement whose rows are at most `most`: one more tells that there are more.
std::int64_t one_more_than(std::size_t most);

}  // namespace mikro
