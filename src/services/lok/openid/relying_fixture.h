// Programs that people sign in to, for tests.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "jose/jose.h"
#include "services/lok/login/device_fixture.h"

namespace lok {

inline const std::string kVerifier = "a-verifier-of-at-least-43-characters-0123456789";
inline const std::string kChallenge = jose::base64url_encode(jose::sha256(kVerifier));
inline const std::string kWikiCallback = "https://wiki.lab.org/callback";
inline const std::string kToolCallback = "http://127.0.0.1/callback";

/// `fields` with others in place of those of the same name; an empty one is left out.
inline Fields with(Fields fields, const Fields& changes) {
  for (const auto& [name, value] : changes) {
    std::erase_if(fields, [&gone = name](const auto& field) { return field.first == gone; });
    if (!value.empty()) fields.emplace_back(name, value);
  }
  return fields;
}

/// A parameter of the address that a browser is sent to; empty if it is not there.
inline std::string sent_on_with(const net::HttpResponse& response, std::string_view name) {
  const std::string location(response.headers.get("Location").value_or(""));
  for (const auto& [each, value] :
       net::parse_form(location.substr(std::min(location.find('?') + 1, location.size())))) {
    if (each == name) return value;
  }
  return "";
}

class RelyingTest : public DeviceTest {
 protected:
  RelyingTest() {
    configuration_.relying_parties = {
        {"wiki",
         "Wiki",
         "wiki-secret",
         {kWikiCallback, "https://wiki.lab.org/x?a=b"},
         {"https://wiki.lab.org/bye"},
         ""},
        {"hub", "Hub", "hub-secret", {"https://hub.lab.org/callback"}, {}, "other"},
        {"tool", "Tool", std::nullopt, {kToolCallback, "org.lab.tool:/callback"}, {}, ""}};
    provision(*database_, configuration_);
  }

  /// What the wiki sends a browser with.
  Fields asked(const Fields& changes = {}) {
    return with({{"response_type", "code"},
                 {"client_id", "wiki"},
                 {"redirect_uri", kWikiCallback},
                 {"scope", "openid profile email"},
                 {"state", "st&te"},
                 {"nonce", "n-1"},
                 {"code_challenge", kChallenge},
                 {"code_challenge_method", "S256"}},
                changes);
  }
  /// The same for the program without a secret.
  Fields asked_by_tool(const Fields& changes = {}) {
    return with(asked({{"client_id", "tool"}, {"redirect_uri", kToolCallback}}), changes);
  }

  static net::HttpResponse authorize(Browser& browser, const Fields& fields) {
    return browser.open("/lok/o/authorize", fields);
  }
  /// Somebody who signed in on the way to the wiki.
  Browser person(const std::string& username = "ada") {
    Browser browser(site_);
    authorize(browser, asked());
    EXPECT_EQ(browser
                  .submit("/lok/sign-in", {{"next", "/o/authorize?" + encoded(asked())},
                                           {"username", username},
                                           {"password", username == "ada" ? "one" : "two"}})
                  .status,
              303);
    return browser;
  }
  /// Presses a button of the consent page, if there is one to press.
  net::HttpResponse press(Browser& browser, const Fields& fields, const std::string& decision = "allow",
                          const std::string& username = "ada", const std::string& organization = "lab") {
    if (net::HttpResponse response = authorize(browser, fields); response.status == 303) return response;
    return browser.submit("/lok/o/authorize", {{"authorization", encoded(fields)},
                                               {"membership", membership(username, organization)},
                                               {"decision", decision}});
  }
  std::string membership(const std::string& username, const std::string& organization) {
    const sql::Rows found = rows(
        "select membership.id from membership join organization on organization.id = organization_id"
        " join user_account on user_account.id = user_id where username = $1 and slug = $2",
        {username, organization});
    return found.empty() ? "0" : std::string(found.text(0, 0));
  }
  /// A code as the wiki gets it, from somebody who agrees.
  std::string code(const Fields& changes = {}) {
    Browser browser = person();
    const net::HttpResponse response = press(browser, asked(changes));
    EXPECT_EQ(response.status, 303) << response.body;
    return sent_on_with(response, "code");
  }

  net::HttpResponse redeem(const std::string& code, const Fields& changes = {}) {
    return post(encoded(with({{"grant_type", "authorization_code"},
                              {"code", code},
                              {"redirect_uri", kWikiCallback},
                              {"code_verifier", kVerifier},
                              {"client_id", "wiki"},
                              {"client_secret", "wiki-secret"}},
                             changes)));
  }
  base::Json signed_in_to_wiki(const Fields& changes = {}) {
    const net::HttpResponse response = redeem(code(changes));
    EXPECT_EQ(response.status, 200) << response.body;
    return base::Json::parse(response.body);
  }
  net::HttpResponse refresh_wiki(const std::string& token, const Fields& changes = {}) {
    return post(encoded(with({{"grant_type", "refresh_token"},
                              {"refresh_token", token},
                              {"client_id", "wiki"},
                              {"client_secret", "wiki-secret"}},
                             changes)));
  }
};

}  // namespace lok
