// One running operation: its levels, then its response. Internal to execution/.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "graphql/execution/error_list.h"
#include "graphql/execution/executor.h"
#include "graphql/execution/plan.h"
#include "graphql/execution/resolver.h"

namespace graphql {

/// Objects of one concrete type at one place of the response, with the values
/// of their fields.
struct Group;

struct FieldRun {
  bool selected = false;
  std::size_t base = 0;  ///< elements of a root list's earlier slices
  FieldOutput out{0};
  std::vector<std::unique_ptr<Group>> groups;                      ///< by concrete type
  std::vector<std::pair<std::uint32_t, std::uint32_t>> object_at;  ///< object index -> group, place in it
};

struct Group {
  const TypeSelection* selection = nullptr;
  Group* parent = nullptr;
  std::size_t parent_field = 0;
  std::vector<Object> objects;
  /// Where each object hangs: the parent's place in its group, and the element
  /// index when the field is a list.
  struct Origin {
    std::uint32_t parent = 0;
    std::int64_t element = -1;
  };
  std::vector<Origin> origins;
  std::vector<FieldRun> fields;
  std::vector<char> nulled;  ///< a non-null field below failed: the object is null
};

class Execution {
 public:
  Execution(const ResolverMap& resolvers, const Plan& plan, const base::Json& variables,
            RequestContext& context);

  /// Runs every root field, or only one (mutations, events), with everything
  /// below. Only the former slices long lists.
  void run_all();
  void run_root(std::size_t field, const base::Json* value);
  /// A root field's action failed before there was a value.
  void fail_root(std::size_t field, std::exception_ptr error);
  bool root_selected(std::size_t field) const { return root_.fields[field].selected; }
  base::Json root_arguments(std::size_t field) const;

  Response finish();

 private:
  struct Started;
  void prepare(Group& group) const;
  void run_levels(std::vector<std::pair<Group*, std::size_t>> work);
  void run_level(const std::vector<std::pair<Group*, std::size_t>>& work,
                 std::vector<std::pair<Group*, std::size_t>>& next);
  void run_action(Started& started);
  void run_below(const FieldRun& run);
  void fail_all(Group& group, std::size_t field, const std::exception_ptr& error);
  /// Which element of a field's lists something is about, innermost first.
  struct ListPlace {
    const ListPlace* outer;
    std::size_t element;
  };
  void add_error(const Group& group, std::size_t object, std::size_t field, const std::exception_ptr& error,
                 const ListPlace* place = nullptr);
  static ErrorList::Place order_of(const Group& group, std::size_t object, std::size_t field,
                                   const ListPlace* place);
  void split(Group& group, std::size_t field);
  void place(Group& group, std::size_t field, const Cell& cell, Group::Origin origin);
  static std::vector<PathSegment> path_of(const Group& group, std::size_t object, std::size_t field);
  bool is_sliced(std::size_t field) const { return field < sliced_.size() && sliced_[field] != nullptr; }

  void complete(Group& group);
  void complete_field(Group& group, std::size_t field);
  bool complete_cell(Group& group, std::size_t object, std::size_t field, Cell& cell, const Type& type,
                     const ListPlace* place);
  bool complete_json(const Group& group, std::size_t object, std::size_t field, const base::Json& value,
                     const Type& type, const ListPlace* place);
  void missing_value(const Group& group, std::size_t object, std::size_t field, const ListPlace* place);

  void write_data();
  void write_sliced(std::size_t field);
  bool load_slice(std::size_t field);
  void hold_text(std::size_t expected);
  void write_object(const Group& group, std::size_t object);
  void write_field(const Group& group, std::size_t field, std::size_t object);
  void write_cell(const FieldRun& run, const Cell& cell, const NamedType& type);

  const ResolverMap& resolvers_;
  const Plan& plan_;
  const base::Json& variables_;
  RequestContext& context_;
  Group root_;
  ErrorList errors_;
  std::vector<std::unique_ptr<Batch>> sliced_;  ///< by root field, null where the list was short
  bool may_slice_ = false;
  std::string text_;  ///< of the response
  std::size_t text_held_ = 0;
};

}  // namespace graphql
