#include "services/lok/pages.h"

#include <fmt/format.h>

namespace lok::pages {

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
  }
  return out;
}

std::string page(const Frame& frame, std::string_view title, std::string_view body) {
  std::string who;
  if (!frame.username.empty()) {
    who = fmt::format("<p>Signed in as <b><bdi>{}</bdi></b> <a href=\"{}/sign-out\">Sign out</a></p>\n",
                      escaped(frame.username), escaped(frame.prefix));
  }
  return fmt::format(R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{0} · {1}</title>
<link rel="stylesheet" href="{2}/style.css">
</head>
<body>
<header>
<p class="brand">{1}</p>
{3}</header>
<main>
{4}</main>
</body>
</html>
)",
                     escaped(title), escaped(frame.deployment), escaped(frame.prefix), who, body);
}

std::string notice(const Frame& frame, std::string_view title, std::string_view text) {
  return page(frame, title, fmt::format("<h1>{}</h1>\n<p>{}</p>\n", escaped(title), escaped(text)));
}

std::string enter_code(const Frame& frame, std::string_view problem) {
  const std::string alert =
      problem.empty() ? "" : fmt::format("<p class=\"problem\" role=\"alert\">{}</p>\n", escaped(problem));
  return page(frame, "Connect an app",
              fmt::format(R"(<h1>Connect an app</h1>
{}<form method="get" action="{}/device">
<p><label for="code">The code your app shows</label>
<input id="code" name="code" required autocomplete="off" autocapitalize="characters" spellcheck="false"
 placeholder="XXXX-XXXX"></p>
<p class="buttons"><button class="main">Continue</button></p>
</form>
)",
                          alert, escaped(frame.prefix)));
}

}  // namespace lok::pages
