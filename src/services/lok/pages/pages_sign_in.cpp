#include <fmt/format.h>

#include "services/lok/pages/pages.h"
#include "services/lok/pages/pages_form.h"

namespace lok::pages {

std::string sign_in(const Frame& frame, const SignIn& view) {
  const bool failed = !view.problem.empty();
  const std::string name = input({.name = "username",
                                  .label = "User name",
                                  .autocomplete = "username",
                                  .value = view.username,
                                  .more = " autocapitalize=\"none\" spellcheck=\"false\""},
                                 failed);
  const std::string password =
      input({.name = "password", .label = "Password", .type = "password", .autocomplete = "current-password"},
            failed);
  return page(frame, title_of("Sign in", view.problem),
              fmt::format(R"(<h1>Sign in</h1>
{}{}{}{}{}{}<p class="buttons"><button class="main">Sign in</button></p>
</form>
{})",
                          alert(view.problem), view.about, form_to(frame, "/sign-in"),
                          hidden("next", view.next), name, password, view.instead));
}

std::string sign_out(const Frame& frame, std::string_view next) {
  return page(frame, "Sign out",
              fmt::format(R"(<h1>Sign out</h1>
<p>Apps that you connected stay connected.</p>
{}{}<p class="buttons"><button class="main">Sign out</button></p>
</form>
)",
                          form_to(frame, "/sign-out"), hidden("next", next)));
}

}  // namespace lok::pages
