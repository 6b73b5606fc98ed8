#include "services/lok/pages/pages_form.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "base/text.h"

namespace lok::pages {

std::string form_to(const Frame& frame, std::string_view path) {
  return fmt::format("<form method=\"post\" action=\"{}{}\">\n{}", escaped(frame.prefix), path,
                     hidden("csrf", frame.csrf));
}

std::string hidden(std::string_view name, std::string_view value) {
  if (value.empty()) return "";
  return fmt::format("<input type=\"hidden\" name=\"{}\" value=\"{}\">\n", name, escaped(value));
}

std::string input(const Input& input, bool has_problem) {
  std::string described;
  std::string hint;
  if (!input.hint.empty()) {
    hint = fmt::format("<span class=\"hint\" id=\"{}-hint\">{}</span>\n", input.name, escaped(input.hint));
    described = fmt::format("{}-hint", input.name);
  }
  if (has_problem) described += described.empty() ? "problem" : " problem";
  const std::string tied = described.empty() ? "" : fmt::format(" aria-describedby=\"{}\"", described);
  return fmt::format(
      "<p class=\"field\"><label for=\"{0}\">{1}</label>\n{2}"
      "<input id=\"{0}\" name=\"{0}\" type=\"{3}\"{4} required autocomplete=\"{5}\"{6}{7}{8}></p>\n",
      input.name, input.label, hint, input.type,
      input.value.empty() ? "" : fmt::format(" value=\"{}\"", escaped(input.value)), input.autocomplete, tied,
      has_problem ? " aria-invalid=\"true\"" : "", input.more);
}

std::string alert(std::string_view problem) {
  if (problem.empty()) return "";
  return fmt::format("<p class=\"said problem\" id=\"problem\" role=\"alert\">{}</p>\n", escaped(problem));
}

std::string status(std::string_view text) {
  if (text.empty()) return "";
  return fmt::format("<p class=\"said done\" role=\"status\">{}</p>\n", escaped(text));
}

std::string fact(std::string_view name, std::string_view value) {
  if (value.empty()) return "";
  return fmt::format("<dt>{}</dt><dd><bdi>{}</bdi></dd>\n", name, escaped(value));
}

std::string moment(std::int64_t micros) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  using std::chrono::floor;
  const std::chrono::sys_time<std::chrono::microseconds> time{std::chrono::microseconds(micros)};
  const auto midnight = floor<std::chrono::days>(time);
  const std::chrono::year_month_day day(midnight);
  const std::chrono::hh_mm_ss clock(time - midnight);
  return fmt::format("<time datetime=\"{}\">{} {} {}, {:02}:{:02} UTC</time>", base::format_datetime(micros),
                     static_cast<unsigned>(day.day()), kMonths[static_cast<unsigned>(day.month()) - 1],
                     static_cast<int>(day.year()), clock.hours().count(), clock.minutes().count());
}

std::string title_of(std::string_view title, std::string_view problem) {
  return (problem.empty() ? "" : "Error: ") + std::string(title);
}

}  // namespace lok::pages
