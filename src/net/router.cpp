// Paths to handlers.
#include <algorithm>

#include "net/server.h"

namespace net {

void Router::http(std::string method, std::string path, HttpHandler handler, Options options) {
  const bool prefix = path.ends_with('*');
  if (prefix) path.pop_back();
  entries_.push_back({std::move(path), prefix, std::move(method), {std::move(handler), nullptr, options}});
}

void Router::stream(std::string method, std::string path, StreamHandler handler, Options options) {
  http(std::move(method), std::move(path), nullptr, options);
  entries_.back().route.stream = std::move(handler);
}

void Router::websocket(std::string path, WebSocketHandler handler) {
  websockets_.emplace_back(std::move(path), std::move(handler));
}

void Router::fallback(HttpHandler handler) { fallback_ = std::move(handler); }

Router::Match Router::match(std::string_view method, std::string_view path) const {
  // The most specific path decides, then its methods: a prefix never answers
  // for a method that an exact path beside it lacks.
  const Entry* best = nullptr;
  for (const Entry& entry : entries_) {
    const bool matches = entry.prefix ? path.starts_with(entry.path) : path == entry.path;
    if (!matches) continue;
    const bool better = best == nullptr || (best->prefix && !entry.prefix) ||
                        (best->prefix == entry.prefix && entry.path.size() > best->path.size());
    if (better) best = &entry;
  }
  Match match;
  if (best == nullptr) return match;

  match.known_path = true;
  const std::string_view asked = method;
  const Entry* by_get = nullptr;
  const Entry* by_any = nullptr;
  for (const Entry& entry : entries_) {
    if (entry.prefix != best->prefix || entry.path != best->path) continue;
    match.cors = match.cors || entry.route.options.cors;
    if (match.route != nullptr) continue;
    if (entry.method == asked) match.route = &entry.route;
    if (entry.method == "GET" && by_get == nullptr) by_get = &entry;
    if (entry.method == "*" && by_any == nullptr) by_any = &entry;
  }
  if (match.route == nullptr && asked == "HEAD" && by_get != nullptr) match.route = &by_get->route;
  if (match.route == nullptr && by_any != nullptr) match.route = &by_any->route;
  if (match.route != nullptr) return match;

  for (const Entry& entry : entries_) {
    if (entry.prefix == best->prefix && entry.path == best->path) match.methods.push_back(entry.method);
  }
  if (by_get != nullptr) match.methods.emplace_back("HEAD");
  if (match.cors) match.methods.emplace_back("OPTIONS");
  std::sort(match.methods.begin(), match.methods.end());
  match.methods.erase(std::unique(match.methods.begin(), match.methods.end()), match.methods.end());
  return match;
}

const WebSocketHandler* Router::match_websocket(std::string_view path) const {
  for (const auto& [known, handler] : websockets_) {
    if (known == path) return &handler;
  }
  return nullptr;
}

const HttpHandler* Router::fallback_handler() const { return fallback_ ? &fallback_ : nullptr; }

}  // namespace net
