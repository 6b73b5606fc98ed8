// Who made a row, when, and in which task: stamped when it is made, and what lists are filtered by.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "entity/lookup.h"
#include "entity/registry.h"
#include "sql/database.h"

namespace mikro {

/// Who makes rows now. Read once an operation, before its transaction.
struct Maker {
  std::int64_t organization = 0;
  std::int64_t user = 0;
  std::int64_t client = 0;
  std::optional<std::int64_t> task;  ///< the row of the task that the caller acts in
  std::int64_t now = 0;              ///< microseconds UTC

  sql::Value task_value() const { return task ? sql::Value(*task) : sql::Value(std::monostate()); }
};
Maker maker_of(entity::Call& call);

/// Before a row of `table` is deleted, in that transaction. Throws PERMISSION_DENIED unless the caller made
/// it, was who the task that made it was assigned by, or administers the organization. Throws NOT_FOUND if
/// the organization has no such row (any more); `what` names it. From then on nobody else deletes it or
/// begins to refer to it.
void expect_may_delete(sql::Writer& writer, entity::Call& call, std::string_view table, std::int64_t id,
                       std::string_view what);

/// Throws VALIDATION_ERROR if nothing can be read in `name`; `what` begins the sentence.
void expect_name(std::string_view name, std::string_view what);

/// Throws NOT_FOUND if the organization has no such row.
void expect_row(sql::Reader& reader, entity::Call& call, std::string_view table, std::int64_t id,
                std::string_view what);

// Conditions on a row `alias` with the columns `creator_id`, `created_at`, `created_through_id`.
std::string created_before(entity::SqlText& sql, const std::string& alias, entity::Time time,
                           const entity::Call&);
std::string created_after(entity::SqlText& sql, const std::string& alias, entity::Time time,
                          const entity::Call&);
std::string owned_by(entity::SqlText& sql, const std::string& alias, const entity::Id& sub,
                     const entity::Call&);
std::string created_through_task(entity::SqlText& sql, const std::string& alias, const std::string& task,
                                 const entity::Call&);
std::string assigned_by(entity::SqlText& sql, const std::string& alias, const entity::Id& sub,
                        const entity::Call&);
std::string created_through_user(entity::SqlText& sql, const std::string& alias, const entity::Id& user,
                                 const entity::Call&);
/// The id of the user that the task was assigned by.
std::string created_through_by(entity::SqlText& sql, const std::string& alias, const entity::Call&);

/// The filters that all things with an owner share.
template <class Filter>
void add_owner_filters(entity::Registry& registry) {
  registry.on(Filter::kCreatedBefore, created_before);
  registry.on(Filter::kCreatedAfter, created_after);
  registry.on(Filter::kOwner, owned_by);
}

/// Those of things that tasks make.
template <class Filter>
void add_task_filters(entity::Registry& registry) {
  add_owner_filters<Filter>(registry);
  registry.on(Filter::kCreatedThroughTask, created_through_task);
  registry.on(Filter::kAssignedBy, assigned_by);
  registry.on(Filter::kCreatedThroughBy, created_through_user);
}

/// `search`: a part of the name.
template <class Filter>
void add_name_search(entity::Registry& registry) {
  registry.on(Filter::kSearch,
              [](entity::SqlText& sql, const std::string& alias, const std::string& text,
                 const entity::Call&) { return entity::contains_folded(sql, alias + ".name", text); });
}

}  // namespace mikro
