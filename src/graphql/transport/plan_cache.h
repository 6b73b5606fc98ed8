// Documents to plans: parsed, validated and planned once.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "graphql/execution/executor.h"
#include "graphql/validation/validation.h"

namespace graphql {

/// The document is not usable: syntax or validation errors, as responses list them.
class InvalidDocument : public base::Error {
 public:
  explicit InvalidDocument(std::vector<ResponseError> errors);
  std::vector<ResponseError> errors;
};

/// Keyed by the whole text and the operation's name. A document enters on its
/// second use, so that documents made up once do not push out those that come
/// all the time; the least recently used leave. Thread-safe.
class PlanCache {
 public:
  PlanCache(const Executor& executor, std::size_t capacity = 512, std::size_t max_text_bytes = 8 << 20);

  /// Throws InvalidDocument, or base::Error(kValidation) if there is no such
  /// operation or several and no name.
  std::shared_ptr<const Plan> get(std::string_view text, std::string_view operation_name);
  std::size_t size() const;

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const Plan> plan;
  };
  std::shared_ptr<const Plan> make(std::string_view text, std::string_view operation_name) const;
  bool seen_before(std::size_t hash);

  const Executor& executor_;
  const std::size_t capacity_;
  const std::size_t max_text_bytes_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  ///< most recently used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> index_;
  std::size_t text_bytes_ = 0;
  std::vector<std::size_t> seen_;  ///< hashes of documents used once; a slot each, overwritten
};

}  // namespace graphql
