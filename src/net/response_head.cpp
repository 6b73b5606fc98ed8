#include "net/response_head.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <ctime>

#include "base/error.h"
#include "base/json.h"
#include "net/ascii.h"

namespace net {
namespace {

constexpr std::string_view kCors =
    "Access-Control-Allow-Origin: *\r\n"
    "Access-Control-Allow-Headers: Authorization, Content-Type, Rekuest-Task\r\n"
    "Access-Control-Allow-Methods: GET, POST, PUT, DELETE, OPTIONS\r\n";

/// `Tue, 24 Nov 2026 00:00:00 GMT`, made once a second a thread.
std::string_view http_date() {
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  thread_local std::time_t made_at = -1;
  thread_local std::string date;
  const std::time_t now = std::time(nullptr);
  if (now == made_at) return date;
  std::tm parts{};
  gmtime_r(&now, &parts);
  date = fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[static_cast<std::size_t>(parts.tm_wday)],
                     parts.tm_mday, kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
  made_at = now;
  return date;
}

bool is_own_field(std::string_view name) {
  for (const std::string_view own :
       {"Content-Length", "Connection", "Date", "Server", "Transfer-Encoding", "Keep-Alive"}) {
    if (equals_ignoring_case(name, own)) return true;
  }
  return false;
}

void append_single_line(std::string& out, std::string_view text) {
  for (const char c : text) out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
}

std::string_view error_code(int status) {
  if (status == 404) return base::code::kNotFound;
  if (status == 503) return base::code::kUnavailable;
  if (status == 501) return base::code::kNotImplemented;
  return status >= 500 && status != 505 ? base::code::kInternal : base::code::kValidation;
}

}  // namespace

std::string response_head(const HttpResponse& response, const ResponseContext& context) {
  std::string out;
  out.reserve(512);
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\nServer: arkitektd\r\nDate: {}\r\n",
                 response.status, reason_phrase(response.status), http_date());
  for (const auto& [name, value] : response.headers.fields()) {
    if (is_own_field(name)) continue;
    append_single_line(out, name);
    out += ": ";
    append_single_line(out, value);
    out += "\r\n";
  }
  if (context.cors) out += kCors;
  if (context.preflight) out += "Access-Control-Max-Age: 86400\r\n";
  if (!is_bodyless(response.status)) {
    // A handler that answers HEAD by itself knows the length of what it did not make.
    const auto told = context.to_head && response.body.empty() && !response.source
                          ? response.headers.get("Content-Length")
                          : std::nullopt;
    out += "Content-Length: ";
    if (told) {
      append_single_line(out, *told);
    } else {
      out += std::to_string(response.source ? response.source->size() : response.body.size());
    }
    out += "\r\n";
  }
  if (response.status == 101) {
    out += "Connection: Upgrade\r\n";
  } else if (!context.keep_alive) {
    out += "Connection: close\r\n";
  } else if (!context.http11) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
  return out;
}

bool is_bodyless(int status) { return status < 200 || status == 204 || status == 304; }

HttpResponse error_response(int status, std::string_view message) {
  std::string body = R"({"error":{"code":")";
  body += error_code(status);
  body += R"(","message":)";
  base::append_json_string(body, message);
  body += "}}";
  return HttpResponse::json(status, std::move(body));
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

}  // namespace net
