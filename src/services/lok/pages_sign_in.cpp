#include <fmt/format.h>

#include "services/lok/pages.h"

namespace lok::pages {
namespace {

std::string hidden(std::string_view name, std::string_view value) {
  if (value.empty()) return "";
  return fmt::format("<input type=\"hidden\" name=\"{}\" value=\"{}\">\n", name, escaped(value));
}

}  // namespace

std::string who_asks(const Manifest& manifest) {
  return fmt::format(
      "<p>The app <b><bdi>{}</bdi></b>, version <bdi>{}</bdi>, asks to be connected. Sign in to "
      "decide.</p>\n",
      escaped(manifest.identifier), escaped(manifest.version));
}

std::string sign_in(const Frame& frame, const SignIn& view) {
  const std::string alert = view.problem.empty() ? ""
                                                 : fmt::format("<p class=\"problem\" role=\"alert\">{}</p>\n",
                                                               escaped(view.problem));
  return page(frame, "Sign in",
              fmt::format(R"(<h1>Sign in</h1>
{0}{1}<form method="post" action="{2}/sign-in">
{3}{4}<p><label for="username">User name</label>
<input id="username" name="username" value="{5}" required autocomplete="username" autocapitalize="none"
 spellcheck="false"></p>
<p><label for="password">Password</label>
<input id="password" name="password" type="password" required autocomplete="current-password"></p>
<p class="buttons"><button class="main">Sign in</button></p>
</form>
)",
                          view.about, alert, escaped(frame.prefix), hidden("csrf", frame.csrf), hidden("next", view.next),
                          escaped(view.username)));
}

std::string sign_out(const Frame& frame) {
  return page(frame, "Sign out",
              fmt::format(R"(<h1>Sign out</h1>
<p>Apps that you connected stay connected.</p>
<form method="post" action="{}/sign-out">
{}<p class="buttons"><button class="main">Sign out</button></p>
</form>
)",
                          escaped(frame.prefix), hidden("csrf", frame.csrf)));
}

}  // namespace lok::pages
