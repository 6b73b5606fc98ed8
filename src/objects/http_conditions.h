// When a read answers with an object, with a part of it or with nothing. Source: RFC 9110, sections 13
// and 14.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"
#include "objects/object_files.h"

namespace objects {

/// `Sun, 06 Nov 1994 08:49:37 GMT`, in microseconds UTC; nothing for another form.
std::optional<std::int64_t> read_http_date(std::string_view text);
std::string http_date(std::int64_t micros);

/// Whether an `If-Match` or `If-None-Match` list names this ETag, or everything.
bool names_etag(std::string_view list, std::string_view etag);

enum class Verdict { kGo, kNotModified, kFailed };
/// What the four conditional headers whose names begin with `prefix` (empty, or `x-amz-copy-source-`) say.
Verdict judge(const net::Headers& headers, std::string_view prefix, const ObjectFacts& facts);

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t size = 0;
};
struct RangeChoice {
  std::optional<ByteRange> part;  ///< none: the whole
  bool is_unsatisfiable = false;
};
/// `bytes=a-b`, `a-`, `-n`. Anything else, several ranges among it, is answered with the whole.
RangeChoice choose_range(std::string_view header, std::uint64_t object_size);

}  // namespace objects
