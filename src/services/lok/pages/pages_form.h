// What forms on the pages are made of. Internal to the pages; gives HTML.
#pragma once

#include <string>
#include <string_view>

#include "services/lok/pages/pages.h"

namespace lok::pages {

/// The beginning of a form that posts to a path below the prefix, with the visitor's form token.
std::string form_to(const Frame& frame, std::string_view path);
std::string hidden(std::string_view name, std::string_view value);

struct Input {
  std::string_view name;
  std::string_view label;
  std::string_view type = "text";
  std::string_view autocomplete = "off";
  std::string value{};
  std::string_view hint{};  ///< said below the label
  std::string_view more{};  ///< further attributes
};
/// A labelled field that must be filled in. With `has_problem` it is tied to the page's `alert`.
std::string input(const Input& input, bool has_problem);

/// What went wrong, said aloud by screen readers; empty for no problem. At most one a page.
std::string alert(std::string_view problem);
/// What went well.
std::string status(std::string_view text);

/// `<dt>`, `<dd>`; empty for an empty value.
std::string fact(std::string_view name, std::string_view value);
/// A time with its zone, for people and for programs. Microseconds UTC.
std::string moment(std::int64_t micros);

/// Heading of a failed page begins with that, so that its title says so first.
std::string title_of(std::string_view title, std::string_view problem);

}  // namespace lok::pages
