#include "services/lok/pages/pages.h"

#include <fmt/format.h>

namespace lok::pages {

namespace {

// Who is signed in finds the other pages there.
std::string navigation(const Frame& frame) {
  if (frame.username.empty()) return "";
  const auto link = [&](std::string_view path, const std::string& text) {
    return fmt::format("<li><a href=\"{}{}\"{}>{}</a></li>\n", escaped(frame.prefix), path,
                       frame.here == path ? " aria-current=\"page\"" : "", text);
  };
  return "<nav aria-label=\"Pages\"><ul>\n" +
         link("/account", fmt::format("<span class=\"hush\">Your account, </span><bdi>{}</bdi>",
                                      escaped(frame.username))) +
         link("/device", "Connect an app") + link("/sign-out", "Sign out") + "</ul></nav>\n";
}

}  // namespace

std::string page(const Frame& frame, std::string_view title, std::string_view body) {
  return fmt::format(R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{0} · {1}</title>
<link rel="stylesheet" href="{2}/style.css">
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<p class="brand"><bdi>{1}</bdi></p>
{3}</header>
<main id="main">
{4}</main>
</body>
</html>
)",
                     escaped(title), escaped(frame.deployment), escaped(frame.prefix), navigation(frame),
                     body);
}

std::string notice(const Frame& frame, std::string_view title, std::string_view text) {
  return page(frame, title, fmt::format("<h1>{}</h1>\n<p>{}</p>\n", escaped(title), escaped(text)));
}

}  // namespace lok::pages
