// One request for a page: what was filled in, who looks at it, and the answers
// that every page may have to give.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http.h"
#include "services/lok/pages/pages.h"
#include "services/lok/pages/return_target.h"
#include "services/lok/pages/visits.h"

namespace lok {

class PageRequest {
 public:
  /// `http` must outlive it. Throws Error(kValidation) for a form that is none.
  PageRequest(const net::HttpRequest& http, Visit visit, pages::Frame frame, std::int64_t now);

  const net::HttpRequest& http() const { return http_; }
  const Visit& visit() const { return visit_; }
  const pages::Frame& frame() const { return frame_; }
  std::int64_t now() const { return now_; }  ///< microseconds UTC

  /// A field of the form, of a GET of the link; empty if absent.
  std::string field(std::string_view name) const;
  /// All values of a field that may be there several times.
  std::vector<std::string> fields(std::string_view name) const;
  /// Whether the form came from a page that this visitor was shown.
  bool is_own_form() const { return Visits::is_own_form(visit_, http_, field("csrf")); }

  /// From now on somebody else looks at it: signed in, or out.
  void become(Visit visit);
  /// From now on it is about that page, as if its link had been followed by a
  /// stranger who has just failed to sign in as `username`.
  void fail_at(const ReturnTarget& target, std::string username, std::string problem);

  net::HttpResponse notice(int status, std::string_view title, std::string_view text) const;
  /// What stands around a form for signing in: HTML, each may be empty.
  struct SignInTexts {
    std::string about;    ///< why
    std::string problem;  ///< text; what went wrong, if no attempt to sign in did
    std::string instead;  ///< below the form
  };
  /// The form for signing in, which leads back to `next`. With status 200, or
  /// 403 if there is a problem.
  net::HttpResponse ask_to_sign_in(const ReturnTarget& next, const SignInTexts& texts) const;
  net::HttpResponse go_to(const ReturnTarget& target) const;
  net::HttpResponse too_often() const;
  /// The form is not one of ours, or of an earlier visit.
  net::HttpResponse forged() const;

 private:
  const net::HttpRequest& http_;
  Visit visit_;
  pages::Frame frame_;
  std::int64_t now_;
  std::vector<std::pair<std::string, std::string>> fields_;
  std::string tried_username_;
  std::string sign_in_problem_;
};

}  // namespace lok
