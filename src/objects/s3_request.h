// A request as S3 reads it: which bucket, which key, which parameters.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http.h"

namespace objects {

/// Immutable once made.
struct S3Request {
  /// Path style: `/<bucket>/<key>`. Throws S3Error for a key that cannot be (see `check_key`), a query that
  /// cannot be read, or a bucket's name that is none.
  explicit S3Request(net::HttpRequest request);

  /// Empty if there is none.
  std::string_view header(std::string_view name) const;
  bool has(std::string_view parameter) const;
  /// The first of that name; nothing if there is none.
  std::optional<std::string_view> parameter(std::string_view name) const;
  /// Throws S3Error(InvalidArgument) for what is no number from 0 to `largest`.
  std::optional<std::uint64_t> number(std::string_view parameter, std::uint64_t largest) const;

  net::HttpRequest http;
  std::string bucket;  ///< empty: the request is about all of them
  std::string key;     ///< empty: about the bucket
  std::vector<std::pair<std::string, std::string>> parameters;
};

/// Throws S3Error for a key that is empty or too long, is no UTF-8, contains U+0000 or has a part `.` or
/// `..`: somebody on the way might take such a part for another folder than we would.
void check_key(std::string_view key);

/// A whole number written in digits and nothing else.
std::optional<std::uint64_t> read_number(std::string_view text);

}  // namespace objects
