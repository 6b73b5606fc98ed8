#include "graphql/execution/executor.h"

#include <atomic>
#include <utility>

#include "graphql/execution/execution.h"
#include "graphql/schema/coercion.h"

namespace graphql {
namespace {

// One root field after the other, each with its selection, before the next
// begins. An action may answer on another thread; the run then goes on where
// `resume` puts it.
class MutationRun : public std::enable_shared_from_this<MutationRun> {
 public:
  MutationRun(std::shared_ptr<const ResolverMap> resolvers, std::shared_ptr<const Plan> plan,
              base::Json variables, std::shared_ptr<RequestContext> context, Executor::Hooks hooks,
              std::function<void(Response)> done)
      : resolvers_(std::move(resolvers)),
        plan_(std::move(plan)),
        variables_(std::move(variables)),
        context_(std::move(context)),
        hooks_(std::move(hooks)),
        done_(std::move(done)),
        execution_(*resolvers_, *plan_, variables_, *context_) {}

  void run() {
    while (next_ < plan_->root().fields.size()) {
      const std::size_t field = next_++;
      const PlanField& plan = plan_->root().fields[field];
      if (!execution_.root_selected(field) || plan.field == nullptr) continue;
      if (!begin(field, plan)) return;  // answers later
    }
    Response response;
    try {
      response = execution_.finish();
    } catch (const std::exception& error) {  // the answer is too large
      response = error_response(error);
    }
    done_(std::move(response));
  }

 private:
  enum Phase { kRunning, kReturned, kAnswered };

  // True: the field is finished; false: its action will answer from elsewhere.
  bool begin(std::size_t field, const PlanField& plan) {
    const RootAction* action = resolvers_->action(*plan.field);
    auto phase = std::make_shared<std::atomic<int>>(kRunning);
    try {
      if (resolvers_->authorize) resolvers_->authorize(*context_, *plan.field);
      require_built(plan);
      base::Json arguments = execution_.root_arguments(field);
      auto self = shared_from_this();
      action->run(*context_, plan, std::move(arguments),
                  [self, field, phase](std::exception_ptr error, base::Json value) {
                    self->error_ = std::move(error);
                    self->value_ = std::move(value);
                    if (phase->exchange(kAnswered) != kReturned) return;
                    self->hooks_.resume([self, field] {
                      self->select(field);
                      self->run();
                    });
                  });
    } catch (...) {
      execution_.fail_root(field, std::current_exception());
      return true;
    }
    if (phase->exchange(kReturned) != kAnswered) return false;
    select(field);
    return true;
  }

  void select(std::size_t field) {
    if (error_) {
      execution_.fail_root(field, std::exchange(error_, nullptr));
      return;
    }
    const base::Json& value = context_->keep(std::move(value_));
    try {
      hooks_.around([&] { execution_.run_root(field, &value); });
    } catch (...) {
      execution_.fail_root(field, std::current_exception());
    }
  }

  std::shared_ptr<const ResolverMap> resolvers_;
  std::shared_ptr<const Plan> plan_;
  base::Json variables_;
  std::shared_ptr<RequestContext> context_;
  Executor::Hooks hooks_;
  std::function<void(Response)> done_;
  Execution execution_;
  std::size_t next_ = 0;
  std::exception_ptr error_;
  base::Json value_;
};

// Empty if all is well.
std::vector<ResponseError> coerce(const Schema& schema, const Plan& plan, const base::Json& given,
                                  base::Json& out) {
  std::vector<ResponseError> errors;
  out = coerce_variables(schema, plan.operation(), given, errors);
  return errors;
}

}  // namespace

void Executor::execute(std::shared_ptr<const Plan> plan, const base::Json& given,
                       std::shared_ptr<RequestContext> context, Hooks hooks,
                       std::function<void(Response)> done) const {
  base::Json variables;
  if (const auto errors = coerce(*schema_, *plan, given, variables); !errors.empty()) {
    done(error_response(errors));
    return;
  }
  switch (plan->operation().kind) {
    case ast::OperationKind::kMutation:
      std::make_shared<MutationRun>(resolvers_, std::move(plan), std::move(variables), std::move(context),
                                    std::move(hooks), std::move(done))
          ->run();
      return;
    case ast::OperationKind::kSubscription:
      done(error_response(base::Error(base::code::kValidation,
                                      std::string("Subscriptions are only available over WebSocket."))));
      return;
    case ast::OperationKind::kQuery:
      break;
  }
  Response response;
  try {
    Execution execution(*resolvers_, *plan, variables, *context);
    hooks.around([&] { execution.run_all(); });
    response = execution.finish();
  } catch (const std::exception& error) {
    response = error_response(error);
  }
  done(std::move(response));
}

std::shared_ptr<void> Executor::subscribe(const Plan& plan, const base::Json& given, RequestContext& context,
                                          RootStream::Emit emit) const {
  base::Json variables;
  if (const auto errors = coerce(*schema_, plan, given, variables); !errors.empty()) {
    throw base::Error(base::code::kValidation, std::string(errors.front().message));
  }
  const PlanField& field = plan.root().fields.front();
  if (resolvers_->authorize) resolvers_->authorize(context, *field.field);
  require_built(field);
  return resolvers_->stream(*field.field)
      ->subscribe(context, coerce_arguments(field.field->arguments, field.node->arguments, &variables),
                  std::move(emit));
}

Response Executor::execute_event(const Plan& plan, const base::Json& given, RequestContext& context,
                                 const base::Json& event,
                                 const std::function<void(const std::function<void()>&)>& around) const {
  base::Json variables;
  if (const auto errors = coerce(*schema_, plan, given, variables); !errors.empty())
    return error_response(errors);
  try {
    Execution execution(*resolvers_, plan, variables, context);
    around([&] { execution.run_root(0, &event); });
    return execution.finish();
  } catch (const std::exception& error) {
    return error_response(error);
  }
}

}  // namespace graphql
