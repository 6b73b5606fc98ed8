#include "graphql/transport/operation_socket.h"

#include <utility>

#include "base/log.h"
#include "graphql/transport/operation_metrics.h"
#include "graphql/transport/plan_cache.h"
#include "graphql/transport/sockets.h"

namespace graphql {

using Clock = std::chrono::steady_clock;

/// One subscription. Events wait here until the socket's strand turns them
/// into responses, in order.
struct OperationSocket::Running {
  std::string id;
  std::shared_ptr<const Plan> plan;
  base::Json variables;
  Host::Identity who;
  std::shared_ptr<void> stream;

  std::mutex mutex;
  std::deque<base::Json> events;
  bool scheduled = false;
  bool ended = false;
};

OperationSocket::OperationSocket(const Machinery& machinery, std::string origin)
    : machinery_(machinery),
      strand_([&machinery](std::function<void()> task) { run_soon(machinery, std::move(task)); }),
      origin_(std::move(origin)) {
  machinery_.metrics.sockets.add(1);
}

OperationSocket::~OperationSocket() { machinery_.metrics.sockets.add(-1); }

std::shared_ptr<RequestContext> OperationSocket::context_for(const Host::Identity& who) const {
  std::shared_ptr<RequestContext> made = machinery_.host.context(who);
  made->origin = origin_;
  return made;
}

void OperationSocket::on_open(std::shared_ptr<net::WebSocket> socket) { socket_ = std::move(socket); }

void OperationSocket::on_text(std::string message) {
  ++waiting_;
  strand_.post([self = shared_from_this(), text = std::move(message)] {
    --self->waiting_;
    base::Json parsed;
    try {
      parsed = base::Json::parse(text);
    } catch (const base::Error&) {
      self->receive_unreadable();
      return;
    }
    try {
      self->receive(parsed);
    } catch (const std::exception& error) {
      base::log::warning("graphql.socket.message_failed", {{"error", error.what()}});
    }
  });
}

void OperationSocket::on_close(std::uint16_t code) {
  strand_.post([self = shared_from_this(), code] {
    self->closed(code);
    while (!self->running_.empty()) self->end(self->running_.begin()->first);
  });
}

void OperationSocket::fail(const std::string& id, const std::exception& error) {
  if (const auto* invalid = dynamic_cast<const InvalidDocument*>(&error)) {
    send_errors(id, invalid->errors);
  } else {
    send_errors(id, {ResponseError::from(error)});
  }
}

void OperationSocket::begin(const std::string& id, const base::Json& payload,
                            const Credentials& credentials) {
  try {
    const Host::Identity who = machinery_.host.authenticate(credentials);
    const base::Json& query = payload["query"];
    if (!query.is_string()) {
      throw base::Error(base::code::kValidation, std::string("No GraphQL query found in the message."));
    }
    const base::Json& name = payload["operationName"];
    std::shared_ptr<const Plan> plan =
        machinery_.plans.get(query.as_string(), name.is_string() ? std::string_view(name.as_string()) : "");
    base::Json variables = payload["variables"].is_object() ? payload["variables"] : base::Json::object();
    if (plan->operation().kind == ast::OperationKind::kSubscription) {
      run_subscription(id, std::move(plan), std::move(variables), who);
    } else if (allows_queries()) {
      run_query(id, std::move(plan), std::move(variables), who);
    } else {
      throw base::Error(base::code::kValidation, std::string("queries are not allowed"));
    }
  } catch (const std::exception& error) {
    machinery_.metrics.refused();
    fail(id, error);
  }
}

void OperationSocket::run_query(const std::string& id, std::shared_ptr<const Plan> plan, base::Json variables,
                                const Host::Identity& who) {
  std::shared_ptr<RequestContext> context = context_for(who);
  Executor::Hooks hooks;
  hooks.around = [&host = machinery_.host, context, plan](const std::function<void()>& resolve) {
    host.around(*context, *plan, resolve);
  };
  hooks.resume = [&machinery = machinery_](std::function<void()> rest) {
    run_soon(machinery, std::move(rest));
  };
  machinery_.executor.execute(plan, variables, context, std::move(hooks),
                              [self = shared_from_this(), id, context, began = Clock::now(),
                               kind = plan->operation().kind](const Response& response) {
                                self->machinery_.metrics.executed(kind, response.has_errors,
                                                                  Clock::now() - began);
                                self->send_next(id, response.json);
                                self->send_complete(id);
                              });
}

void OperationSocket::run_subscription(const std::string& id, std::shared_ptr<const Plan> plan,
                                       base::Json variables, const Host::Identity& who) {
  if (running_.size() >= kMaxOperations) {
    throw base::Error(base::code::kValidation, std::string("Subscription limit reached"));
  }
  auto running = std::make_shared<Running>();
  running->id = id;
  running->plan = std::move(plan);
  running->variables = std::move(variables);
  running->who = who;
  const std::weak_ptr<OperationSocket> weak = weak_from_this();
  const std::weak_ptr<Running> weak_running = running;
  const auto emit = [weak, weak_running](base::Json event) {
    const auto self = weak.lock();
    const auto target = weak_running.lock();
    if (!self || !target) return;
    {
      const std::lock_guard lock(target->mutex);
      if (target->ended) return;
      target->events.push_back(std::move(event));
      if (std::exchange(target->scheduled, true)) return;
    }
    self->strand_.post([self, target] { self->deliver(target); });
  };
  const std::shared_ptr<RequestContext> context = context_for(who);
  const Clock::time_point began = Clock::now();
  running->stream = machinery_.executor.subscribe(*running->plan, running->variables, *context, emit);
  machinery_.metrics.executed(ast::OperationKind::kSubscription, false, Clock::now() - began);
  running_[id] = running;
}

void OperationSocket::deliver(const std::shared_ptr<Running>& running) {
  std::deque<base::Json> events;
  {
    const std::lock_guard lock(running->mutex);
    running->scheduled = false;
    if (running->ended) return;
    events.swap(running->events);
  }
  for (const base::Json& event : events) {
    const std::shared_ptr<RequestContext> context = context_for(running->who);
    const auto around = [&](const std::function<void()>& resolve) {
      machinery_.host.around(*context, *running->plan, resolve);
    };
    send_next(
        running->id,
        machinery_.executor.execute_event(*running->plan, running->variables, *context, event, around).json);
    machinery_.metrics.event();
  }
}

void OperationSocket::end(const std::string& id) {
  const auto it = running_.find(id);
  if (it == running_.end()) return;
  const std::shared_ptr<Running> running = std::move(it->second);
  running_.erase(it);
  {
    const std::lock_guard lock(running->mutex);
    running->ended = true;
    running->events.clear();
  }
  running->stream.reset();
}

}  // namespace graphql
