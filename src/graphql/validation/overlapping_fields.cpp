// Section 5.3.2: fields with the same response key must mean the same.
//
// The specification compares pairs of fields, then all pairs within their
// merged selections, which repeats itself exponentially. Here all fields of a
// response key are compared with the first of them (having the same shape, and
// being the same field, are equivalences), their selection sets become one
// merged set, and each merged set is visited once. Fields on different object
// types never meet in a response: they need only the same shape, so such a
// group splits into one merged set for each object type (each with the fields
// on abstract types) and one of which only the shape is compared. A document
// made to have very many different merged sets runs out of its allowance.
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "graphql/validation/rules.h"

namespace graphql::validation {
namespace {

enum class Compare { kAll, kShapes };

struct Source {
  const ast::SelectionSet* selections;
  const NamedType* type;
  std::size_t owner;  ///< the entry of the outer set it is the selection of
};

struct Entry {
  const ast::Field* node;
  const NamedType* parent;
  const FieldDef* definition;
  std::size_t source;  ///< the source it was collected from

  const Type* type() const { return definition == nullptr ? nullptr : definition->type; }
  const NamedType* object() const {
    return parent != nullptr && parent->kind == NamedType::Kind::kObject ? parent : nullptr;
  }
};

/// A merged selection set, and the one whose fields it is merged from.
struct MergedSet {
  const MergedSet* outer;
  std::vector<Source> sources;
  std::vector<Entry> entries;
};

using Entries = std::vector<Entry>;
/// Indexes into a set's entries.
using Group = std::vector<std::size_t>;

struct SetKeyHash {
  std::size_t operator()(const std::vector<const void*>& key) const {
    std::size_t hash = key.size();
    for (const void* part : key)
      hash = (hash ^ (reinterpret_cast<std::size_t>(part) >> 4)) * 0x9E3779B97F4A7C15U;
    return hash;
  }
};

bool same_value(Context& context, const ast::Value& a, const ast::Value& b);

template <class Named>
std::vector<const Named*> sorted_by_name(const std::vector<Named>& list) {
  std::vector<const Named*> sorted;
  sorted.reserve(list.size());
  for (const Named& element : list) sorted.push_back(&element);
  std::sort(sorted.begin(), sorted.end(),
            [](const Named* a, const Named* b) { return std::tie(a->name, a) < std::tie(b->name, b); });
  return sorted;
}

/// Arguments or object fields; their order means nothing.
template <class Named>
bool same_values(Context& context, const std::vector<Named>& a, const std::vector<Named>& b) {
  if (a.size() != b.size()) return false;
  if (a.empty()) return true;
  const std::vector<const Named*> left = sorted_by_name(a);
  const std::vector<const Named*> right = sorted_by_name(b);
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i]->name != right[i]->name || !same_value(context, left[i]->value, right[i]->value))
      return false;
  }
  return true;
}

bool same_value(Context& context, const ast::Value& a, const ast::Value& b) {
  if (!context.spend(1)) return true;
  if (a.kind != b.kind || a.text != b.text || a.items.size() != b.items.size()) return false;
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    if (!same_value(context, a.items[i], b.items[i])) return false;
  }
  return same_values(context, a.fields, b.fields);
}

/// Same nullability and lists; then the same leaf, or no leaves at all.
bool same_shape(const Type& a, const Type& b) {
  if (&a == &b) return true;
  if (a.kind != b.kind) return false;
  if (a.kind != Type::Kind::kNamed) return same_shape(*a.of, *b.of);
  return a.named == b.named || (!a.named->is_leaf() && !b.named->is_leaf());
}

class Merger {
 public:
  explicit Merger(Context& context) : context_(context), collected_in_(context.fragments().size()) {}

  void visit(MergedSet set, Compare compare) {
    if (context_.exhausted() || context_.full() || !visited_.insert(key_of(set, compare)).second) return;
    collect(set);
    for (const Group& group : groups(set.entries)) check(set, group, compare);
  }

 private:
  static std::vector<const void*> key_of(const MergedSet& set, Compare compare) {
    std::vector<const void*> key;
    key.reserve(set.sources.size() + 1);
    for (const Source& source : set.sources) key.push_back(source.selections);
    std::sort(key.begin(), key.end());
    if (compare == Compare::kShapes) key.push_back(nullptr);
    return key;
  }

  void collect(MergedSet& set) {
    ++collection_;
    for (std::size_t i = 0; i < set.sources.size(); ++i) {
      collect(*set.sources[i].selections, set.sources[i].type, i, set.entries);
    }
  }

  void collect(const ast::SelectionSet& selections, const NamedType* type, std::size_t source,
               Entries& entries) {
    if (!context_.spend(selections.size())) return;
    for (const ast::Selection& selection : selections) {
      if (const auto* field = std::get_if<ast::Field>(&selection.node)) {
        entries.push_back(
            {field, type, type == nullptr ? nullptr : context_.field(*type, field->name), source});
      } else if (const auto* inline_fragment = std::get_if<ast::InlineFragment>(&selection.node)) {
        const std::string& condition = inline_fragment->type_condition;
        collect(inline_fragment->selections, condition.empty() ? type : composite(condition), source,
                entries);
      } else {
        const std::uint32_t index =
            context_.fragment_index(std::get<ast::FragmentSpread>(selection.node).name);
        if (index == kNoFragment || collected_in_[index] == collection_) continue;
        collected_in_[index] = collection_;
        const ast::Fragment& fragment = context_.document().fragments[index];
        collect(fragment.selections, composite(fragment.type_condition), source, entries);
      }
    }
  }

  const NamedType* composite(std::string_view name) const {
    const NamedType* type = context_.type(name);
    return type != nullptr && type->is_composite() ? type : nullptr;
  }

  /// Entries by response key.
  static std::vector<Group> groups(const Entries& entries) {
    Group order(entries.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const int names = entries[a].node->response_key().compare(entries[b].node->response_key());
      return names != 0 ? names < 0 : a < b;
    });
    std::vector<Group> result;
    for (const std::size_t index : order) {
      if (result.empty() ||
          entries[result.back().front()].node->response_key() != entries[index].node->response_key()) {
        result.emplace_back();
      }
      result.back().push_back(index);
    }
    return result;
  }

  void check(const MergedSet& set, const Group& group, Compare compare) {
    if (!context_.spend(group.size())) return;
    if (compare == Compare::kShapes) {
      if (shapes_agree(set, group)) merge(set, group, Compare::kShapes);
      return;
    }
    const std::vector<Group> meeting = groups_that_meet(set, group);
    const auto agrees = [&](const Group& fields) { return fields_agree(set, fields); };
    if (!std::all_of(meeting.begin(), meeting.end(), agrees) || !shapes_agree(set, group)) return;
    for (const Group& fields : meeting) merge(set, fields, Compare::kAll);
    if (meeting.size() > 1) merge(set, group, Compare::kShapes);
  }

  /// The fields of a group divided so that any two of one part may meet in one
  /// response object: those on each object type, each with all on abstract types.
  std::vector<Group> groups_that_meet(const MergedSet& set, const Group& group) {
    std::vector<const NamedType*> objects;
    for (const std::size_t index : group) {
      if (const NamedType* object = set.entries[index].object()) objects.push_back(object);
    }
    std::sort(objects.begin(), objects.end());
    objects.erase(std::unique(objects.begin(), objects.end()), objects.end());
    if (objects.size() < 2) return {group};

    std::vector<Group> meeting;
    for (const NamedType* object : objects) {
      if (!context_.spend(group.size())) return {};
      Group& fields = meeting.emplace_back();
      for (const std::size_t index : group) {
        const NamedType* own = set.entries[index].object();
        if (own == nullptr || own == object) fields.push_back(index);
      }
    }
    return meeting;
  }

  bool fields_agree(const MergedSet& set, const Group& group) {
    const Entry& first = set.entries[group.front()];
    for (std::size_t i = 1; i < group.size(); ++i) {
      const Entry& other = set.entries[group[i]];
      if (other.node->name != first.node->name) {
        report(set, first, other,
               fmt::format("'{}' and '{}' are different fields", first.node->name, other.node->name));
        return false;
      }
      if (!same_values(context_, first.node->arguments, other.node->arguments)) {
        report(set, first, other, "they have differing arguments");
        return false;
      }
    }
    return true;
  }

  bool shapes_agree(const MergedSet& set, const Group& group) {
    const Entry* first = nullptr;
    for (const std::size_t index : group) {
      const Entry& other = set.entries[index];
      if (other.type() == nullptr) continue;
      if (first == nullptr) first = &other;
      if (same_shape(*first->type(), *other.type())) continue;
      report(set, *first, other,
             fmt::format("they return conflicting types '{}' and '{}'", first->type()->printed,
                         other.type()->printed));
      return false;
    }
    return true;
  }

  void merge(const MergedSet& set, const Group& group, Compare compare) {
    MergedSet merged{&set, {}, {}};
    for (const std::size_t index : group) {
      const Entry& entry = set.entries[index];
      if (entry.node->selections.empty()) continue;
      const NamedType* type = entry.type() == nullptr ? nullptr : entry.type()->named;
      merged.sources.push_back({&entry.node->selections, type, index});
    }
    if (!merged.sources.empty()) visit(std::move(merged), compare);
  }

  /// Names the conflict from the first field that both have in common: `a`
  /// conflicts because its subfields `b` do.
  void report(const MergedSet& where, const Entry& first, const Entry& second, std::string reason) {
    if (!reported_.emplace(first.node, second.node).second) return;
    Context::Locations firsts = {first.node->location};
    Context::Locations seconds = {second.node->location};
    const MergedSet* set = &where;
    const Entry* a = &first;
    const Entry* b = &second;
    while (a->source != b->source) {
      reason = fmt::format("subfields '{}' conflict because {}", a->node->response_key(), reason);
      const MergedSet& outer = *set->outer;
      a = &outer.entries[set->sources[a->source].owner];
      b = &outer.entries[set->sources[b->source].owner];
      firsts.insert(firsts.begin(), a->node->location);
      seconds.insert(seconds.begin(), b->node->location);
      set = &outer;
    }
    firsts.insert(firsts.end(), seconds.begin(), seconds.end());
    context_.report(std::move(firsts),
                    "Fields '{}' conflict because {}. "
                    "Use different aliases on the fields to fetch both if this was intentional.",
                    a->node->response_key(), reason);
  }

  Context& context_;
  std::unordered_set<std::vector<const void*>, SetKeyHash> visited_;
  /// The last collection that each fragment was part of: in one set it counts once.
  std::vector<std::size_t> collected_in_;
  std::size_t collection_ = 0;
  std::set<std::pair<const ast::Field*, const ast::Field*>> reported_;
};

}  // namespace

void overlapping_fields_can_be_merged(Context& context) {
  Merger merger(context);
  for (const ast::Operation& operation : context.document().operations) {
    const NamedType* root = context.schema().root(operation.kind);
    merger.visit({nullptr, {{&operation.selections, root, 0}}, {}}, Compare::kAll);
  }
}

}  // namespace graphql::validation
