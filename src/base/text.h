// Text: encodings, case, names and the times printed in it. All text is UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

bool is_valid_utf8(std::string_view text);
/// U+0000 is legal UTF-8 but no database text; callers refuse it.
bool contains_nul(std::string_view text);

/// Unicode full case folding without locale: two texts are equal but for case
/// exactly if they fold to the same text. `text` must be valid UTF-8.
std::string fold_case(std::string_view text);

/// Field names: `keyPath` <-> `key_path`, `threeDModel` <-> `three_d_model`.
/// Leading underscores stay.
std::string snake_case(std::string_view camel);
std::string camel_case(std::string_view snake);

/// Without white space (ASCII) at both ends.
std::string_view trim(std::string_view text);
/// The parts between separators, empty ones included: `"a,,b"` has three.
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// Number of insertions, deletions, replacements and swaps of neighbours, in
/// bytes, that make one text of the other: for "did you mean".
std::size_t edit_distance(std::string_view a, std::string_view b);

/// ISO 8601 to microseconds since 1970 UTC. `T` or a space between date and
/// time, seconds and fraction optional (digits beyond microseconds are cut),
/// `Z`, `+hh:mm`, `+hhmm`, `+hh` or no offset (then UTC), or a date alone
/// (midnight). Years 0001 to 9999. nullopt for anything else.
std::optional<std::int64_t> parse_datetime(std::string_view text);
/// `2026-01-02T03:04:05.678901+00:00`, the fraction only if it is not zero.
std::string format_datetime(std::int64_t micros);

}  // namespace base
