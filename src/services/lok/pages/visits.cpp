#include "services/lok/pages/visits.h"

#include <fmt/format.h>

#include "base/random.h"
#include "base/text.h"
#include "jose/jose.h"
#include "services/lok/people/password.h"

namespace lok {
namespace {

constexpr std::string_view kCookie = "arkitekt_session";
constexpr std::size_t kTokenLength = 43;
constexpr std::int64_t kSessionSeconds = 12 * 3'600;

std::string cookie_of(const net::HttpRequest& request) {
  for (const auto& [name, value] : request.headers.fields()) {
    if (base::fold_case(name) != "cookie") continue;
    for (const std::string_view part : base::split(value, ';')) {
      const std::string_view pair = base::trim(part);
      if (pair.size() == kCookie.size() + 1 + kTokenLength && pair.starts_with(kCookie) &&
          pair[kCookie.size()] == '=') {
        return std::string(pair.substr(kCookie.size() + 1));
      }
    }
  }
  return "";
}

}  // namespace

std::string Visits::csrf_of(const std::string& token) const {
  return keyed_hash(secret_, "form token of " + token);
}

Visit Visits::with_token(std::string token) const {
  Visit visit;
  visit.csrf = csrf_of(token);
  visit.token = std::move(token);
  return visit;
}

Visit Visits::stranger() const {
  Visit visit = with_token(base::random_token());
  visit.is_new = true;
  return visit;
}

Visit Visits::of(const net::HttpRequest& request, std::int64_t now) const {
  std::string token = cookie_of(request);
  if (token.empty()) return stranger();
  Visit visit = with_token(std::move(token));
  database_.read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
    const sql::Rows rows = reader.query(
        "select user_account.id, user_account.username, web_session.created_at, web_session.id from "
        "web_session"
        " join user_account on user_account.id = web_session.user_id"
        " where web_session.token_hash = $1 and web_session.expires_at > $2 and user_account.active = 1",
        {jose::sha256_hex(visit.token), now});
    if (!rows.empty())
      visit.person =
          Person{rows.integer(0, 0), std::string(rows.text(0, 1)), rows.integer(0, 2), rows.integer(0, 3)};
  });
  return visit;
}

// The header catches what a neighbour on the same host could do, who can set our cookie.
bool Visits::is_own_form(const Visit& visit, const net::HttpRequest& request, const std::string& csrf) {
  const std::optional<std::string_view> origin = request.headers.get("Origin");
  if (origin && base::fold_case(*origin) != request.origin()) return false;
  return !visit.is_new && base::equal_in_constant_time(csrf, visit.csrf);
}

Visit Visits::sign_in(const Visit& visit, const Person& person, std::int64_t now) const {
  Visit signed_in = stranger();
  signed_in.person = person;
  signed_in.person->signed_in_at = now;
  database_.write([&](sql::Writer& writer) {
    writer.execute("delete from web_session where expires_at <= $1 or token_hash = $2",
                   {now, jose::sha256_hex(visit.token)});
    signed_in.person->session = writer.insert(
        "insert into web_session (token_hash, user_id, created_at, expires_at) values ($1, $2, $3, $4)"
        " returning id",
        {jose::sha256_hex(signed_in.token), person.user, now, now + kSessionSeconds * 1'000'000});
  });
  return signed_in;
}

Visit Visits::sign_out(const Visit& visit) const {
  database_.write([&](sql::Writer& writer) {
    writer.execute("delete from web_session where token_hash = $1", {jose::sha256_hex(visit.token)});
  });
  return stranger();
}

void Visits::keep(const Visit& visit, const net::HttpRequest& request, net::HttpResponse& response) const {
  if (!visit.is_new) return;
  std::string cookie = fmt::format("{}={}; Path={}; HttpOnly; SameSite=Lax", kCookie, visit.token, path_);
  if (visit.person) cookie += fmt::format("; Max-Age={}", kSessionSeconds);
  if (request.scheme == "https") cookie += "; Secure";
  response.headers.add("Set-Cookie", std::move(cookie));
}

void allow_form_target(net::HttpResponse& response, std::string_view source) {
  response.headers.set("Content-Security-Policy",
                       fmt::format("default-src 'none'; style-src 'self'; form-action 'self'{}{};"
                                   " base-uri 'none'; frame-ancestors 'none'",
                                   source.empty() ? "" : " ", source));
}

void add_page_headers(net::HttpResponse& response) {
  response.headers.set("Cache-Control", "no-store");
  if (!response.headers.get("Content-Security-Policy")) allow_form_target(response, "");
  response.headers.set("X-Frame-Options", "DENY");
  response.headers.set("X-Content-Type-Options", "nosniff");
  // Not `no-referrer`: browsers would then hide where our own forms come from.
  response.headers.set("Referrer-Policy", "same-origin");
}

}  // namespace lok
