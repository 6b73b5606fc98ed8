#include "services/lok/login/oauth_error.h"

#include "base/log.h"

namespace lok {
namespace {

net::HttpResponse failure(int status, std::string_view word, std::string_view description) {
  return uncached_json(status, base::Json::object({{"error", word}, {"error_description", description}}));
}

}  // namespace

net::HttpResponse uncached_json(int status, const base::Json& body) {
  net::HttpResponse response = net::HttpResponse::json(status, body.dump());
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("Pragma", "no-cache");
  return response;
}

net::HttpResponse oauth_failure(const std::exception& error) {
  const auto* known = dynamic_cast<const base::Error*>(&error);
  if (known != nullptr && !known->reason().empty()) return failure(400, known->reason(), known->message());
  if (known != nullptr && known->code() == base::code::kValidation) {
    return failure(400, "invalid_request", known->message());
  }
  if (known != nullptr && known->code() == base::code::kUnavailable) {
    return failure(503, "temporarily_unavailable", known->message());
  }
  base::log::error("lok.oauth_failed", {{"error", error.what()}});
  return failure(500, "server_error", "The server could not answer. Its log says why.");
}

}  // namespace lok
