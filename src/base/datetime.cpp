#include <fmt/format.h>

#include <chrono>

#include "base/text.h"

namespace base {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

// Takes pieces off the front of a text; `ok` turns false at the first that
// does not fit.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') {
        ok_ = false;
        return 0;
      }
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }
  bool take_any(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) { ok_ = take_any({&c, 1}) && ok_; }
  bool at_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
  bool done() const { return rest_.empty(); }
  bool ok() const { return ok_; }
  char front() const { return rest_.empty() ? '\0' : rest_.front(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::optional<std::int64_t> scan_date(Scanner& in) {
  const int year = in.digits(4);
  in.expect('-');
  const int month = in.digits(2);
  in.expect('-');
  const int day = in.digits(2);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!in.ok() || !date.ok() || year == 0) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count() * kDay;
}

std::int64_t scan_fraction(Scanner& in) {
  std::int64_t micros = in.digits(1);
  int count = 1;
  while (in.ok() && in.at_digit()) {
    const int digit = in.digits(1);
    if (count < 6) {
      micros = micros * 10 + digit;
      ++count;
    }
  }
  for (; count < 6; ++count) micros *= 10;
  return micros;
}

std::optional<std::int64_t> scan_time(Scanner& in) {
  const int hour = in.digits(2);
  in.expect(':');
  const int minute = in.digits(2);
  int second = 0;
  std::int64_t fraction = 0;
  if (in.take_any(":")) {
    second = in.digits(2);
    if (in.take_any(".,")) fraction = scan_fraction(in);
  }
  if (!in.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return hour * kHour + minute * kMinute + second * kSecond + fraction;
}

std::optional<std::int64_t> scan_offset(Scanner& in) {
  if (in.done() || in.take_any("Zz")) return 0;
  const int sign = in.front() == '-' ? -1 : 1;
  if (!in.take_any("+-")) return std::nullopt;
  const int hours = in.digits(2);
  int minutes = 0;
  if (in.take_any(":") || !in.done()) minutes = in.digits(2);
  if (!in.ok() || hours > 23 || minutes > 59) return std::nullopt;
  return sign * (hours * kHour + minutes * kMinute);
}

}  // namespace

std::optional<std::int64_t> parse_datetime(std::string_view text) {
  Scanner in(text);
  const std::optional<std::int64_t> date = scan_date(in);
  if (!date || in.done()) return date;
  if (!in.take_any("Tt ")) return std::nullopt;
  const std::optional<std::int64_t> time = scan_time(in);
  if (!time) return std::nullopt;
  const std::optional<std::int64_t> offset = scan_offset(in);
  if (!offset || !in.done()) return std::nullopt;
  return *date + *time - *offset;
}

std::string format_datetime(std::int64_t micros) {
  const std::chrono::sys_time<std::chrono::microseconds> time{std::chrono::microseconds(micros)};
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(midnight);
  const std::int64_t of_day = (time - midnight).count();
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                 of_day / kHour, of_day / kMinute % 60, of_day / kSecond % 60);
  if (of_day % kSecond != 0) text += fmt::format(".{:06}", of_day % kSecond);
  return text + "+00:00";
}

}  // namespace base
