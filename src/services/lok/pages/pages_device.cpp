#include <fmt/format.h>

#include <algorithm>

#include "net/http.h"
#include "services/lok/pages/pages.h"
#include "services/lok/pages/pages_form.h"

namespace lok::pages {
namespace {

std::string text_member(const Manifest& manifest, std::string_view name) {
  const base::Json& value = manifest.document[name];
  return value.is_string() ? value.as_string() : "";
}

std::string place_name(const Place& place) {
  return fmt::format("<bdi>{}</bdi>, hub <bdi>{}</bdi>", escaped(place.organization_name),
                     escaped(place.hub_name));
}

std::string heading(const Asked& asked) {
  return fmt::format(R"(<h1><bdi>{}</bdi> asks to be connected</h1>
<p>Go on only if your app shows this code:</p>
<p class="code">{}</p>
)",
                     escaped(asked.manifest.identifier), escaped(asked.code));
}

std::string scope_list(const std::vector<OfferedScope>& scopes) {
  if (scopes.empty()) return "";
  std::string items;
  for (const OfferedScope& scope : scopes) {
    items += fmt::format("<li>{}{}{}</li>\n", escaped(scope.label), scope.description.empty() ? "" : ": ",
                         escaped(scope.description));
  }
  return fmt::format("<h2>It may</h2>\n<ul>\n{}</ul>\n", items);
}

std::string requirement_text(const Requirement& requirement) {
  std::string text = fmt::format("<b><bdi>{}</bdi></b> <span class=\"service\">{}</span>",
                                 escaped(requirement.key), escaped(requirement.service));
  if (!requirement.description.empty()) {
    text += fmt::format("<br><bdi>{}</bdi>", escaped(requirement.description));
  }
  return text;
}

bool is_unavailable(const Approval& view, const Requirement& requirement) {
  return std::ranges::find(view.unavailable, requirement.key) != view.unavailable.end();
}

std::string required_list(const Approval& view) {
  std::string items;
  for (const Requirement& requirement : view.asked.manifest.requirements) {
    if (requirement.optional) continue;
    items += fmt::format("<li>{}{}</li>\n", requirement_text(requirement),
                         is_unavailable(view, requirement) ? "<br><b class=\"problem\">not there</b>" : "");
  }
  if (items.empty()) return "";
  return fmt::format("<h2>Services it needs</h2>\n<ul>\n{}</ul>\n", items);
}

std::string optional_list(const Approval& view) {
  std::string items;
  for (const Requirement& requirement : view.asked.manifest.requirements) {
    if (!requirement.optional) continue;
    if (is_unavailable(view, requirement)) {
      items += fmt::format("<p class=\"choice\"><span>{}<br>not there</span></p>\n",
                           requirement_text(requirement));
    } else {
      items += fmt::format(
          "<p class=\"choice\"><label><input type=\"checkbox\" name=\"use\" value=\"{}\" checked>"
          "<span>{}</span></label></p>\n",
          escaped(requirement.key), requirement_text(requirement));
    }
  }
  if (items.empty()) return "";
  return fmt::format(
      "<fieldset><legend>Services it would like; untick what it shall not have</legend>\n{}"
      "</fieldset>\n",
      items);
}

// Empty if all that is needed is there.
std::string missing(const Approval& view) {
  std::string names;
  for (const Requirement& requirement : view.asked.manifest.requirements) {
    if (requirement.optional || !is_unavailable(view, requirement)) continue;
    names += (names.empty() ? "" : ", ") + escaped(requirement.service);
  }
  if (names.empty()) return "";
  return fmt::format(
      "<p class=\"said problem\" role=\"alert\">This hub has no {}, which the app cannot do without. Ask "
      "whoever"
      " runs the hub to add it.</p>\n",
      names);
}

}  // namespace

std::string enter_code(const Frame& frame, std::string_view problem) {
  return page(
      frame, title_of("Connect an app", problem),
      fmt::format(R"(<h1>Connect an app</h1>
{}<form method="get" action="{}/device">
{}<p class="buttons"><button class="main">Continue</button></p>
</form>
)",
                  alert(problem), escaped(frame.prefix),
                  input({.name = "code",
                         .label = "The code your app shows",
                         .autocomplete = "one-time-code",
                         .hint = "Eight letters, such as WDJB-MJHT",
                         .more = " inputmode=\"text\" autocapitalize=\"characters\" spellcheck=\"false\""},
                        !problem.empty())));
}

std::string who_asks(const Manifest& manifest) {
  return fmt::format(
      "<p>The app <b><bdi>{}</bdi></b>, version <bdi>{}</bdi>, asks to be connected. Sign in to "
      "decide.</p>\n",
      escaped(manifest.identifier), escaped(manifest.version));
}

std::string choose_place(const Frame& frame, const Asked& asked, const std::vector<Place>& places) {
  std::string choices;
  for (const Place& place : places) {
    choices += fmt::format(
        "<p class=\"choice\"><label><input type=\"radio\" name=\"hub\" value=\"{}\" required>"
        "<span>{}</span></label></p>\n",
        place.hub, place_name(place));
  }
  return page(frame, "Choose an organization",
              fmt::format(R"({}<form method="get" action="{}/device">
<input type="hidden" name="code" value="{}">
<fieldset><legend>Where shall it work?</legend>
{}</fieldset>
<p class="buttons"><button class="main">Continue</button></p>
</form>
)",
                          heading(asked), escaped(frame.prefix), escaped(asked.code), choices));
}

std::string approve(const Frame& frame, const Approval& view) {
  const Manifest& manifest = view.asked.manifest;
  const std::string facts = fact("App", manifest.identifier) + fact("Version", manifest.version) +
                            fact("Description", text_member(manifest, "description")) +
                            fact("Device", manifest.device_id);
  std::string elsewhere;
  if (view.has_other_places) {
    elsewhere = fmt::format(" <a href=\"{}/device?code={}\">Choose another</a>", escaped(frame.prefix),
                            net::percent_encode(view.asked.code));
  }
  const std::string lacks = missing(view);
  const std::string yes =
      lacks.empty() ? "<button class=\"main\" name=\"decision\" value=\"approve\">Approve</button>\n" : "";
  return page(
      frame, "Approve an app",
      fmt::format(R"({heading}<dl>
{facts}<dt>Works for</dt><dd>you, in {place}{elsewhere}</dd>
</dl>
{form}<input type="hidden" name="code" value="{code}">
<input type="hidden" name="hub" value="{hub}">
{scopes}{required}{optional}{lacks}<p class="buttons">{yes}<button name="decision" value="decline">Decline</button></p>
</form>
)",
                  fmt::arg("heading", heading(view.asked)), fmt::arg("facts", facts),
                  fmt::arg("place", place_name(view.place)), fmt::arg("elsewhere", elsewhere),
                  fmt::arg("form", form_to(frame, "/device")), fmt::arg("code", escaped(view.asked.code)),
                  fmt::arg("hub", view.place.hub), fmt::arg("scopes", scope_list(view.scopes)),
                  fmt::arg("required", required_list(view)), fmt::arg("optional", optional_list(view)),
                  fmt::arg("lacks", lacks), fmt::arg("yes", yes)));
}

}  // namespace lok::pages
