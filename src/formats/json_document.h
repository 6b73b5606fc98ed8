// What the readers of JSON documents share: a document is an object of bounded
// size, and whoever wrote a wrong one is shown the value that is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace formats {

/// Metadata is small: attributes of a few megabytes are the largest anybody stores.
inline constexpr std::size_t kMaxDocument = std::size_t{4} << 20;

/// The object that `text` is. `name` is what errors call the document.
/// Throws Error(kValidation) for more than kMaxDocument bytes, for anything but
/// valid JSON and for anything but an object.
base::Json parse_document(std::string_view text, std::string_view name);

/// A value as an error shows it: its JSON, shortened.
std::string shown(const base::Json& value);
std::string shown(std::span<const std::int64_t> sizes);

/// The list of whole numbers that `value` is, each at least `smallest`; nullopt for anything else.
std::optional<std::vector<std::int64_t>> whole_numbers(const base::Json& value, std::int64_t smallest);

/// nullopt if it does not fit.
std::optional<std::int64_t> product(std::span<const std::int64_t> factors);

/// The text that `value` is; nullopt for anything else, and for text with U+0000, which no database holds.
std::optional<std::string> storable_text(const base::Json& value);

}  // namespace formats
