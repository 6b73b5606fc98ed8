#include "services/lok/device_site.h"

#include <algorithm>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "services/lok/consent.h"
#include "services/lok/handlers.h"
#include "services/lok/origin.h"
#include "services/lok/user_code.h"

namespace lok {
namespace {

// Each takes 64 MiB for a tenth of a second.
constexpr std::size_t kPasswordsAtOnce = 2;
constexpr std::size_t kPasswordsWaiting = 64;
constexpr std::size_t kLargestForm = 64 * 1024;

constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kConflict = 409;
constexpr int kGone = 410;
constexpr int kTooMany = 429;
constexpr int kBusy = 503;

net::HttpResponse html(int status, std::string page) {
  return net::HttpResponse::html(status, std::move(page));
}

net::HttpResponse too_often(const PageRequest& request) {
  net::HttpResponse response =
      request.notice(kTooMany, "Too many attempts", "Wait a minute, then try again.");
  response.headers.set("Retry-After", "60");
  return response;
}

net::HttpResponse forged(const PageRequest& request) {
  return request.notice(kForbidden, "This page is too old",
                        "Open the link of your app again. If that does not help, allow cookies here.");
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

pages::Asked asked(const PageRequest& request, const DeviceLogin& login) {
  return {login.user_code, request.field("hub"), login.manifest};
}

}  // namespace

DeviceSite::DeviceSite(sql::Database& database, const Configuration& configuration, const std::string& secret,
                       std::string prefix)
    : database_(database),
      configuration_(configuration),
      prefix_(std::move(prefix)),
      visits_(database, secret, prefix_),
      sign_in_(database),
      passwords_("passwords", kPasswordsAtOnce, kPasswordsWaiting) {}

void DeviceSite::add_routes(net::Router& router, net::WorkerPool& workers) {
  const net::Router::Options form{.body_bytes = kLargestForm, .cors = false};
  const Answer answer = [this](const net::HttpRequest& request) { return this->answer(request); };
  net::HttpResponse busy = net::HttpResponse::text(kBusy, "The server is busy. Try again in a moment.");
  add_page_headers(busy);
  const auto add = [&](const std::string& method, const std::string& path, net::WorkerPool& pool) {
    router.http(method, prefix_ + path, on_worker(answer, pool, busy), form);
    router.http(method, prefix_ + path + "/", on_worker(answer, pool, busy), form);
  };
  add("GET", "/device", workers);
  add("POST", "/device", workers);
  add("POST", "/sign-in", passwords_);
  add("GET", "/sign-out", workers);
  add("POST", "/sign-out", workers);
  router.http("GET", prefix_ + "/style.css", at_once([](const net::HttpRequest&) {
                net::HttpResponse response = net::HttpResponse::text(200, std::string(pages::stylesheet()));
                response.headers.set("Content-Type", "text/css; charset=utf-8");
                response.headers.set("Cache-Control", "public, max-age=300");
                response.headers.set("X-Content-Type-Options", "nosniff");
                return response;
              }));
}

net::HttpResponse DeviceSite::answer(const net::HttpRequest& request) {
  const std::int64_t now = base::now_micros();
  const pages::Frame frame{configuration_.deployment_name, prefix_, "", ""};
  net::HttpResponse response;
  try {
    PageRequest page(request, visits_.of(request, now), frame, now);
    response = dispatch(page);
    visits_.keep(page.visit(), request, response);
  } catch (const base::Error& error) {
    const bool is_theirs = error.code() == base::code::kValidation;
    if (!is_theirs) base::log::error("lok.page_failed", {{"error", error.message()}});
    response = html(
        is_theirs ? 400 : kBusy,
        pages::notice(frame, "That did not work", is_theirs ? error.message() : "Try again in a moment."));
  } catch (const std::exception& error) {
    base::log::error("lok.page_failed", {{"error", error.what()}});
    response = html(500, pages::notice(frame, "That did not work", "The server's log says why."));
  }
  add_page_headers(response);
  return response;
}

net::HttpResponse DeviceSite::dispatch(PageRequest& request) {
  if (!may_carry_secrets(request.http(), configuration_.allow_insecure_transport)) {
    return request.notice(kForbidden, "Not over an open line",
                          "Passwords are only taken over https here. Open the same address with https.");
  }
  const bool is_form = request.http().method == "POST";
  const std::string_view path = request.http().path;
  if (path.starts_with(prefix_ + "/sign-in")) return sign_in(request);
  if (path.starts_with(prefix_ + "/sign-out")) return sign_out(request);
  return is_form ? decide(request) : show_device(request);
}

std::optional<DeviceLogin> DeviceSite::find_waiting(const PageRequest& request, net::HttpResponse& failure) {
  const std::string network = network_of(request.http().client);
  if (!wrong_codes_.take(network, base::monotonic_micros())) {
    failure = too_often(request);
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
  if (!request.visit().person) {
    const pages::Asked about = asked(request, *login);
    return html(200, pages::sign_in(request.frame(), {&about, "", ""}));
  }
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
  if (!request.is_own_form()) return forged(request);
  net::HttpResponse failure;
  const std::optional<DeviceLogin> login = find_waiting(request, failure);
  if (!login) return failure;
  if (!request.visit().person) {
    const pages::Asked about = asked(request, *login);
    return html(kForbidden, pages::sign_in(request.frame(), {&about, "", "Sign in first."}));
  }
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
  bool approved = false;
  database_.write([&](sql::Writer& writer) {
    approved = approve_login(
        writer, {login.id, place->membership, place->hub, declined_of(login.manifest, request.fields("use"))},
        request.now());
  });
  if (!approved) return over(request, DeviceLoginState::kApproved);
  base::log::info("lok.device_login_approved",
                  {{"client", login.client_id}, {"user", user}, {"hub", place->hub}});
  return request.notice(200, "Approved", "The app goes on by itself. You can close this page.");
}

net::HttpResponse DeviceSite::sign_in(PageRequest& request) {
  if (!request.is_own_form()) return forged(request);
  const std::string username = request.field("username");
  const SignIn::Answer answer =
      sign_in_.check(username, request.field("password"), network_of(request.http().client));
  if (answer.outcome == SignIn::Outcome::kTooOften) return too_often(request);
  if (answer.outcome == SignIn::Outcome::kWelcome) {
    request.become(visits_.sign_in(request.visit(), answer.person, request.now()));
    return request.go_on();
  }
  const std::string problem = "This user name and password do not belong together.";
  if (request.field("code").empty()) {
    return html(kForbidden, pages::sign_in(request.frame(), {nullptr, username, problem}));
  }
  net::HttpResponse failure;
  const std::optional<DeviceLogin> login = find_waiting(request, failure);
  if (!login) return failure;
  const pages::Asked about = asked(request, *login);
  return html(kForbidden, pages::sign_in(request.frame(), {&about, username, problem}));
}

net::HttpResponse DeviceSite::sign_out(PageRequest& request) {
  if (request.http().method != "POST") return html(200, pages::sign_out(request.frame()));
  if (!request.is_own_form()) return forged(request);
  request.become(visits_.sign_out(request.visit()));
  return request.notice(200, "Signed out", "You can close this page.");
}

}  // namespace lok
