// Runs planned operations, breadth first: a level of objects is one batch of
// reads, so a query of depth d costs d round trips whatever the number of rows.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "graphql/execution/plan.h"
#include "graphql/execution/resolver.h"

namespace graphql {

/// The response as text, ready to send: `{"data":...}`, with `errors` before
/// `data` left out entirely when there are none.
struct Response {
  std::string json;
  bool has_errors = false;
};

/// One document's response to a request-level problem (syntax, validation).
Response error_response(const std::vector<ResponseError>& errors);
Response error_response(const std::exception& error);

class Executor {
 public:
  Executor(std::shared_ptr<const Schema> schema, std::shared_ptr<const ResolverMap> resolvers)
      : schema_(std::move(schema)), resolvers_(std::move(resolvers)) {}

  /// Variables are coerced here. `around` runs each stretch of resolving (the
  /// whole of a query; one root field's selection of a mutation) and lets the
  /// rooms above put a database snapshot around it. `resume` moves the rest of
  /// a mutation to a worker thread when its action answered elsewhere.
  /// `done` is called once, from any thread; the context lives until then.
  struct Hooks {
    std::function<void(const std::function<void()>&)> around;
    std::function<void(std::function<void()>)> resume;
  };
  void execute(std::shared_ptr<const Plan> plan, const base::Json& variables,
               std::shared_ptr<RequestContext> context, Hooks hooks,
               std::function<void(Response)> done) const;

  /// Starts a subscription's stream. Throws if it is refused.
  std::shared_ptr<void> subscribe(const Plan& plan, const base::Json& variables, RequestContext& context,
                                  RootStream::Emit emit) const;
  /// One event of it, as a response.
  Response execute_event(const Plan& plan, const base::Json& variables, RequestContext& context,
                         const base::Json& event,
                         const std::function<void(const std::function<void()>&)>& around) const;

  const Schema& schema() const { return *schema_; }
  const ResolverMap& resolvers() const { return *resolvers_; }

 private:
  std::shared_ptr<const Schema> schema_;
  std::shared_ptr<const ResolverMap> resolvers_;
};

}  // namespace graphql
