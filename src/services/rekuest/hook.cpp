#include "services/rekuest/hook.h"

#include <utility>

#include "base/random.h"
#include "services/rekuest/arguments.h"

namespace rekuest {

void assign_hooks(sql::Writer& writer, TaskLedger& ledger, const AssignRequest& request, const NewTask& made,
                  std::int64_t task, Outcome& out) {
  if (!request.input.hooks) return;
  const base::Json arguments = base::Json::object({{"task", std::to_string(task)}});
  for (const schema::HookInput& hook : *request.input.hooks) {
    TargetRequest wanted;
    wanted.organization = made.organization;
    wanted.now = request.now;
    wanted.action_hash = hook.hash;
    Target target = choose_target(writer, wanted);
    NewTask child;
    child.organization = made.organization;
    child.caller = made.caller;
    child.person = made.person;
    child.reference = base::uuid4();
    child.args = arguments.dump();
    child.args_hash = arguments_hash(arguments);
    child.automatic = made.automatic;
    child.root = child.parent = task;
    aim(child, target, arguments);
    bind_task(writer, child, target, wanted, {});
    TaskState& state = ledger.insert(child);
    ledger.append(state, event_of_kind("QUEUED"), Speaker::kServer);
    const std::string& person = request.who->claims.sub;
    out.messages.push_back(assign_message(std::move(target), child, state.id, person, person));
  }
}

}  // namespace rekuest
