#include "services/rekuest/delivery.h"

#include <memory>
#include <utility>

#include "base/clock.h"
#include "services/rekuest/mirror.h"

namespace rekuest {

void Delivery::deliver(Outcome told) {
  // An agent learns a child's id before it hears of what happened to it.
  for (AgentMessage& message : told.messages) send(std::move(message));
  for (const TaskNotice& notice : told.notices) mirror(notice);
  feeds_.tasks.publish(told.notices);
  for (const AgentNotice& notice : told.agents) feeds_.agents.publish(notice);
  if (!told.states.empty()) feeds_.states.publish(told.states);
}

void Delivery::answer(std::vector<AgentMessage> messages) {
  for (AgentMessage& message : messages) send(std::move(message));
}

void Delivery::send(AgentMessage message) {
  if (auto* text = std::get_if<std::string>(&message.frame)) {
    hub_.send(message.agent, message.task, one_frame(std::move(*text)));
    return;
  }
  // Shared, because a function's captures must be copyable.
  auto assign = std::make_shared<AssignFrame>(std::get<AssignFrame>(std::move(message.frame)));
  hub_.send(message.agent, message.task, [this, assign]() mutable -> std::optional<std::string> {
    if (!assign) return std::nullopt;
    return std::exchange(assign, nullptr)->text(signer_, base::now_micros());
  });
}

void Delivery::mirror(const TaskNotice& notice) {
  if (notice.task->requester == 0 || !notice.event) return;
  if (auto frame = mirror_frame(*notice.event)) {
    hub_.send(notice.task->requester, 0, one_frame(*std::move(frame)));
  }
}

}  // namespace rekuest
