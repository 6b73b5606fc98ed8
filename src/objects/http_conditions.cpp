#include "objects/http_conditions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "base/text.h"
#include "objects/s3_request.h"

namespace objects {
namespace {

constexpr std::int64_t kMicros = 1'000'000;
constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::string_view header(const net::Headers& headers, std::string_view prefix, std::string_view name) {
  return headers.get(fmt::format("{}{}", prefix, name)).value_or(std::string_view());
}

}  // namespace

std::optional<std::int64_t> read_http_date(std::string_view text) {
  constexpr std::string_view kShape = "aaa, dd aaa dddd dd:dd:dd GMT";
  if (text.size() != kShape.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool fits = kShape[i] == 'a'   ? (text[i] | 0x20) >= 'a' && (text[i] | 0x20) <= 'z'
                      : kShape[i] == 'd' ? text[i] >= '0' && text[i] <= '9'
                                         : text[i] == kShape[i];
    if (!fits) return std::nullopt;
  }
  const auto* month = std::ranges::find(kMonths, text.substr(8, 3));
  if (month == kMonths.end()) return std::nullopt;
  return base::parse_datetime(fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month - kMonths.begin() + 1,
                                          text.substr(5, 2), text.substr(17, 8)));
}

std::string http_date(std::int64_t micros) {
  const std::time_t seconds = micros / kMicros;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[static_cast<std::size_t>(parts.tm_wday)],
                     parts.tm_mday, kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

bool names_etag(std::string_view list, std::string_view etag) {
  for (std::string_view each : base::split(list, ',')) {
    each = base::trim(each);
    if (each.starts_with("W/")) each.remove_prefix(2);
    if (each.size() >= 2 && each.front() == '"' && each.back() == '"') each = each.substr(1, each.size() - 2);
    if (each == "*" || each == etag) return true;
  }
  return false;
}

Verdict judge(const net::Headers& headers, std::string_view prefix, const ObjectFacts& facts) {
  // Headers have whole seconds.
  const std::int64_t modified = facts.modified_at / kMicros;
  const std::string_view match = header(headers, prefix, "if-match");
  const std::string_view none_match = header(headers, prefix, "if-none-match");
  const auto unmodified_since = read_http_date(header(headers, prefix, "if-unmodified-since"));
  const auto modified_since = read_http_date(header(headers, prefix, "if-modified-since"));
  if (!match.empty()) {
    if (!names_etag(match, facts.etag)) return Verdict::kFailed;
  } else if (unmodified_since && modified > *unmodified_since / kMicros) {
    return Verdict::kFailed;
  }
  if (!none_match.empty()) {
    if (names_etag(none_match, facts.etag)) return Verdict::kNotModified;
  } else if (modified_since && modified <= *modified_since / kMicros) {
    return Verdict::kNotModified;
  }
  return Verdict::kGo;
}

RangeChoice choose_range(std::string_view header, std::uint64_t object_size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit)) return {};
  const std::string_view range = base::trim(header.substr(kUnit.size()));
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos) return {};
  const std::string_view first_text = range.substr(0, dash);
  const std::string_view last_text = range.substr(dash + 1);
  const auto first = read_number(first_text);
  const auto last = read_number(last_text);
  if ((!first_text.empty() && !first) || (!last_text.empty() && !last) || (!first && !last)) return {};
  if (!first) {
    const std::uint64_t size = std::min(*last, object_size);
    if (size == 0) return {std::nullopt, true};
    return {ByteRange{object_size - size, size}, false};
  }
  if (last && *last < *first) return {};
  if (*first >= object_size) return {std::nullopt, true};
  const std::uint64_t end = last ? std::min(*last, object_size - 1) : object_size - 1;
  return {ByteRange{*first, end - *first + 1}, false};
}

}  // namespace objects
