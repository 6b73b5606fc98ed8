#include "services/lok/page_request.h"

#include "services/lok/user_code.h"

namespace lok {
namespace {

constexpr int kSeeOther = 303;

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

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

net::HttpResponse PageRequest::notice(int status, std::string_view title, std::string_view text) const {
  return net::HttpResponse::html(status, pages::notice(frame_, title, text));
}

net::HttpResponse PageRequest::go_on() const {
  std::string target = frame_.prefix + "/device";
  if (const auto code = read_user_code(field("code"))) {
    target += "?code=" + *code;
    if (const std::string hub = field("hub"); is_number(hub)) target += "&hub=" + hub;
  }
  net::HttpResponse response;
  response.status = kSeeOther;
  response.headers.set("Location", std::move(target));
  return response;
}

}  // namespace lok
