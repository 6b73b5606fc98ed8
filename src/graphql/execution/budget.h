// How much memory answers in the making may take: clients do ask for lists of
// 100,000 rows, and lists in lists multiply.
#pragma once

#include <atomic>
#include <cstddef>
#include <limits>

#include "base/error.h"

namespace graphql {

/// For all requests of a process. Thread-safe.
struct AnswerLimits {
  std::size_t request_bytes = std::numeric_limits<std::size_t>::max();
  std::size_t process_bytes = std::numeric_limits<std::size_t>::max();
  std::atomic<std::size_t> held{0};
};

/// Ends its operation as a whole: to fail one field and go on with the next
/// would take the memory all the same.
class AnswerTooLarge : public base::Error {
  using base::Error::Error;
};

/// What one request holds: rows, values and the text of its response, nearly.
/// Given back at its destruction. Used by one thread at a time.
class RequestBudget {
 public:
  /// No limit until `draw_on`.
  RequestBudget() = default;
  ~RequestBudget() { give_back(held_); }
  RequestBudget(const RequestBudget&) = delete;
  RequestBudget& operator=(const RequestBudget&) = delete;

  /// The limits must outlive this. Before the first `take`.
  void draw_on(AnswerLimits& limits) { limits_ = &limits; }

  void take(std::size_t bytes) {
    held_ += bytes;
    if (limits_ != nullptr) limits_->held.fetch_add(bytes, std::memory_order_relaxed);
  }
  void give_back(std::size_t bytes) {
    held_ -= bytes;
    if (limits_ != nullptr) limits_->held.fetch_sub(bytes, std::memory_order_relaxed);
  }
  std::size_t held() const { return held_; }
  /// What this request may still take.
  std::size_t left() const {
    if (limits_ == nullptr) return std::numeric_limits<std::size_t>::max();
    return limits_->request_bytes < held_ ? 0 : limits_->request_bytes - held_;
  }

  /// Throws AnswerTooLarge: ANSWER_TOO_LARGE for this request's own limit,
  /// UNAVAILABLE if all together hold too much. `coming`: bytes about to be
  /// taken, where it would be too late afterwards.
  void check(std::size_t coming = 0) const {
    if (limits_ == nullptr) return;
    if (held_ + coming > limits_->request_bytes) {
      throw AnswerTooLarge(
          base::code::kAnswerTooLarge,
          "The answer takes more than {} MiB. Ask for pages of its lists, or for fewer fields.",
          limits_->request_bytes >> 20U);
    }
    if (limits_->held.load(std::memory_order_relaxed) > limits_->process_bytes) {
      throw AnswerTooLarge(
          base::code::kUnavailable,
          std::string("Too many large answers are being made at this moment. Ask for pages of "
                      "the lists, or try again."));
    }
  }

 private:
  AnswerLimits* limits_ = nullptr;
  std::size_t held_ = 0;
};

}  // namespace graphql
