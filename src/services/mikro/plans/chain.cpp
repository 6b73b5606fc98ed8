#include "services/mikro/plans/chain.h"

#include <algorithm>

namespace mikro {
namespace {

class Chain {
 public:
  Chain(const Library& library, PlanLimit& limit) : library_(library), limit_(limit) {}

  void add(PlanHop hop) {
    limit_.count_hop(hop.table != nullptr ? hop.table->columns.size() : 0);
    hops_.push_back(std::move(hop));
  }

  std::size_t size() const { return hops_.size(); }

  void go_on_from(std::size_t parent) {
    if (hops_[parent].table == nullptr) return;  // nothing leads out of an array
    const PlanTable& table = *hops_[parent].table;
    for (const PlanColumn& column : table.columns) {
      if (!column.references || !is_held(parent, column)) continue;
      const PlanTable* target = library_.table(*column.references);
      if (target == nullptr || target->row_id() == nullptr || was_in(parent, *target)) continue;
      PlanHop hop = hop_from(parent, column);
      hop.table = target;
      hop.keys = {{column.name, target->row_id()}};
      hop.join_path.emplace_back(&table, &column);
      add(std::move(hop));
    }
    const auto arrays = library_.arrays.find(table.id);
    if (arrays == library_.arrays.end() || !is_held(parent, *table.row_id())) return;
    for (const PlanArray& array : arrays->second) {
      PlanHop hop = hop_from(parent, *table.row_id());
      hop.array = &array;
      add(std::move(hop));
    }
  }

  std::vector<PlanHop> take() && { return std::move(hops_); }

 private:
  PlanHop hop_from(std::size_t parent, const PlanColumn& via) const {
    PlanHop hop;
    hop.parent = parent;
    hop.via = &via;
    hop.join_path = hops_[parent].join_path;
    return hop;
  }

  bool is_held(std::size_t hop, const PlanColumn& column) const {
    if (!column.axis) return true;
    const std::vector<KeyBinding>& keys = hops_[hop].keys;
    return std::any_of(keys.begin(), keys.end(),
                       [&](const KeyBinding& key) { return key.column == &column; });
  }

  bool was_in(std::size_t hop, const PlanTable& table) const {
    for (std::optional<std::size_t> at = hop; at; at = hops_[*at].parent) {
      if (hops_[*at].table == &table) return true;
    }
    return false;
  }

  const Library& library_;
  PlanLimit& limit_;
  std::vector<PlanHop> hops_;
};

}  // namespace

std::vector<PlanHop> chain_from(const Library& library, const PlanTable& table, std::vector<KeyBinding> keys,
                                std::int64_t joins, PlanLimit& limit) {
  Chain chain(library, limit);
  PlanHop landing;
  landing.table = &table;
  landing.keys = std::move(keys);
  chain.add(std::move(landing));
  std::size_t begin = 0;
  for (std::int64_t step = 0; step < joins; ++step) {
    const std::size_t end = chain.size();
    for (std::size_t hop = begin; hop < end; ++hop) chain.go_on_from(hop);
    begin = end;
  }
  return std::move(chain).take();
}

}  // namespace mikro
