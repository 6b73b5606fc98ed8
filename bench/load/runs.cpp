#include "runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <stdexcept>

#include "report.h"

namespace load {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr auto kPatience = std::chrono::seconds(60);
constexpr auto kPingEvery = std::chrono::milliseconds(100);

void wait_for(Reactor& reactor, const char* what, const std::function<bool()>& done) {
  if (!reactor.run(Clock::now() + kPatience, done))
    throw std::runtime_error(fmt::format("waited too long for {}", what));
}

std::unique_ptr<Agent> ready_agent(Reactor& reactor, const Plan& plan) {
  auto agent = std::make_unique<Agent>(reactor, plan.port, plan.path + "/agi", plan.agents.at(0));
  wait_for(reactor, "the agent's registration", [&] { return agent->is_ready() || !agent->is_open(); });
  if (!agent->is_open()) throw std::runtime_error("the agent was not taken");
  return agent;
}

Callers::Target target_of(const Plan& plan, const Agent& agent) {
  return {plan.port, plan.path, plan.token, agent.id(), plan.interface};
}

// True as long as the agent, pinged all along, and the callers are connected.
bool load_until(
    Reactor& reactor, Clock::time_point end, Agent& agent, const Callers& callers,
    const std::function<void()>& turn = [] {}) {
  Clock::time_point ping = Clock::now();
  return !reactor.run(end, [&] {
    if (Clock::now() >= ping) {
      agent.measure_ping();
      ping += kPingEvery;
    }
    turn();
    return !agent.is_open() || !callers.is_connected();
  });
}

}  // namespace

Plan Plan::read(const base::Json& json) {
  Plan plan;
  plan.port = static_cast<std::uint16_t>(json["port"].as_int64().value());
  plan.path = json["path"].as_string();
  plan.token = json["token"].as_string();
  plan.interface = json["interface"].as_string();
  plan.in_flight = static_cast<std::size_t>(json["in_flight"].as_int64().value());
  plan.seconds = Seconds(json["seconds"].as_double().value());
  for (const base::Json& agent : json["agents"].items()) {
    plan.agents.push_back({agent["registration"].as_string(), agent["session"].as_string()});
  }
  return plan;
}

base::Json run_tasks(const Plan& plan) {
  Reactor reactor;
  const auto agent = ready_agent(reactor, plan);
  Callers callers(reactor, target_of(plan, *agent), plan.in_flight);
  wait_for(reactor, "the subscription", [&] { return callers.is_ready(); });
  const Clock::time_point began = Clock::now();
  callers.start();
  bool connected =
      load_until(reactor, began + std::chrono::duration_cast<Clock::duration>(plan.seconds), *agent, callers);
  callers.stop();
  connected = connected && reactor.run(Clock::now() + kPatience, [&] { return callers.is_idle(); });
  const Seconds took = Clock::now() - began;
  base::Json report =
      base::Json::object({{"tasks", callers.times().size()},
                          {"per_second", static_cast<double>(callers.times().size()) / took.count()},
                          {"dropped", !connected},
                          {"heartbeats", agent->heartbeats()}});
  add_percentiles(report, "task", callers.times());
  add_percentiles(report, "pong", agent->answered_after());
  return report;
}

base::Json run_progress(const Plan& plan) {
  Reactor reactor;
  const auto agent = ready_agent(reactor, plan);
  Callers callers(reactor, target_of(plan, *agent), 1);
  wait_for(reactor, "the subscription", [&] { return callers.is_ready(); });
  std::string task;
  agent->set_work([&](std::string_view given) { task = given; });
  callers.start();
  wait_for(reactor, "the task", [&] { return !task.empty(); });
  agent->report("STARTED", task);

  const std::int64_t first = agent->acknowledged();
  const Clock::time_point began = Clock::now();
  const auto in_flight = static_cast<std::int64_t>(plan.in_flight);
  const auto report_more = [&] {
    while (agent->reported() - agent->acknowledged() < in_flight) {
      agent->report("PROGRESS", task,
                    fmt::format(R"(,"progress":{},"message":"working")", agent->reported() % 100));
    }
  };
  bool connected = load_until(reactor, began + std::chrono::duration_cast<Clock::duration>(plan.seconds),
                              *agent, callers, report_more);
  const Seconds took = Clock::now() - began;
  const std::int64_t acknowledged = agent->acknowledged() - first;
  callers.stop();
  agent->report("COMPLETED", task);
  connected = connected && reactor.run(Clock::now() + kPatience, [&] { return callers.is_idle(); });
  base::Json report = base::Json::object({{"acknowledged", acknowledged},
                                          {"per_second", static_cast<double>(acknowledged) / took.count()},
                                          {"told", callers.events()},
                                          {"dropped", !connected}});
  add_percentiles(report, "acknowledged", agent->acknowledged_after());
  add_percentiles(report, "pong", agent->answered_after());
  return report;
}

base::Json run_idle(const Plan& plan) {
  Reactor reactor;
  std::vector<std::unique_ptr<Agent>> agents;
  for (const Agent::Identity& who : plan.agents) {
    agents.push_back(std::make_unique<Agent>(reactor, plan.port, plan.path + "/agi", who));
    wait_for(reactor, "a registration",
             [&] { return agents.back()->is_ready() || !agents.back()->is_open(); });
  }
  const auto is_open = [](const auto& agent) { return agent->is_open(); };
  std::puts("{\"connected\":true}");
  std::fflush(stdout);
  reactor.run(Clock::now() + std::chrono::duration_cast<Clock::duration>(plan.seconds), [] { return false; });
  std::int64_t heartbeats = 0;
  for (const auto& agent : agents) heartbeats += agent->heartbeats();
  const auto open = std::ranges::count_if(agents, is_open);
  return base::Json::object({{"agents", agents.size()},
                             {"dropped", static_cast<std::int64_t>(agents.size()) - open},
                             {"heartbeats", heartbeats}});
}

}  // namespace load
