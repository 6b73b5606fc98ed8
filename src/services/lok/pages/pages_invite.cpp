#include <fmt/format.h>

#include "base/text.h"
#include "net/http.h"
#include "services/lok/pages/pages.h"
#include "services/lok/pages/pages_form.h"
#include "services/lok/people/password_rules.h"

namespace lok::pages {
namespace {

std::string facts(const Invitation& invitation) {
  const std::string until = invitation.expires_at == 0 ? ""
                                                       : fmt::format("<dt>Valid until</dt><dd>{}</dd>\n",
                                                                     moment(invitation.expires_at));
  return fmt::format(
      "<dl>\n{}{}{}{}</dl>\n", fact("Organization", invitation.organization),
      fact("Invited by", invitation.inviter),
      fact(invitation.roles.size() == 1 ? "Your role" : "Your roles", base::join(invitation.roles, ", ")),
      until);
}

std::string link(const Frame& frame, const Invitation& invitation, std::string_view more) {
  return fmt::format("{}/invite?token={}{}", escaped(frame.prefix), net::percent_encode(invitation.token),
                     more);
}

}  // namespace

std::string who_invites(const Invitation& invitation) {
  return fmt::format("<p>You are invited to <b><bdi>{}</bdi></b>. Sign in to answer.</p>\n{}",
                     escaped(invitation.organization), facts(invitation));
}

std::string no_account_yet(const Frame& frame, const Invitation& invitation) {
  return fmt::format("<p class=\"instead\">No account here yet? <a href=\"{}\">Create one</a></p>\n",
                     link(frame, invitation, "&amp;new=1"));
}

std::string answer_invitation(const Frame& frame, const Invitation& invitation) {
  return page(frame, "Invitation",
              fmt::format(R"(<h1>Join <bdi>{}</bdi>?</h1>
{}{}{}<p class="buttons"><button class="main" name="decision" value="accept">Accept</button>
<button name="decision" value="decline">Decline</button></p>
</form>
<p class="instead">You answer as <b><bdi>{}</bdi></b>. <a href="{}/sign-out?next={}">That is not me</a></p>
)",
                          escaped(invitation.organization), facts(invitation), form_to(frame, "/invite"),
                          hidden("token", invitation.token), escaped(frame.username), escaped(frame.prefix),
                          net::percent_encode("/invite?token=" + invitation.token)));
}

std::string create_account(const Frame& frame, const Invitation& invitation, const NewAccountForm& form) {
  const bool password_is_wrong = !form.problem.empty() && !form.is_name_wrong;
  const std::string name = input({.name = "username",
                                  .label = "User name",
                                  .autocomplete = "username",
                                  .value = form.username,
                                  .hint = "Letters, digits and @ . + - _",
                                  .more = " autocapitalize=\"none\" spellcheck=\"false\" maxlength=\"150\""},
                                 form.is_name_wrong);
  const std::string password = input({.name = "new-password",
                                      .label = "Password",
                                      .type = "password",
                                      .autocomplete = "new-password",
                                      .hint = kPasswordHint},
                                     password_is_wrong);
  const std::string again = input({.name = "new-password-again",
                                   .label = "Password again",
                                   .type = "password",
                                   .autocomplete = "new-password"},
                                  password_is_wrong);
  return page(
      frame, title_of("Create an account", form.problem),
      fmt::format(R"(<h1>Create an account</h1>
{}<p>With it you accept the invitation.</p>
{}{}{}{}{}{}<p class="buttons"><button class="main">Create account and join</button></p>
</form>
<p class="instead">Have an account? <a href="{}">Sign in</a></p>
)",
                  alert(form.problem), facts(invitation), form_to(frame, "/invite/account"),
                  hidden("token", invitation.token), name, password, again, link(frame, invitation, "")));
}

}  // namespace lok::pages
