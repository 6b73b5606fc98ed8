#include "graphql/transport/http_endpoint.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/text.h"
#include "graphql/transport/operation_metrics.h"
#include "graphql/transport/plan_cache.h"
#include "graphql/transport/sockets.h"

namespace graphql {
namespace {

constexpr std::string_view kResponseType = "application/graphql-response+json";

/// The request is not GraphQL over HTTP at all: 4xx whatever the client accepts.
class BadRequest : public base::Error {
 public:
  BadRequest(int http_status, std::string message)
      : base::Error(base::code::kValidation, std::move(message)), status(http_status) {}
  int status;
};

struct Operation {
  std::string query;
  std::string name;
  base::Json variables = base::Json::object();
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

// Official clients accept */* and read application/json with status 200;
// clients that name the newer media type get its statuses.
bool wants_response_type(const net::HttpRequest& request) {
  const std::string accept = lower(request.headers.get("accept").value_or(""));
  const std::size_t newer = accept.find(kResponseType);
  return newer != std::string::npos && accept.find("application/json") > newer;
}

net::HttpResponse answer(int status, std::string body, bool newer) {
  net::HttpResponse response = net::HttpResponse::json(status, std::move(body));
  if (newer) response.headers.set("content-type", std::string(kResponseType) + "; charset=utf-8");
  return response;
}

net::HttpResponse refusal(const BadRequest& error) {
  base::Json body = base::Json::object(
      {{"errors", base::Json::array({base::Json::object({{"message", error.message()}})})}});
  net::HttpResponse response = net::HttpResponse::json(error.status, body.dump());
  if (error.status == 405) response.headers.set("allow", "GET, POST, OPTIONS");
  return response;
}

base::Json parse_json(std::string_view text, const char* what) {
  try {
    return base::Json::parse(text);
  } catch (const base::Error& error) {
    throw BadRequest(400, fmt::format("{}: {}", what, error.message()));
  }
}

base::Json variables_of(const base::Json& given) {
  if (given.is_null()) return base::Json::object();
  if (!given.is_object()) throw BadRequest(400, "`variables` must be an object or null.");
  return given;
}

Operation from_body(const net::HttpRequest& request) {
  const std::string type = lower(request.headers.get("content-type").value_or(""));
  if (!type.starts_with("application/json")) throw BadRequest(400, "Unsupported content type");
  const base::Json body = parse_json(request.body, "Unable to parse request body as JSON");
  if (body.is_array()) throw BadRequest(400, "Batching is not enabled");
  const base::Json& query = body["query"];
  if (query.is_null()) throw BadRequest(400, "No GraphQL query found in the request");
  if (!query.is_string()) throw BadRequest(400, "`query` must be a string.");
  const base::Json& name = body["operationName"];
  if (!name.is_null() && !name.is_string()) throw BadRequest(400, "`operationName` must be a string.");
  const base::Json& extensions = body["extensions"];
  if (!extensions.is_null() && !extensions.is_object())
    throw BadRequest(400, "`extensions` must be an object.");
  return {query.as_string(), name.is_null() ? "" : name.as_string(), variables_of(body["variables"])};
}

Operation from_query(const net::HttpRequest& request) {
  const auto query = request.query_parameter("query");
  if (!query) throw BadRequest(400, "No GraphQL query found in the request");
  Operation operation{*query, request.query_parameter("operationName").value_or(""), base::Json::object()};
  if (const auto variables = request.query_parameter("variables")) {
    operation.variables = variables_of(parse_json(*variables, "Unable to parse `variables` as JSON"));
  }
  return operation;
}

Operation operation_of(const net::HttpRequest& request) {
  return request.method == "GET" ? from_query(request) : from_body(request);
}

using Clock = std::chrono::steady_clock;

void execute(const net::HttpRequest& request, const net::Respond& respond, const Machinery& machinery,
             Clock::time_point arrived) {
  const bool newer = wants_response_type(request);
  const auto request_error = [&](Response response) {
    machinery.metrics.refused();
    respond(answer(newer ? 400 : 200, std::move(response.json), newer));
  };
  try {
    if (request.method != "GET" && request.method != "POST") {
      throw BadRequest(405, "GraphQL only supports GET and POST requests.");
    }
    const Host::Identity who = machinery.host.authenticate({&request.headers, "", nullptr});
    const Operation operation = operation_of(request);
    std::shared_ptr<const Plan> plan = machinery.plans.get(operation.query, operation.name);
    if (request.method == "GET" && plan->operation().kind != ast::OperationKind::kQuery) {
      throw BadRequest(405, "mutations are not allowed when using GET");
    }
    std::shared_ptr<RequestContext> context = machinery.host.context(who);
    context->origin = request.origin();
    Executor::Hooks hooks;
    hooks.around = [&host = machinery.host, context, plan](const std::function<void()>& resolve) {
      host.around(*context, *plan, resolve);
    };
    hooks.resume = [&machinery](std::function<void()> rest) { run_soon(machinery, std::move(rest)); };
    machinery.executor.execute(plan, operation.variables, context, std::move(hooks),
                               [respond, newer, context, arrived, kind = plan->operation().kind,
                                &metrics = machinery.metrics](Response response) {
                                 metrics.executed(kind, response.has_errors, Clock::now() - arrived);
                                 // Nothing but `data: null` is a request that was never executed.
                                 const bool refused = newer && response.has_errors &&
                                                      response.json.starts_with("{\"data\":null") &&
                                                      response.json.find("\"path\"") == std::string::npos;
                                 respond(answer(refused ? 400 : 200, std::move(response.json), newer));
                               });
  } catch (const BadRequest& error) {
    machinery.metrics.refused();
    respond(refusal(error));
  } catch (const InvalidDocument& error) {
    request_error(error_response(error.errors));
  } catch (const std::exception& error) {
    request_error(error_response(error));
  }
}

}  // namespace

void run_soon(const Machinery& machinery, std::function<void()> task) {
  net::post_patiently(machinery.workers, machinery.loop, std::move(task));
}

void add_graphql_routes(net::Router& router, const std::string& prefix, Machinery machinery) {
  auto shared = std::make_shared<const Machinery>(machinery);
  const net::HttpHandler handler = [shared](net::HttpRequest request, net::Respond respond) {
    auto job = std::make_shared<net::HttpRequest>(std::move(request));
    const bool accepted = shared->workers.post(
        [shared, job, respond, arrived = Clock::now()] { execute(*job, respond, *shared, arrived); });
    if (!accepted) {
      shared->metrics.refused();
      respond(net::HttpResponse::json(
          503, error_response(base::Error(base::code::kUnavailable,
                                          std::string("The server is overloaded. Try again in a moment.")))
                   .json));
    }
  };
  net::Router::Options options;
  options.cors = true;
  for (const char* path : {"/graphql", "/graphql/"}) {
    router.http("*", prefix + path, handler, options);
    router.websocket(prefix + path,
                     [shared](const net::HttpRequest& request) { return accept_socket(request, *shared); });
  }
  router.http(
      "GET", prefix + "/schema",
      [shared](const net::HttpRequest&, const net::Respond& respond) {
        respond(net::HttpResponse::text(200, shared->executor.schema().public_sdl()));
      },
      options);
}

}  // namespace graphql
