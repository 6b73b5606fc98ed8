// What a signed form may put where. Source: Amazon S3 API reference, "Creating a POST policy".
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "objects/form_reader.h"
#include "objects/s3_caller.h"

namespace objects {

/// Permission of a form, checked but for its file's size.
struct PostPermission {
  Caller caller;
  std::uint64_t min_bytes = 0;
  std::uint64_t max_bytes = 0;
};

/// Whether the policy is signed, lasts, and permits these fields for this bucket: every field must be met by
/// a condition but `policy`, `x-amz-signature`, `file` and `x-ignore-...`. `key` is the field with the file's
/// name put in. Throws S3Error: AccessDenied, InvalidPolicyDocument, and what GrantKey and signatures throw.
PostPermission check_post(const std::vector<FormReader::Field>& fields, std::string_view bucket,
                          std::string_view key, const GrantKey& grants, std::int64_t now);

}  // namespace objects
