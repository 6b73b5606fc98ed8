#include "graphql/execution/execution.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "graphql/schema/coercion.h"

namespace graphql {
namespace {

// Of an object: itself, its place and its children's, a cell for each field is
// counted with the field.
constexpr std::size_t kObjectBytes =
    2 * sizeof(Object) + sizeof(Group::Origin) + 2 * sizeof(std::uint32_t) + sizeof(char);

}  // namespace

// --- FieldOutput ------------------------------------------------------------

Cell FieldOutput::add_object(const Object& object) {
  Cell cell;
  cell.kind = Cell::Kind::kObject;
  cell.index = static_cast<std::uint32_t>(objects_.size());
  objects_.push_back(object);
  return cell;
}

void FieldOutput::set_objects(std::size_t parent, std::span<const Object> list) {
  begin_list();
  for (const Object& object : list) item(add_object(object));
  set(parent, end_list());
}

Cell FieldOutput::end_list() {
  const std::size_t start = list_start_.back();
  list_start_.pop_back();
  Cell cell;
  cell.kind = Cell::Kind::kList;
  cell.index = static_cast<std::uint32_t>(items_.size());
  cell.count = static_cast<std::uint32_t>(pending_.size() - start);
  items_.insert(items_.end(), pending_.begin() + static_cast<std::ptrdiff_t>(start), pending_.end());
  pending_.resize(start);
  return cell;
}

void FieldOutput::fail(std::size_t parent, std::exception_ptr error) {
  cells_[parent].kind = Cell::Kind::kError;
  failures_.emplace_back(parent, std::move(error));
}

// --- running levels ---------------------------------------------------------

struct Execution::Started {
  Group* group;
  std::size_t field;
  std::unique_ptr<Batch> batch;
  std::exception_ptr error;
};

Execution::Execution(const ResolverMap& resolvers, const Plan& plan, const base::Json& variables,
                     RequestContext& context)
    : resolvers_(resolvers), plan_(plan), variables_(variables), context_(context) {
  root_.selection = &plan.root();
  root_.objects.push_back(Object{plan.root().type, nullptr, 0});
  root_.origins.push_back({});
  prepare(root_);
}

void Execution::prepare(Group& group) const {
  group.fields.resize(group.selection->fields.size());
  for (std::size_t i = 0; i < group.fields.size(); ++i) {
    const PlanField& field = group.selection->fields[i];
    group.fields[i].selected = field.condition.holds(variables_);
    if (group.fields[i].selected && field.field != nullptr) {
      group.fields[i].out = FieldOutput(group.objects.size());
    }
  }
  group.nulled.assign(group.objects.size(), 0);
}

void Execution::run_all() {
  std::vector<std::pair<Group*, std::size_t>> work;
  for (std::size_t i = 0; i < root_.fields.size(); ++i) work.emplace_back(&root_, i);
  may_slice_ = true;
  sliced_.resize(root_.fields.size());
  run_levels(std::move(work));
  const auto is_set = [](const auto& batch) { return batch != nullptr; };
  if (std::any_of(sliced_.begin(), sliced_.end(), is_set)) write_data();
}

void Execution::run_root(std::size_t field, const base::Json* value) {
  root_.objects[0].data = value;
  run_levels({{&root_, field}});
}

void Execution::fail_root(std::size_t field, std::exception_ptr error) { fail_all(root_, field, error); }

base::Json Execution::root_arguments(std::size_t field) const {
  const PlanField& plan = root_.selection->fields[field];
  if (plan.arguments_are_constant) return plan.constant_arguments;
  return coerce_arguments(plan.field->arguments, plan.node->arguments, &variables_);
}

void Execution::run_levels(std::vector<std::pair<Group*, std::size_t>> work) {
  while (!work.empty()) {
    std::vector<std::pair<Group*, std::size_t>> next;
    run_level(work, next);
    work = std::move(next);
  }
}

// All fields of a level queue their reads, one flush answers them, then all
// take their values.
void Execution::run_level(const std::vector<std::pair<Group*, std::size_t>>& work,
                          std::vector<std::pair<Group*, std::size_t>>& next) {
  std::vector<Started> started;
  started.reserve(work.size());
  bool queued = false;
  for (const auto& [group, index] : work) {
    const PlanField& plan = group->selection->fields[index];
    if (!group->fields[index].selected || plan.field == nullptr) continue;
    Started& one = started.emplace_back(Started{group, index, nullptr, nullptr});
    try {
      if (group == &root_ && resolvers_.authorize) resolvers_.authorize(context_, *plan.field);
      const base::Json& arguments =
          plan.arguments_are_constant
              ? plan.constant_arguments
              : context_.keep(coerce_arguments(plan.field->arguments, plan.node->arguments, &variables_));
      one.batch =
          std::make_unique<Batch>(Batch{plan, *plan.field, arguments, group->objects, context_,
                                        group->fields[index].out, may_slice_ && group == &root_, nullptr});
      require_built(plan);
      if (group == &root_ && root_.objects[0].data == nullptr) run_action(one);
      plan.resolver->start(*one.batch);
      queued = queued || plan.resolver->reads();
    } catch (...) {
      one.error = std::current_exception();
    }
  }
  if (queued) {
    try {
      context_.flush();
    } catch (...) {
      for (Started& one : started) {
        if (!one.error && one.batch->plan.resolver->reads()) one.error = std::current_exception();
      }
    }
  }
  for (Started& one : started) {
    FieldRun& run = one.group->fields[one.field];
    if (!one.error) {
      try {
        one.batch->plan.resolver->finish(*one.batch);
        split(*one.group, one.field);
      } catch (const AnswerTooLarge&) {
        throw;
      } catch (...) {
        one.error = std::current_exception();
      }
    }
    if (one.error) {
      fail_all(*one.group, one.field, one.error);
      continue;
    }
    for (const auto& [object, error] : run.out.failures_) add_error(*one.group, object, one.field, error);
    if (run.out.following_ > 0) {
      sliced_[one.field] = std::move(one.batch);
      continue;
    }
    for (const auto& child : run.groups) {
      for (std::size_t i = 0; i < child->fields.size(); ++i) next.emplace_back(child.get(), i);
    }
  }
}

// A query's root field whose value comes from code: it answers before it returns.
void Execution::run_action(Started& started) {
  const PlanField& plan = started.batch->plan;
  const RootAction* action = resolvers_.action(*plan.field);
  if (action == nullptr) return;
  std::exception_ptr failure;
  base::Json value;
  bool answered = false;
  action->run(context_, plan, started.batch->arguments, [&](std::exception_ptr error, base::Json result) {
    answered = true;
    failure = std::move(error);
    value = std::move(result);
  });
  if (failure) std::rethrow_exception(failure);
  if (!answered)
    throw base::Error(base::code::kInternal, "The query {} answered too late.", plan.field->name);
  const base::Json& kept = context_.keep(std::move(value));
  auto parent = std::make_shared<Object>(Object{root_.selection->type, &kept, 0});
  started.batch->parents = std::span<const Object>(&context_.keep_alive(std::move(parent)), 1);
}

void Execution::fail_all(Group& group, std::size_t field, const std::exception_ptr& error) {
  FieldRun& run = group.fields[field];
  run.out = FieldOutput(group.objects.size());
  run.groups.clear();
  for (std::size_t i = 0; i < group.objects.size(); ++i) {
    run.out.cells_[i].kind = Cell::Kind::kError;
    add_error(group, i, field, error);
  }
}

// Sorts a field's objects into groups by concrete type: the next level.
void Execution::split(Group& group, std::size_t field) {
  FieldRun& run = group.fields[field];
  context_.budget.take((run.out.cells_.size() + run.out.items_.size()) * sizeof(Cell) +
                       run.out.objects_.size() * kObjectBytes);
  context_.budget.check();
  if (run.out.objects_.empty()) return;
  run.object_at.resize(run.out.objects_.size());
  for (std::size_t i = 0; i < run.out.cells_.size(); ++i) {
    place(group, field, run.out.cells_[i], {static_cast<std::uint32_t>(i), -1});
  }
  for (const auto& child : run.groups) prepare(*child);
}

void Execution::place(Group& group, std::size_t field, const Cell& cell, Group::Origin origin) {
  FieldRun& run = group.fields[field];
  if (cell.kind == Cell::Kind::kList) {
    for (std::uint32_t i = 0; i < cell.count; ++i) {
      place(group, field, run.out.items_[cell.index + i],
            {origin.parent, static_cast<std::int64_t>(run.base + i)});
    }
    return;
  }
  if (cell.kind != Cell::Kind::kObject) return;
  const Object& object = run.out.objects_[cell.index];
  std::uint32_t at = 0;
  while (at < run.groups.size() && run.groups[at]->selection->type != object.type) ++at;
  if (at == run.groups.size()) {
    auto child = std::make_unique<Group>();
    child->selection = group.selection->fields[field].selection->of(*object.type);
    child->parent = &group;
    child->parent_field = field;
    run.groups.push_back(std::move(child));
  }
  Group& child = *run.groups[at];
  run.object_at[cell.index] = {at, static_cast<std::uint32_t>(child.objects.size())};
  child.objects.push_back(object);
  child.origins.push_back(origin);
}

// --- completing: null propagation, bottom up --------------------------------

void Execution::complete(Group& group) {
  for (std::size_t index = 0; index < group.fields.size(); ++index) complete_field(group, index);
}

void Execution::complete_field(Group& group, std::size_t index) {
  FieldRun& run = group.fields[index];
  const PlanField& plan = group.selection->fields[index];
  if (!run.selected || plan.field == nullptr) return;
  for (const auto& child : run.groups) complete(*child);
  for (std::size_t object = 0; object < group.objects.size(); ++object) {
    if (!complete_cell(group, object, index, run.out.cells_[object], *plan.field->type, nullptr)) {
      group.nulled[object] = 1;
    }
  }
}

// False: null where the type does not allow it.
bool Execution::complete_cell(Group& group, std::size_t object, std::size_t field, Cell& cell,
                              const Type& type, const ListPlace* place) {
  FieldRun& run = group.fields[field];
  if (cell.kind == Cell::Kind::kError) {
    cell.kind = Cell::Kind::kNull;
    return !type.is_non_null();
  }
  if (cell.is_null()) {
    if (!type.is_non_null()) return true;
    missing_value(group, object, field, place);
    return false;
  }
  if (cell.kind == Cell::Kind::kObject) {
    const auto [child, at] = run.object_at[cell.index];
    if (run.groups[child]->nulled[at] == 0) return true;
    cell = Cell::null();
    return !type.is_non_null();
  }
  if (cell.kind == Cell::Kind::kList) {
    const Type& element = type.element();
    for (std::uint32_t i = 0; i < cell.count; ++i) {
      const ListPlace here{place, run.base + i};
      if (complete_cell(group, object, field, run.out.items_[cell.index + i], element, &here)) continue;
      cell = Cell::null();
      return !type.is_non_null();
    }
    return true;
  }
  if (cell.kind == Cell::Kind::kJson && !complete_json(group, object, field, *cell.json, type, place)) {
    cell = Cell::null();
    return !type.is_non_null();
  }
  return true;
}

// A leaf, or lists of leaves, as they are stored. False: it does not fit.
bool Execution::complete_json(const Group& group, std::size_t object, std::size_t field,
                              const base::Json& value, const Type& type, const ListPlace* place) {
  if (value.is_null()) {
    if (!type.is_non_null()) return true;
    missing_value(group, object, field, place);
    return false;
  }
  if (type.is_list()) {
    if (!value.is_array()) return true;
    std::size_t index = 0;
    return std::all_of(value.items().begin(), value.items().end(), [&](const base::Json& item) {
      const ListPlace here{place, index++};
      return complete_json(group, object, field, item, type.element(), &here);
    });
  }
  try {
    check_output(*type.named, value);
    return true;
  } catch (...) {
    add_error(group, object, field, std::current_exception(), place);
    return false;
  }
}

void Execution::missing_value(const Group& group, std::size_t object, std::size_t field,
                              const ListPlace* place) {
  const FieldDef& definition = *group.selection->fields[field].field;
  add_error(group, object, field,
            std::make_exception_ptr(base::Error(base::code::kInternal,
                                                "Cannot return null for non-nullable field {}.{}.",
                                                definition.owner->name, definition.name)),
            place);
}

}  // namespace graphql
