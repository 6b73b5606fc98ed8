// The shapes of declarations: which members an input type of the schema has,
// which are required and what absent ones mean.
//
// Agents declare in frames (snake_case) and through GraphQL (camelCase); both
// become the same complete snake_case JSON here, the form that is hashed,
// checked and stored.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "graphql/schema/schema.h"

namespace rekuest {

/// Read once from the schema; immutable and thread-safe afterwards.
class Shapes {
 public:
  explicit Shapes(const graphql::Schema& schema);

  /// `value` with every member of the input type `type` present: absent and
  /// null members get their defaults, whole numbers for `Float` become
  /// floats, merged inputs keep only the members of the variant their
  /// discriminator names. Members are read in either spelling and answered in
  /// snake_case, sorted as the schema declares them.
  /// Throws Error(kValidation) naming `path` and what is below it for unknown
  /// members, missing ones and values of the wrong kind.
  base::Json complete(std::string_view type, const base::Json& value, const std::string& path) const;

 private:
  enum class Leaf { kAny, kText, kInt, kFloat, kBoolean, kEnum, kObject };
  struct Shape;
  struct Member {
    std::string snake;
    std::string camel;
    Leaf leaf = Leaf::kAny;
    bool list = false;
    bool non_null = false;
    bool required = false;
    base::Json default_value;
    const Shape* object = nullptr;
    const graphql::NamedType* enumeration = nullptr;
  };
  /// A type whose `discriminator` is set is a merged input: its value has the
  /// shape of one of the variants.
  struct Shape {
    std::string name;
    std::vector<Member> members;
    std::string discriminator;
    std::map<std::string, const Shape*, std::less<>> variants;

    const Member* member(std::string_view key) const;
  };

  Shape& add(const graphql::NamedType& type);
  void add_variants(const graphql::NamedType& type);
  base::Json complete(const Shape& shape, const base::Json& value, const std::string& path) const;
  base::Json complete(const Member& member, const base::Json& value, const std::string& path) const;
  base::Json leaf(const Member& member, const base::Json& value, const std::string& path) const;

  std::map<std::string, std::unique_ptr<Shape>, std::less<>> shapes_;
};

}  // namespace rekuest
