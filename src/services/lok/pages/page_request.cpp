#include "services/lok/pages/page_request.h"

namespace lok {
namespace {

constexpr int kSeeOther = 303;
constexpr int kForbidden = 403;
constexpr int kTooMany = 429;

}  // namespace

PageRequest::PageRequest(const net::HttpRequest& http, Visit visit, pages::Frame frame, std::int64_t now)
    : http_(http),
      frame_(std::move(frame)),
      now_(now),
      fields_(net::parse_form(http.method == "POST" ? http.body : http.query)) {
  become(std::move(visit));
}

std::string PageRequest::field(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (key == name) return value;
  }
  return "";
}

std::vector<std::string> PageRequest::fields(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : fields_) {
    if (key == name) values.push_back(value);
  }
  return values;
}

void PageRequest::become(Visit visit) {
  visit_ = std::move(visit);
  frame_.username = visit_.person ? visit_.person->username : "";
  frame_.csrf = visit_.csrf;
}

void PageRequest::fail_at(const ReturnTarget& target, std::string username, std::string problem) {
  visit_.person.reset();
  frame_.username.clear();
  fields_ = net::parse_form(target.query);
  tried_username_ = std::move(username);
  sign_in_problem_ = std::move(problem);
}

net::HttpResponse PageRequest::notice(int status, std::string_view title, std::string_view text) const {
  return net::HttpResponse::html(status, pages::notice(frame_, title, text));
}

net::HttpResponse PageRequest::ask_to_sign_in(const ReturnTarget& next, const SignInTexts& texts) const {
  const std::string& problem = sign_in_problem_.empty() ? texts.problem : sign_in_problem_;
  return net::HttpResponse::html(
      problem.empty() ? 200 : kForbidden,
      pages::sign_in(frame_, {next.text(), texts.about, tried_username_, problem, texts.instead}));
}

net::HttpResponse PageRequest::go_to(const ReturnTarget& target) const {
  net::HttpResponse response;
  response.status = kSeeOther;
  response.headers.set("Location", frame_.prefix + target.text());
  return response;
}

net::HttpResponse PageRequest::too_often() const {
  net::HttpResponse response = notice(kTooMany, "Too many attempts", "Wait a minute, then try again.");
  response.headers.set("Retry-After", "60");
  return response;
}

net::HttpResponse PageRequest::forged() const {
  return notice(
      kForbidden, "This page is too old",
      "Open the link again and fill in the form once more. If that does not help, allow cookies here.");
}

}  // namespace lok
