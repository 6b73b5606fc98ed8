#include "object_load.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

#include "reactor.h"
#include "report.h"
#include "text.h"

namespace load {
namespace {

constexpr auto kPatience = std::chrono::minutes(5);

/// The requests that are left, and what came of those that were sent.
struct Work {
  const ObjectPlan& plan;
  std::size_t next = 0;
  std::size_t answered = 0;
  std::uint64_t received = 0;  ///< bytes of bodies
  std::vector<double> times;   ///< microseconds
};

class ObjectConnection : public Connection {
 public:
  ObjectConnection(Reactor& reactor, Work& work) : Connection(reactor, work.plan.port), work_(work) {}

  void send_next() {
    if (work_.next == work_.plan.heads.size()) return;
    began_ = Clock::now();
    write(work_.plan.heads[work_.next++], work_.plan.body);
  }

 private:
  std::size_t on_bytes(std::string_view bytes) override {
    std::size_t used = 0;
    if (!in_body_) {
      const std::size_t end = bytes.find("\r\n\r\n");
      if (end == std::string_view::npos) return 0;
      left_ = size_of_body(bytes.substr(0, end + 2));
      work_.received += left_;
      in_body_ = true;
      used = end + 4;
    }
    const std::size_t here = std::min(left_, bytes.size() - used);
    left_ -= here;
    if (left_ == 0) finish();
    return used + here;
  }

  std::size_t size_of_body(std::string_view head) const {
    if (!head.starts_with("HTTP/1.1 " + work_.plan.status))
      throw std::runtime_error(fmt::format("refused: {}", head));
    if (head.starts_with("HTTP/1.1 204")) return 0;
    const std::string_view digits = between(head, "ontent-Length: ", "\r");
    std::size_t size = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), size).ec != std::errc())
      throw std::runtime_error(fmt::format("an answer without a length: {}", head));
    return size;
  }

  void finish() {
    in_body_ = false;
    ++work_.answered;
    work_.times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - began_).count());
    send_next();
  }

  Work& work_;
  Clock::time_point began_;
  std::size_t left_ = 0;  ///< of the answer's body
  bool in_body_ = false;
};

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace

ObjectPlan ObjectPlan::read(const base::Json& json) {
  ObjectPlan plan;
  plan.port = static_cast<std::uint16_t>(json["port"].as_int64().value());
  plan.connections = static_cast<std::size_t>(json["connections"].as_int64().value());
  if (const std::string path(json["body"].as_string()); !path.empty()) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path);
    plan.body.assign(std::istreambuf_iterator<char>(file), {});
  }
  plan.status = json["status"].as_string();
  for (const base::Json& head : json["heads"].items()) plan.heads.emplace_back(head.as_string());
  return plan;
}

base::Json run_objects(const ObjectPlan& plan) {
  Reactor reactor;
  Work work{plan, 0, 0, 0, {}};
  std::vector<std::unique_ptr<ObjectConnection>> connections;
  for (std::size_t i = 0; i < plan.connections; ++i)
    connections.push_back(std::make_unique<ObjectConnection>(reactor, work));
  const double cpu = cpu_seconds();
  const Clock::time_point began = Clock::now();
  for (const auto& connection : connections) connection->send_next();
  const auto is_lost = [](const auto& connection) { return !connection->is_open(); };
  const bool ended = reactor.run(began + kPatience, [&] {
    return work.answered == plan.heads.size() || std::ranges::any_of(connections, is_lost);
  });
  const std::chrono::duration<double> took = Clock::now() - began;
  if (!ended) throw std::runtime_error("waited too long for answers");
  if (work.answered != plan.heads.size()) throw std::runtime_error("the server closed a connection");
  base::Json report = base::Json::object({{"requests", work.answered},
                                          {"sent", plan.heads.size() * plan.body.size()},
                                          {"received", work.received},
                                          {"seconds", took.count()},
                                          {"cpu", cpu_seconds() - cpu}});
  add_percentiles(report, "request", std::move(work.times));
  return report;
}

}  // namespace load
