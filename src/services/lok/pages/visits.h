// Who is looking at a page: people signed in by a cookie, and strangers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"
#include "sql/database.h"

namespace lok {

struct Person {
  std::int64_t user = 0;
  std::string username;
  std::int64_t signed_in_at = 0;  ///< microseconds UTC
  std::int64_t session = 0;       ///< row; 0 before it has begun
};

/// One request's visitor.
struct Visit {
  std::string token;  ///< of the cookie; secret
  std::string csrf;   ///< belongs into every form this visitor is shown
  std::optional<Person> person;
  bool is_new = false;  ///< the cookie has yet to be set
};

/// Sessions are rows, by a hash of the cookie; strangers have a cookie only, so
/// that their forms have a token, too. Whoever signs in gets another cookie.
/// Blocks (database). Thread-safe.
class Visits {
 public:
  /// `secret` keys form tokens; `prefix` is `/lok`, where the cookie is sent.
  Visits(sql::Database& database, std::string secret, const std::string& prefix)
      : database_(database), secret_(std::move(secret)), path_(prefix.empty() ? "/" : prefix) {}

  Visit of(const net::HttpRequest& request, std::int64_t now) const;

  /// Whether a form came from a page of ours that this visitor was shown.
  static bool is_own_form(const Visit& visit, const net::HttpRequest& request, const std::string& csrf);

  /// Begins a session, under a new cookie, and ends the visitor's earlier one.
  Visit sign_in(const Visit& visit, const Person& person, std::int64_t now) const;
  /// Ends the session; what is left is a stranger with a new cookie.
  Visit sign_out(const Visit& visit) const;

  /// Sets the cookie where that is due.
  void keep(const Visit& visit, const net::HttpRequest& request, net::HttpResponse& response) const;

 private:
  Visit stranger() const;
  std::string csrf_of(const std::string& token) const;
  Visit with_token(std::string token) const;

  sql::Database& database_;
  const std::string secret_;
  const std::string path_;
};

/// Forms of this page may lead elsewhere, too, because we send on whoever posts
/// one: browsers hold each hop against the page's policy. `source` is what the
/// policy calls the place; empty: none.
void allow_form_target(net::HttpResponse& response, std::string_view source);

/// Of every page that has cookies: it is not kept, framed, or guessed at, and
/// loads nothing but our stylesheet.
void add_page_headers(net::HttpResponse& response);

}  // namespace lok
