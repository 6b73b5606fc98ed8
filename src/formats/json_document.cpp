#include "formats/json_document.h"

#include "base/error.h"
#include "base/text.h"

namespace formats {
namespace {

namespace code = base::code;
using base::Error;

constexpr std::size_t kShown = 80;

std::string shortened(std::string text) {
  if (text.size() <= kShown) return text;
  std::size_t end = kShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

}  // namespace

base::Json parse_document(std::string_view text, std::string_view name) {
  if (text.size() > kMaxDocument) {
    throw Error(code::kValidation, "{} has {} bytes; at most {} are read.", name, text.size(), kMaxDocument);
  }
  base::Json document;
  try {
    document = base::Json::parse(text);
  } catch (const Error& error) {
    throw Error(code::kValidation,
                "{} is not valid JSON: {} An interrupted upload can leave such a file; write it again.", name,
                error.message());
  }
  if (!document.is_object()) {
    throw Error(code::kValidation, "{} must be a JSON object, not {}.", name, shown(document));
  }
  return document;
}

std::string shown(const base::Json& value) { return shortened(value.dump()); }

std::string shown(std::span<const std::int64_t> sizes) {
  base::Json list = base::Json::array();
  for (const std::int64_t size : sizes) list.push_back(size);
  return shown(list);
}

std::optional<std::vector<std::int64_t>> whole_numbers(const base::Json& value, std::int64_t smallest) {
  if (!value.is_array()) return std::nullopt;
  std::vector<std::int64_t> numbers;
  numbers.reserve(value.items().size());
  for (const base::Json& item : value.items()) {
    const std::optional<std::int64_t> number = item.as_int64();
    if (!number || *number < smallest) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

std::optional<std::int64_t> product(std::span<const std::int64_t> factors) {
  std::int64_t result = 1;
  for (const std::int64_t factor : factors) {
    if (__builtin_mul_overflow(result, factor, &result)) return std::nullopt;
  }
  return result;
}

std::optional<std::string> storable_text(const base::Json& value) {
  if (!value.is_string() || base::contains_nul(value.as_string())) return std::nullopt;
  return value.as_string();
}

}  // namespace formats
