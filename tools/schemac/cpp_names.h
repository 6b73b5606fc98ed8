// What names of a schema are called in C++.
#pragma once

#include <string>
#include <string_view>

namespace schemac {

/// `policy` of `policy`, `not_before` of `notBefore`, `operator_` of `operator`. What is written in
/// capitals stays so: `AND`, `DISTINCT`.
std::string member_name(std::string_view name);
/// `kUsedAt` of `usedAt`.
std::string constant_name(std::string_view name);
/// `kAscNullsFirst` of `ASC_NULLS_FIRST`.
std::string enumerator_name(std::string_view value);
/// `UsedAt` of `usedAt`.
std::string pascal_case(std::string_view name);

}  // namespace schemac
