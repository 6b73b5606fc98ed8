#include "graphql/transport/plan_cache.h"

#include <functional>
#include <utility>

#include "graphql/language/parser.h"

namespace graphql {
namespace {

const ast::Operation& choose_operation(const ast::Document& document, std::string_view name) {
  if (name.empty()) {
    if (document.operations.size() == 1) return document.operations.front();
    throw base::Error(
        base::code::kValidation,
        std::string(document.operations.empty()
                        ? "The document has no operation."
                        : "Must provide operation name if query contains multiple operations."));
  }
  for (const ast::Operation& operation : document.operations) {
    if (operation.name == name) return operation;
  }
  throw base::Error(base::code::kValidation, "Unknown operation named \"{}\".", name);
}

}  // namespace

InvalidDocument::InvalidDocument(std::vector<ResponseError> list)
    : base::Error(base::code::kValidation,
                  list.empty() ? std::string("Invalid document.") : list.front().message),
      errors(std::move(list)) {}

PlanCache::PlanCache(const Executor& executor, std::size_t capacity, std::size_t max_text_bytes)
    : executor_(executor), capacity_(capacity), max_text_bytes_(max_text_bytes), seen_(4096, 0) {}

std::size_t PlanCache::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::shared_ptr<const Plan> PlanCache::get(std::string_view text, std::string_view operation_name) {
  std::string key;
  key.reserve(text.size() + operation_name.size() + 1);
  key.append(operation_name).append(1, '\0').append(text);
  const std::size_t hash = std::hash<std::string_view>()(key);
  {
    const std::lock_guard lock(mutex_);
    if (const auto it = index_.find(key); it != index_.end()) {
      entries_.splice(entries_.begin(), entries_, it->second);
      return it->second->plan;
    }
  }
  std::shared_ptr<const Plan> plan = make(text, operation_name);
  const std::lock_guard lock(mutex_);
  if (!seen_before(hash) || index_.contains(key) || key.size() > max_text_bytes_) return plan;
  text_bytes_ += key.size();
  entries_.push_front(Entry{std::move(key), plan});
  index_.emplace(entries_.front().key, entries_.begin());
  while (entries_.size() > capacity_ || text_bytes_ > max_text_bytes_) {
    text_bytes_ -= entries_.back().key.size();
    index_.erase(entries_.back().key);
    entries_.pop_back();
  }
  return plan;
}

bool PlanCache::seen_before(std::size_t hash) {
  std::size_t& slot = seen_[hash % seen_.size()];
  return std::exchange(slot, hash) == hash;
}

std::shared_ptr<const Plan> PlanCache::make(std::string_view text, std::string_view operation_name) const {
  std::shared_ptr<const ast::Document> document;
  try {
    document = std::make_shared<const ast::Document>(parse_document(text));
  } catch (const SyntaxError& error) {
    ResponseError response = ResponseError::from(error);
    response.locations.push_back(error.location);
    throw InvalidDocument({std::move(response)});
  }
  if (std::vector<ResponseError> errors = validate(executor_.schema(), *document); !errors.empty()) {
    throw InvalidDocument(std::move(errors));
  }
  const ast::Operation& operation = choose_operation(*document, operation_name);
  return Plan::make(executor_.schema(), executor_.resolvers(), document, operation);
}

}  // namespace graphql
