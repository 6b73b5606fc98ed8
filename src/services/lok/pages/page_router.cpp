#include "services/lok/pages/page_router.h"

#include <algorithm>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "services/lok/handlers.h"
#include "services/lok/login/origin.h"

namespace lok {
namespace {

constexpr std::size_t kLargestForm = 64 * 1024;

constexpr int kBadRequest = 400;
constexpr int kForbidden = 403;
constexpr int kFailed = 500;
constexpr int kBusy = 503;

net::HttpResponse stylesheet(const net::HttpRequest&) {
  net::HttpResponse response = net::HttpResponse::text(200, std::string(pages::stylesheet()));
  response.headers.set("Content-Type", "text/css; charset=utf-8");
  response.headers.set("Cache-Control", "public, max-age=300");
  response.headers.set("X-Content-Type-Options", "nosniff");
  return response;
}

std::string path_below(const std::string& prefix, const net::HttpRequest& request) {
  std::string path = request.path.substr(std::min(prefix.size(), request.path.size()));
  if (path.ends_with('/')) path.pop_back();
  return path;
}

net::HttpResponse failure(const pages::Frame& frame, int status, std::string_view text) {
  return net::HttpResponse::html(status, pages::notice(frame, "That did not work", text));
}

}  // namespace

PageRouter::PageRouter(const Configuration& configuration, const Visits& visits, std::string prefix)
    : configuration_(configuration), visits_(visits), prefix_(std::move(prefix)) {}

void PageRouter::add(const std::string& method, const std::string& path, Page page, Cost cost) {
  pages_[{method, path}] = {std::move(page), cost};
}

void PageRouter::add_routes(net::Router& router, net::WorkerPool& workers, net::WorkerPool& passwords) {
  const net::Router::Options form{.body_bytes = kLargestForm, .cors = false};
  const Answer answer = [this](const net::HttpRequest& request) { return this->answer(request); };
  net::HttpResponse busy = net::HttpResponse::text(kBusy, "The server is busy. Try again in a moment.");
  add_page_headers(busy);
  for (const auto& [address, entry] : pages_) {
    const auto& [method, path] = address;
    net::WorkerPool& pool = entry.cost == Cost::kPassword ? passwords : workers;
    if (!(prefix_ + path).empty()) router.http(method, prefix_ + path, on_worker(answer, pool, busy), form);
    router.http(method, prefix_ + path + "/", on_worker(answer, pool, busy), form);
  }
  router.http("GET", prefix_ + "/style.css", at_once(stylesheet));
}

net::HttpResponse PageRouter::answer(const net::HttpRequest& request) const {
  const std::int64_t now = base::now_micros();
  const pages::Frame frame{configuration_.deployment_name, prefix_, "", "", path_below(prefix_, request)};
  net::HttpResponse response;
  try {
    PageRequest page(request, visits_.of(request, now), frame, now);
    response = dispatch(page);
    visits_.keep(page.visit(), request, response);
  } catch (const base::Error& error) {
    const bool is_theirs = error.code() == base::code::kValidation;
    if (!is_theirs) base::log::error("lok.page_failed", {{"error", error.message()}});
    response = is_theirs ? failure(frame, kBadRequest, error.message())
                         : failure(frame, kBusy, "Try again in a moment.");
  } catch (const std::exception& error) {
    base::log::error("lok.page_failed", {{"error", error.what()}});
    response = failure(frame, kFailed, "The server's log says why.");
  }
  add_page_headers(response);
  return response;
}

net::HttpResponse PageRouter::dispatch(PageRequest& request) const {
  if (!may_carry_secrets(request.http(), configuration_.allow_insecure_transport)) {
    return request.notice(kForbidden, "Not over an open line",
                          "Passwords are only taken over https here. Open the same address with https.");
  }
  const std::string& method = request.http().method;
  return pages_.at({method == "HEAD" ? "GET" : method, request.frame().here}).page(request);
}

net::HttpResponse PageRouter::show(PageRequest& request, const ReturnTarget& target) const {
  return pages_.at({"GET", target.path}).page(request);
}

}  // namespace lok
