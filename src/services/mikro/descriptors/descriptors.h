// Descriptors: the facts about an object that an action's port can require, as flat keys with a value each.
//
// A structure declares its keys with the SQL that gives each one's value, which is a column: so lists are
// filtered by them without reading JSON.
//
//   registry.on(MetricFilter::kRequires, Descriptors("metrics", {{"@mikro/magnitude",
//   DescriptorType::kNumber,
//                                                                 "{0}.magnitude"}}));
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "entity/call.h"
#include "entity/registry.h"
#include "services/mikro/schema/common.h"

namespace mikro {

enum class DescriptorType { kNumber, kText };

/// Texts are literals. An object whose value is null does not have the key.
struct DescriptorKey {
  std::string_view key;         ///< `@mikro/n_channels`
  DescriptorType type;          ///< of its values
  std::string_view expression;  ///< SQL about the row `{0}`
};

/// The keys of one structure. Immutable; a predicate for its `requires` filter.
class Descriptors {
 public:
  /// `structure` is what errors call its objects.
  Descriptors(std::string_view structure, std::vector<DescriptorKey> keys)
      : structure_(structure), keys_(std::move(keys)) {}

  /// All constraints hold of the row `alias`. A key that an object lacks satisfies EXISTS false and nothing
  /// else; a value of another type is unlike every value. Throws VALIDATION_ERROR for a key that is not
  /// declared, and for an operand that its operator cannot compare with.
  std::string operator()(entity::SqlText& sql, const std::string& alias,
                         const std::vector<schema::DescriptorConstraintInput>& constraints,
                         const entity::Call&) const;

 private:
  const DescriptorKey& find(const std::string& key) const;

  std::string_view structure_;
  std::vector<DescriptorKey> keys_;
};

/// `descriptors` of a structure that declares none.
void no_descriptors(entity::Call&, std::span<const entity::Row> rows, graphql::FieldOutput& out);

}  // namespace mikro
