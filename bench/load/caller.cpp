#include "caller.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "base/random.h"
#include "text.h"

namespace load {
namespace {

constexpr std::string_view kFollow =
    "subscription WatchMyTasks { mytasks {"
    " create { id reference isDone latestEventKind latestInstructKind updatedAt createdAt __typename }"
    " event { id task kind returns message progress value createdAt __typename } __typename } }";

std::string assign_body(const Callers::Target& target) {
  return fmt::format(
      R"({{"query":"mutation ($input: AssignInput!) {{ assign(input: $input) {{ id }} }}",)"
      R"("variables":{{"input":{{"agent":"{}","interface":"{}","args":{{"a":4}},"capture":false,"reference":"{}"}}}}}})",
      target.agent, target.interface, base::uuid4());
}

}  // namespace

std::size_t HttpConnection::on_bytes(std::string_view bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  if (!bytes.starts_with("HTTP/1.1 200")) throw std::runtime_error(std::string(bytes));
  const std::string_view digits = between(bytes.substr(0, end + 2), "ontent-Length: ", "\r");
  std::size_t size = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), size).ec != std::errc()) {
    throw std::runtime_error(fmt::format("an answer without a length: {}", bytes.substr(0, end)));
  }
  if (bytes.size() < end + 4 + size) return 0;
  answered_(bytes.substr(end + 4, size));
  return end + 4 + size;
}

TaskFeed::TaskFeed(Reactor& reactor, std::uint16_t port, const std::string& path, std::string token,
                   Event event)
    : WebSocket(reactor, port, path, "graphql-transport-ws"),
      token_(std::move(token)),
      event_(std::move(event)) {}

void TaskFeed::on_open() {
  send_text(fmt::format(R"({{"type":"connection_init","payload":{{"token":"{}"}}}})", token_));
}

void TaskFeed::on_text(std::string_view text) {
  const std::string_view kind = member(text, "\"type\"");
  if (kind == "connection_ack") {
    send_text(fmt::format(R"({{"type":"subscribe","id":"1","payload":{{"query":"{}"}}}})", kFollow));
    ready_ = true;
  } else if (kind == "next") {
    if (text.find("\"errors\"") != std::string_view::npos) throw std::runtime_error(std::string(text));
    ++events_;
    if (const std::string_view task = member(text, "\"task\""); !task.empty())
      event_(task, member(text, "\"kind\""));
  } else if (kind == "error" || kind == "complete") {
    throw std::runtime_error(std::string(text));
  }
}

Callers::Callers(Reactor& reactor, Target target, std::size_t in_flight)
    : target_(std::move(target)),
      feed_(reactor, target_.port, target_.path + "/graphql", target_.token,
            [this](std::string_view task, std::string_view kind) {
              if (kind == "COMPLETED") on_end(task);
            }) {
  for (std::size_t i = 0; i < in_flight; ++i) {
    Caller& caller = *callers_.emplace_back(std::make_unique<Caller>());
    caller.connection = std::make_unique<HttpConnection>(
        reactor, target_.port, [this, &caller](std::string_view body) { on_answer(caller, body); });
  }
}

bool Callers::is_connected() const {
  return feed_.is_open() &&
         std::ranges::all_of(callers_, [](const auto& one) { return one->connection->is_open(); });
}

void Callers::start() {
  for (const auto& caller : callers_) assign(*caller);
}

void Callers::assign(Caller& caller) {
  ++running_;
  caller.began = Clock::now();
  const std::string body = assign_body(target_);
  caller.connection->request(
      fmt::format("POST {}/graphql HTTP/1.1\r\nHost: localhost:{}\r\nAuthorization: Bearer {}\r\n"
                  "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                  target_.path, target_.port, target_.token, body.size(), body));
}

void Callers::on_answer(Caller& caller, std::string_view body) {
  const std::string task(member(body, "\"id\""));
  if (task.empty()) throw std::runtime_error(std::string(body));
  if (ended_.erase(task) != 0) return finish(caller);
  waiting_.emplace(task, &caller);
}

void Callers::on_end(std::string_view task) {
  const auto found = waiting_.find(std::string(task));
  if (found == waiting_.end()) {
    ended_.emplace(task);
    return;
  }
  Caller& caller = *found->second;
  waiting_.erase(found);
  finish(caller);
}

void Callers::finish(Caller& caller) {
  times_.push_back(std::chrono::duration<double, std::micro>(Clock::now() - caller.began).count());
  --running_;
  if (!stopping_) assign(caller);
}

}  // namespace load
