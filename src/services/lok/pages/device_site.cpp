#include "services/lok/pages/device_site.h"

#include <algorithm>

#include "base/clock.h"
#include "base/log.h"
#include "services/lok/login/user_code.h"
#include "services/lok/pages/consent.h"

namespace lok {
namespace {

constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kConflict = 409;
constexpr int kGone = 410;

net::HttpResponse html(int status, std::string page) {
  return net::HttpResponse::html(status, std::move(page));
}

net::HttpResponse over(const PageRequest& request, DeviceLoginState state) {
  switch (state) {
    case DeviceLoginState::kApproved:
    case DeviceLoginState::kCollected:
      return request.notice(kGone, "Already approved",
                            "This code was used. Start the app again if it still waits.");
    case DeviceLoginState::kDeclined:
      return request.notice(kGone, "Already declined",
                            "This code was used. Start the app again if that was a mistake.");
    case DeviceLoginState::kPending:
      break;
  }
  return request.notice(kGone, "This code has expired", "Start the app again; it will show a new one.");
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

pages::Asked asked(const PageRequest& request, const DeviceLogin& login) {
  return {login.user_code, request.field("hub"), login.manifest};
}

net::HttpResponse ask_to_sign_in(const PageRequest& request, const DeviceLogin& login,
                                 const std::string& problem = "") {
  ReturnTarget here{"/device", "code=" + login.user_code};
  if (const std::string hub = request.field("hub"); is_number(hub)) here.query += "&hub=" + hub;
  return request.ask_to_sign_in(here, {pages::who_asks(login.manifest), problem, ""});
}

}  // namespace

DeviceSite::DeviceSite(PageRouter& router, sql::Database& database) : database_(database) {
  router.add("GET", "/device", [this](PageRequest& request) { return show_device(request); });
  router.add("POST", "/device", [this](PageRequest& request) { return decide(request); });
}

std::optional<DeviceLogin> DeviceSite::find_waiting(const PageRequest& request, net::HttpResponse& failure) {
  const std::string network = network_of(request.http().client);
  if (!wrong_codes_.take(network, base::monotonic_micros())) {
    failure = request.too_often();
    return std::nullopt;
  }
  std::optional<DeviceLogin> login;
  if (const auto code = read_user_code(request.field("code"))) {
    database_.read(sql::Database::Snapshot::kSingle,
                   [&](sql::Reader& reader) { login = find_login_by_user_code(reader, *code); });
  }
  if (!login) {
    failure = html(kNotFound, pages::enter_code(request.frame(),
                                                "No app waits with this code. It may have been mistyped, or"
                                                " the app has given up; compare it once more."));
    return std::nullopt;
  }
  wrong_codes_.give_back(network);
  if (login->state != DeviceLoginState::kPending || login->expires_at <= request.now()) {
    failure = over(request, login->state);
    return std::nullopt;
  }
  return login;
}

net::HttpResponse DeviceSite::show_device(PageRequest& request) {
  if (request.field("code").empty()) return html(200, pages::enter_code(request.frame(), ""));
  net::HttpResponse failure;
  const std::optional<DeviceLogin> login = find_waiting(request, failure);
  if (!login) return failure;
  if (!request.visit().person) return ask_to_sign_in(request, *login);
  return show_approval(request, *login);
}

net::HttpResponse DeviceSite::show_approval(const PageRequest& request, const DeviceLogin& login) {
  const std::int64_t user = request.visit().person->user;
  const pages::Asked about = asked(request, login);
  net::HttpResponse response;
  database_.read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
    const std::vector<pages::Place> places = places_of(reader, user);
    if (places.empty()) {
      response = request.notice(kForbidden, "There is nowhere to let it in",
                                "An app works with the services of an organization, and you are in none that"
                                " has some. Ask somebody who runs one to add you, then open the link again.");
      return;
    }
    const auto chosen =
        places.size() == 1
            ? places.begin()
            : std::ranges::find_if(places, [&](const auto& p) { return std::to_string(p.hub) == about.hub; });
    if (chosen == places.end()) {
      response = html(200, pages::choose_place(request.frame(), about, places));
      return;
    }
    const Consent consent = consent_for(reader, *chosen, user, login.manifest);
    response = html(200, pages::approve(request.frame(), {about, *chosen, places.size() > 1, consent.scopes,
                                                          consent.unavailable}));
  });
  return response;
}

net::HttpResponse DeviceSite::decide(PageRequest& request) {
  if (!request.is_own_form()) return request.forged();
  net::HttpResponse failure;
  const std::optional<DeviceLogin> login = find_waiting(request, failure);
  if (!login) return failure;
  if (!request.visit().person) return ask_to_sign_in(request, *login, "Sign in first.");
  if (request.field("decision") == "approve") return approve(request, *login);
  if (request.field("decision") != "decline") return show_approval(request, *login);
  bool declined = false;
  database_.write([&](sql::Writer& writer) { declined = decline_login(writer, login->id, request.now()); });
  if (!declined) return show_device(request);
  return request.notice(200, "Declined", "The app was told. You can close this page.");
}

net::HttpResponse DeviceSite::approve(const PageRequest& request, const DeviceLogin& login) {
  const std::int64_t user = request.visit().person->user;
  std::optional<pages::Place> place;
  Consent consent;
  database_.read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
    for (const pages::Place& each : places_of(reader, user)) {
      if (std::to_string(each.hub) == request.field("hub")) place = each;
    }
    if (place) consent = consent_for(reader, *place, user, login.manifest);
  });
  if (!place) {
    return request.notice(kForbidden, "Not your organization",
                          "You are no member there any more. Open the link of your app again.");
  }
  if (lacks_required(login.manifest, consent.unavailable)) {
    net::HttpResponse response = show_approval(request, login);
    response.status = kConflict;
    return response;
  }
  const Approval approval{login.id, place->membership, place->hub,
                          declined_of(login.manifest, consent.unavailable, request.fields("use"))};
  bool approved = false;
  database_.write([&](sql::Writer& writer) { approved = approve_login(writer, approval, request.now()); });
  if (!approved) return over(request, DeviceLoginState::kApproved);
  base::log::info("lok.device_login_approved",
                  {{"client", login.client_id}, {"user", user}, {"hub", place->hub}});
  return request.notice(200, "Approved", "The app goes on by itself. You can close this page.");
}

}  // namespace lok
