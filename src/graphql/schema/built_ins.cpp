#include "graphql/schema/built_ins.h"

#include <algorithm>
#include <array>

namespace graphql {

std::string_view built_in_sdl() {
  return R"(
"Text, as UTF-8."
scalar String

"`true` or `false`."
scalar Boolean

"A whole number of 32 bits, with sign."
scalar Int

"A double-precision number; never infinite and never NaN."
scalar Float

"Names an object. Written as a string; whole numbers are read as well."
scalar ID

"Leaves the field or fragment out unless `if` is true."
directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT

"Leaves the field or fragment out if `if` is true."
directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT

"Still works, but should not be used any more."
directive @deprecated(
  "What to use instead, in Markdown."
  reason: String = "No longer supported"
) on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE

"Where the form of a scalar is written down."
directive @specifiedBy(url: String!) on SCALAR

"Exactly one field of the input object is given, and it is not null."
directive @oneOf on INPUT_OBJECT
)";
}

bool is_built_in_scalar(std::string_view type_name) {
  constexpr std::array<std::string_view, 5> kNames = {"String", "Boolean", "Int", "Float", "ID"};
  return std::ranges::find(kNames, type_name) != kNames.end();
}

}  // namespace graphql
