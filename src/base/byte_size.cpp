#include "base/byte_size.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.h"

namespace base {
namespace {

struct Unit {
  std::string_view name;  ///< folded
  double bytes;
};

constexpr double kKilo = 1000;
constexpr double kKibi = 1024;
constexpr std::array kUnits{Unit{"", 1},
                            Unit{"b", 1},
                            Unit{"kb", kKilo},
                            Unit{"mb", kKilo* kKilo},
                            Unit{"gb", kKilo* kKilo* kKilo},
                            Unit{"tb", kKilo* kKilo* kKilo* kKilo},
                            Unit{"pb", kKilo* kKilo* kKilo* kKilo* kKilo},
                            Unit{"kib", kKibi},
                            Unit{"mib", kKibi* kKibi},
                            Unit{"gib", kKibi* kKibi* kKibi},
                            Unit{"tib", kKibi* kKibi* kKibi* kKibi},
                            Unit{"pib", kKibi* kKibi* kKibi* kKibi* kKibi}};
constexpr std::array<std::string_view, 5> kReadable{"KiB", "MiB", "GiB", "TiB", "PiB"};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<std::uint64_t> parse_byte_size(std::string_view text) {
  text = trimmed(text);
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc()) return std::nullopt;
  const std::string name = fold_case(trimmed(text.substr(static_cast<std::size_t>(end - text.data()))));
  const auto unit =
      std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& one) { return one.name == name; });
  if (unit == kUnits.end()) return std::nullopt;
  const double bytes = number * unit->bytes;
  // Written so that it is false for what is no number, too.
  if (!(bytes >= 0 && bytes < static_cast<double>(std::numeric_limits<std::int64_t>::max())))
    return std::nullopt;
  return static_cast<std::uint64_t>(std::llround(bytes));
}

std::string byte_size_text(std::uint64_t bytes) {
  if (bytes < static_cast<std::uint64_t>(kKibi)) return fmt::format("{} bytes", bytes);
  double amount = static_cast<double>(bytes) / kKibi;
  std::size_t unit = 0;
  while (amount >= kKibi && unit + 1 < kReadable.size()) {
    amount /= kKibi;
    ++unit;
  }
  return fmt::format("{:.1f} {}", amount, kReadable[unit]);
}

}  // namespace base
