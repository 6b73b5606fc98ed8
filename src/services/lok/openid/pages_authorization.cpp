#include "services/lok/openid/pages_authorization.h"

#include <fmt/format.h>

namespace lok::pages {
namespace {

std::string place_choice(const std::vector<Place>& places) {
  if (places.size() == 1) {
    return fmt::format("<input type=\"hidden\" name=\"membership\" value=\"{}\">\n",
                       places.front().membership);
  }
  std::string choices;
  for (const Place& place : places) {
    choices += fmt::format(
        "<p class=\"choice\"><label><input type=\"radio\" name=\"membership\" value=\"{}\"{}>"
        "<span><bdi>{}</bdi></span></label></p>\n",
        place.membership, choices.empty() ? " required checked" : "", escaped(place.organization_name));
  }
  return fmt::format("<fieldset><legend>As a member of</legend>\n{}</fieldset>\n", choices);
}

std::string scope_list(const std::vector<OfferedScope>& scopes) {
  std::string items;
  for (const OfferedScope& scope : scopes) {
    items += fmt::format("<li>{}{}{}</li>\n", escaped(scope.label), scope.description.empty() ? "" : ": ",
                         escaped(scope.description));
  }
  return fmt::format("<h2>It may</h2>\n<ul>\n{}</ul>\n", items);
}

}  // namespace

std::string who_signs_in(const std::string& program) {
  return fmt::format("<p>You go on to <b><bdi>{}</bdi></b> when you have signed in.</p>\n", escaped(program));
}

std::string sign_in_consent(const Frame& frame, const SignInConsent& view) {
  return page(
      frame, "Sign in to a program",
      fmt::format(R"(<h1>Sign in to <bdi>{program}</bdi>?</h1>
<dl>
<dt>Leads to</dt><dd><bdi>{leads_to}</bdi></dd>
<dt>As</dt><dd><bdi>{username}</bdi></dd>
</dl>
<form method="post" action="{prefix}/o/authorize">
<input type="hidden" name="csrf" value="{csrf}">
<input type="hidden" name="authorization" value="{request}">
{places}{scopes}<p class="buttons"><button class="main" name="decision" value="allow">Sign in</button>
<button name="decision" value="deny">Cancel</button></p>
</form>
)",
                  fmt::arg("program", escaped(view.program)), fmt::arg("leads_to", escaped(view.leads_to)),
                  fmt::arg("username", escaped(frame.username)), fmt::arg("prefix", escaped(frame.prefix)),
                  fmt::arg("csrf", escaped(frame.csrf)), fmt::arg("request", escaped(view.request)),
                  fmt::arg("places", place_choice(view.places)),
                  fmt::arg("scopes", scope_list(view.scopes))));
}

std::string end_session(const Frame& frame, const EndSession& view) {
  const std::string why =
      view.program.empty()
          ? ""
          : fmt::format("<p>You signed out of <b><bdi>{}</bdi></b>.</p>\n", escaped(view.program));
  return page(frame, "Sign out",
              fmt::format(R"(<h1>Sign out here, too?</h1>
{}<p>Other programs that you signed in to stay as they are.</p>
<form method="post" action="{}/o/logout">
<input type="hidden" name="csrf" value="{}">
<input type="hidden" name="ending" value="{}">
<p class="buttons"><button class="main" name="decision" value="sign_out">Sign out</button>
<button name="decision" value="stay">Stay signed in</button></p>
</form>
)",
                          why, escaped(frame.prefix), escaped(frame.csrf), escaped(view.request)));
}

}  // namespace lok::pages
