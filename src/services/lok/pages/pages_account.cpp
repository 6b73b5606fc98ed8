#include <fmt/format.h>

#include "base/text.h"
#include "services/lok/pages/pages.h"
#include "services/lok/pages/pages_form.h"
#include "services/lok/people/password_rules.h"

namespace lok::pages {
namespace {

std::string who(const Account& account) {
  return fmt::format("<dl>\n{}{}{}</dl>\n", fact("User name", account.username), fact("Name", account.name),
                     fact("E-mail", account.email));
}

std::string organizations(const Account& account) {
  std::string items;
  for (const Member& each : account.organizations) {
    items += fmt::format("<li><b><bdi>{}</bdi></b>{}<br><span class=\"soft\">{}</span></li>\n",
                         escaped(each.organization), each.is_blocked ? " (blocked)" : "",
                         each.roles.empty() ? "no role" : escaped(base::join(each.roles, ", ")));
  }
  if (items.empty()) {
    return "<h2>Your organizations</h2>\n<p>You are in none. Ask somebody who runs one for an "
           "invitation.</p>\n";
  }
  return fmt::format("<h2>Your organizations</h2>\n<ul class=\"rows\">\n{}</ul>\n", items);
}

std::string program(const Frame& frame, const Program& each) {
  const std::string where = each.device.empty() ? "" : fmt::format(" on <bdi>{}</bdi>", escaped(each.device));
  return fmt::format(
      R"(<li class="row"><div><b><bdi>{app}</bdi></b> <bdi>{version}</bdi><br>
<span class="soft">In <bdi>{organization}</bdi>{where}. Approved {approved}, last renewed {renewed}.</span></div>
{form}<input type="hidden" name="program" value="{id}">
<button aria-label="Revoke {app} {version}, approved {when}">Revoke</button></form></li>
)",
      fmt::arg("app", escaped(each.app)), fmt::arg("version", escaped(each.version)),
      fmt::arg("organization", escaped(each.organization)), fmt::arg("where", where),
      fmt::arg("approved", moment(each.approved_at)), fmt::arg("renewed", moment(each.renewed_at)),
      fmt::arg("when", base::format_datetime(each.approved_at)),
      fmt::arg("form", form_to(frame, "/account/programs")), fmt::arg("id", each.id));
}

std::string programs(const Frame& frame, const Account& account) {
  std::string items;
  for (const Program& each : account.programs) items += program(frame, each);
  if (items.empty()) {
    items = "<p>None. A program that wants to be connected shows a link or a code.</p>\n";
  } else {
    items = fmt::format(
        "<p>Each acts as you until you revoke it. A revoked program has to ask again.</p>\n"
        "<ul class=\"rows\">\n{}</ul>\n",
        items);
  }
  return fmt::format("<h2>Programs you approved</h2>\n{}", items);
}

// Nothing is said where there is none: most people have never heard of it.
std::string sign_ins(const Frame& frame, const Account& account) {
  std::string items;
  for (const SignInElsewhere& each : account.sign_ins) {
    items += fmt::format(
        R"(<li class="row"><div><b><bdi>{program}</bdi></b><br>
<span class="soft">In <bdi>{organization}</bdi>. Agreed {agreed}.</span></div>
{form}<input type="hidden" name="consent" value="{id}">
<button aria-label="Withdraw from {program}, agreed {when}">Withdraw</button></form></li>
)",
        fmt::arg("program", escaped(each.program)), fmt::arg("organization", escaped(each.organization)),
        fmt::arg("agreed", moment(each.agreed_at)), fmt::arg("when", base::format_datetime(each.agreed_at)),
        fmt::arg("form", form_to(frame, "/account/programs")), fmt::arg("id", each.id));
  }
  if (items.empty()) return "";
  return fmt::format(
      "<h2>Programs you sign in to</h2>\n"
      "<p>They know who you are. One that you withdraw from has to ask again.</p>\n"
      "<ul class=\"rows\">\n{}</ul>\n",
      items);
}

std::string session(const Frame& frame, const Session& each) {
  const std::string end =
      each.is_this
          ? fmt::format("<p class=\"aside\"><a href=\"{}/sign-out\">Sign out</a></p>", escaped(frame.prefix))
          : fmt::format(
                "{}<input type=\"hidden\" name=\"session\" value=\"{}\">\n"
                "<button aria-label=\"End the session begun {}\">End</button></form>",
                form_to(frame, "/account/sessions"), each.id, base::format_datetime(each.began_at));
  return fmt::format(
      "<li class=\"row\"><div><b>{}</b><br><span class=\"soft\">Signed in {}, until "
      "{}.</span></div>\n{}</li>\n",
      each.is_this ? "This browser" : "Another browser", moment(each.began_at), moment(each.ends_at), end);
}

std::string sessions(const Frame& frame, const Account& account) {
  std::string items;
  for (const Session& each : account.sessions) items += session(frame, each);
  const std::string all = account.sessions.size() < 2
                              ? ""
                              : fmt::format(
                                    "{}<input type=\"hidden\" name=\"session\" value=\"others\">\n"
                                    "<p class=\"buttons\"><button>End all others</button></p></form>\n",
                                    form_to(frame, "/account/sessions"));
  return fmt::format("<h2>Where you are signed in</h2>\n<ul class=\"rows\">\n{}</ul>\n{}", items, all);
}

}  // namespace

std::string account(const Frame& frame, const Account& account) {
  const std::string password =
      fmt::format("<h2>Your password</h2>\n<p><a href=\"{}/account/password\">Change it</a></p>\n",
                  escaped(frame.prefix));
  return page(frame, title_of("Your account", account.problem),
              "<h1>Your account</h1>\n" + alert(account.problem) + status(account.done) + who(account) +
                  organizations(account) + programs(frame, account) + sign_ins(frame, account) +
                  sessions(frame, account) + password);
}

// The user name is there for password managers.
std::string change_password(const Frame& frame, const ChangePassword& view) {
  const bool new_is_wrong = !view.problem.empty() && !view.is_old_wrong;
  return page(frame, title_of("Change your password", view.problem),
              fmt::format(R"(<h1>Change your password</h1>
{}<p>Everybody else who is signed in as you will be signed out.</p>
{}<input class="hush" name="username" value="{}" autocomplete="username" aria-label="User name" tabindex="-1"
 readonly>
{}{}{}<p class="buttons"><button class="main">Change password</button></p>
</form>
<p class="instead"><a href="{}/account">Back to your account</a></p>
)",
                          alert(view.problem), form_to(frame, "/account/password"), escaped(frame.username),
                          input({.name = "old-password",
                                 .label = "Old password",
                                 .type = "password",
                                 .autocomplete = "current-password"},
                                view.is_old_wrong),
                          input({.name = "new-password",
                                 .label = "New password",
                                 .type = "password",
                                 .autocomplete = "new-password",
                                 .hint = kPasswordHint},
                                new_is_wrong),
                          input({.name = "new-password-again",
                                 .label = "New password again",
                                 .type = "password",
                                 .autocomplete = "new-password"},
                                new_is_wrong),
                          escaped(frame.prefix)));
}

}  // namespace lok::pages
