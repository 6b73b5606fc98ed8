#include "net/http.h"

#include <algorithm>

#include "base/error.h"
#include "net/ascii.h"

namespace net {
namespace {

std::string decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
      continue;
    }
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low < 0) {
      throw base::Error(base::code::kValidation,
                        "A `%` in the address or form has no two hex digits after it.");
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

HttpResponse typed(int status, std::string body, std::string content_type) {
  HttpResponse response;
  response.status = status;
  response.headers.add("Content-Type", std::move(content_type));
  response.body = std::move(body);
  return response;
}

}  // namespace

void Headers::set(std::string_view name, std::string value) {
  std::erase_if(fields_, [&](const auto& field) { return equals_ignoring_case(field.first, name); });
  fields_.emplace_back(std::string(name), std::move(value));
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (equals_ignoring_case(field, name)) return value;
  }
  return std::nullopt;
}

std::string HttpRequest::origin() const {
  const bool is_default = port == 0 || (scheme == "https" ? port == 443 : port == 80);
  std::string text = scheme + "://" + host;
  if (!is_default) text += ":" + std::to_string(port);
  return text;
}

std::optional<std::string> HttpRequest::query_parameter(std::string_view name) const {
  for (auto& [key, value] : parse_form(query)) {
    if (key == name) return std::move(value);
  }
  return std::nullopt;
}

HttpResponse HttpResponse::json(int status, std::string body) {
  return typed(status, std::move(body), "application/json");
}

HttpResponse HttpResponse::text(int status, std::string body) {
  return typed(status, std::move(body), "text/plain; charset=utf-8");
}

HttpResponse HttpResponse::html(int status, std::string body) {
  return typed(status, std::move(body), "text/html; charset=utf-8");
}

std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    pairs.emplace_back(decode(pair.substr(0, equals), true), decode(value, true));
  }
  return pairs;
}

std::string percent_decode(std::string_view text) { return decode(text, false); }

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

}  // namespace net
