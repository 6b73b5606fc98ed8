// An app that logs in without a key, and the person it waits for, for tests.
#pragma once

#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "services/lok/login/device_authorization.h"
#include "services/lok/lok_fixture.h"
#include "services/lok/pages/site.h"

namespace lok {

inline net::HttpRequest request_of(std::string method, std::string path, std::string query_or_body) {
  net::HttpRequest request;
  request.scheme = "http";
  request.host = "localhost";
  request.port = 8000;
  request.client = "10.0.0.1";
  (method == "POST" ? request.body : request.query) = std::move(query_or_body);
  request.method = std::move(method);
  request.path = std::move(path);
  return request;
}

using Fields = std::vector<std::pair<std::string, std::string>>;

inline std::string encoded(const Fields& fields) {
  std::string text;
  for (const auto& [name, value] : fields) {
    text += (text.empty() ? "" : "&") + net::percent_encode(name) + "=" + net::percent_encode(value);
  }
  return text;
}

/// Keeps the cookie and the form token of the last page, as a browser would.
class Browser {
 public:
  explicit Browser(const Site& site) : site_(site) {}

  net::HttpResponse open(const std::string& path, const Fields& query = {}) {
    return send(request_of("GET", path, encoded(query)));
  }
  net::HttpResponse submit(const std::string& path, Fields fields) {
    fields.emplace_back("csrf", csrf);
    return send(request_of("POST", path, encoded(fields)));
  }
  net::HttpResponse send(net::HttpRequest request) {
    if (!cookie.empty()) request.headers.set("Cookie", "other=1; " + cookie);
    if (!address.empty()) request.client = address;
    net::HttpResponse response = site_.answer(request);
    if (const auto set = response.headers.get("Set-Cookie")) cookie = set->substr(0, set->find(';'));
    std::smatch found;
    static const std::regex kToken("name=\"csrf\" value=\"([^\"]*)\"");
    if (std::regex_search(response.body, found, kToken)) csrf = found[1];
    return response;
  }
  net::HttpResponse sign_in(const std::string& code, const std::string& username,
                            const std::string& password) {
    open("/lok/device", {{"code", code}});
    return submit("/lok/sign-in",
                  {{"next", "/device?code=" + code}, {"username", username}, {"password", password}});
  }

  std::string cookie, csrf, address;

 private:
  const Site& site_;
};

inline constexpr const char* kDeviceManifest =
    R"({"identifier":"my-app","version":"0.0.1","description":"Counts cells","device_id":"dev-1",)"
    R"("scopes":["openid","images","strange"],"requirements":[)"
    R"({"key":"pictures","service":"live.arkitekt.mikro","description":"where images are"},)"
    R"({"key":"s3","service":"live.arkitekt.s3","optional":true},)"
    R"({"key":"fluss","service":"live.arkitekt.nonesuch","optional":true}]})";

class DeviceTest : public LokTest {
 protected:
  net::HttpResponse start_raw(const std::string& body) {
    return authorization_.answer(request_of("POST", "/lok/o/app-authorization/", body), "/lok");
  }
  base::Json start(const std::string& manifest = kDeviceManifest) {
    const net::HttpResponse response = start_raw(
        R"({"requested_client_kind":"development","requested_client_role":"interface","manifest":)" +
        manifest + "}");
    EXPECT_EQ(response.status, 200) << response.body;
    return base::Json::parse(response.body);
  }
  static std::string poll_form(const base::Json& started) {
    return encoded({{"grant_type", "urn:ietf:params:oauth:grant-type:device_code"},
                    {"device_code", started["device_code"].as_string()},
                    {"client_id", started["client_id"].as_string()}});
  }
  net::HttpResponse poll(const base::Json& started) { return post(poll_form(started)); }
  net::HttpResponse refresh(const std::string& client_id, const std::string& token) {
    return post(
        encoded({{"grant_type", "refresh_token"}, {"client_id", client_id}, {"refresh_token", token}}));
  }
  /// Row id of a hub, as forms name it.
  std::string hub(const std::string& identifier) {
    return std::string(rows("select id from hub where identifier = $1", {identifier}).text(0, 0));
  }
  /// Somebody who came by the link of a login that waits.
  Browser signed_in(const std::string& code, const std::string& username = "ada") {
    Browser browser(site_);
    EXPECT_EQ(browser.sign_in(code, username, username == "ada" ? "one" : "two").status, 303);
    browser.open("/lok/device", {{"code", code}, {"hub", hub("main")}});
    return browser;
  }
  /// The page after a button was pressed; `used` are the optional keys that stay ticked.
  net::HttpResponse press(Browser& browser, const std::string& code, const std::string& decision,
                          const std::vector<std::string>& used = {}) {
    Fields fields{{"code", code}, {"hub", hub("main")}, {"decision", decision}};
    for (const std::string& key : used) fields.emplace_back("use", key);
    return browser.submit("/lok/device", fields);
  }
  net::HttpResponse decide(const base::Json& started, const std::string& decision,
                           const std::vector<std::string>& used = {}) {
    const std::string code = started["user_code"].as_string();
    Browser browser = signed_in(code);
    return press(browser, code, decision, used);
  }
  base::Json log_in_by_device(const std::vector<std::string>& used = {"s3"}) {
    const base::Json started = start();
    EXPECT_EQ(decide(started, "approve", used).status, 200);
    const net::HttpResponse response = poll(started);
    EXPECT_EQ(response.status, 200) << response.body;
    return base::Json::parse(response.body);
  }

  DeviceAuthorization authorization_{*database_, configuration_};
  Site site_{*database_, configuration_, signer_, "server-secret", "/lok"};
};

}  // namespace lok
