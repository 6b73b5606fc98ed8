#include "services/mikro/lineage/node.h"

#include <fmt/format.h>

namespace mikro::lineage {
namespace {

// Ids are counted up from 1, so that no table ever reaches 2^56 of them.
constexpr int kBitsOfIds = 56;

}  // namespace

std::string Node::key() const { return fmt::format("{}:{}", entity::text_of(kind), id); }

std::int64_t Node::code() const { return base_of(kind) + id; }

std::int64_t base_of(Kind kind) { return static_cast<std::int64_t>(kind) << kBitsOfIds; }

Node node_of(std::int64_t code) {
  return {static_cast<Kind>(code >> kBitsOfIds), code & ((std::int64_t{1} << kBitsOfIds) - 1)};
}

const DataKind& data_kind(Kind kind) { return *kind_of_value(entity::text_of(kind)); }

Kind kind_of(const DataKind& kind) { return *entity::value_of<Kind>(kind.value); }

}  // namespace mikro::lineage
