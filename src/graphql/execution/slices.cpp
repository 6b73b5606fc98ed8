// Root lists too long to be held at once: each slice is loaded with everything
// below it, written, and forgotten before the next.
#include <algorithm>
#include <utility>

#include "graphql/execution/execution.h"

namespace graphql {

// The response is the one the whole list would give, errors included: a list
// that is null because one element failed is still looked through to its end.
void Execution::write_sliced(std::size_t field) {
  FieldRun& run = root_.fields[field];
  const PlanField& plan = root_.selection->fields[field];
  const Type& type = *plan.field->type;
  RequestContext::Mark mark = context_.mark();
  const std::size_t begin = text_.size();
  bool is_null = false;
  text_ += '[';
  for (bool is_last = false; !is_last;) {
    run_below(run);
    for (const auto& child : run.groups) complete(*child);
    Cell& list = run.out.cells_[0];
    const std::uint32_t count = list.count;
    const std::size_t left = run.out.following_;
    if (!is_null) is_null = !complete_cell(root_, 0, field, list, type, nullptr) || list.is_null();
    if (is_null) {
      text_.resize(begin);
    } else {
      for (std::uint32_t i = 0; i < count; ++i) {
        if (run.base + i > 0) text_ += ',';
        write_cell(run, run.out.items_[list.index + i], *type.named);
      }
    }
    run.base += count;
    run.groups.clear();
    run.object_at.clear();
    run.out = FieldOutput(1);
    context_.release(mark);
    hold_text(is_null || run.base == 0 ? 0 : (text_.size() - begin) / run.base * left);
    mark.held = context_.budget.held();
    is_last = left == 0;
    if (!is_last && !load_slice(field)) {
      is_null = true;
      is_last = true;
      text_.resize(begin);
    }
  }
  if (!is_null) {
    text_ += ']';
    return;
  }
  text_ += "null";
  if (type.is_non_null()) root_.nulled[0] = 1;
}

// False: it failed, and with it the field.
bool Execution::load_slice(std::size_t field) {
  Batch& batch = *sliced_[field];
  try {
    batch.plan.resolver->start(batch);
    context_.flush();
    batch.plan.resolver->finish(batch);
    split(root_, field);
  } catch (const AnswerTooLarge&) {
    throw;
  } catch (...) {
    fail_all(root_, field, std::current_exception());
    return false;
  }
  return true;
}

void Execution::run_below(const FieldRun& run) {
  std::vector<std::pair<Group*, std::size_t>> work;
  for (const auto& child : run.groups) {
    for (std::size_t i = 0; i < child->fields.size(); ++i) work.emplace_back(child.get(), i);
  }
  run_levels(std::move(work));
}

// Makes room for what the rest will probably take, so that the text is not
// copied, and for a moment there twice, each time it doubles.
void Execution::hold_text(std::size_t expected) {
  RequestBudget& budget = context_.budget;
  const std::size_t wanted = text_.size() + expected + expected / 8;
  if (wanted > text_.capacity() && wanted - text_.size() <= budget.left()) text_.reserve(wanted);
  if (text_.capacity() > text_held_)
    budget.take(text_.capacity() - std::exchange(text_held_, text_.capacity()));
  budget.check();
}

}  // namespace graphql
