#include "service/health.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/json.h"

namespace service {
namespace {

// Whatever is signed begins with this, so that a signature made for a stranger
// means nothing anywhere else.
constexpr std::string_view kChallengePrefix = "fakts-challenge-v1:";
constexpr std::size_t kMaximumNonce = 128;

bool is_nonce(std::string_view text) {
  const auto url_safe = [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
  };
  return !text.empty() && text.size() <= kMaximumNonce && std::all_of(text.begin(), text.end(), url_safe);
}

net::HttpResponse answer(int status, const base::Json& body) {
  net::HttpResponse response = net::HttpResponse::json(status, body.dump());
  response.headers.set("Cache-Control", "no-store");
  return response;
}

net::HttpResponse status_answer(int status, std::string_view text) {
  return answer(status, base::Json::object({{"status", text}}));
}

}  // namespace

net::HttpResponse answer_challenge(const net::HttpRequest& request, const std::optional<jose::Key>& key) {
  const std::optional<std::string> nonce = key ? request.query_parameter("nonce") : std::nullopt;
  if (!nonce) return status_answer(200, "ok");
  if (!is_nonce(*nonce)) return status_answer(400, "the nonce must be up to 128 url-safe characters");
  const std::string signature = key->sign("Ed25519", std::string(kChallengePrefix) + *nonce);
  return answer(200, base::Json::object({{"status", "ok"}, {"signature", jose::base64_encode(signature)}}));
}

Health::Health(sql::Database& database, std::optional<jose::Key> instance_key)
    : database_(database), instance_key_(std::move(instance_key)) {}

bool Health::database_answers() const {
  try {
    database_.read(sql::Database::Snapshot::kSingle, [](sql::Reader& reader) { reader.query("select 1"); });
    return true;
  } catch (const base::Error&) {
    return false;
  }
}

net::HttpResponse Health::ready(const net::HttpRequest& request) const {
  if (!database_answers()) return status_answer(503, "the database does not answer");
  return answer_challenge(request, instance_key_);
}

net::HttpResponse Health::live() { return status_answer(200, "ok"); }

void Health::add_routes(net::Router& router, const std::string& prefix, net::WorkerPool& workers) const {
  const net::Router::Options any_origin{.body_bytes = 0, .cors = true};
  router.http(
      "GET", prefix + "/ht",
      [this, &workers](net::HttpRequest request, net::Respond respond) {
        const bool queued =
            workers.post([this, request = std::move(request), respond] { respond(ready(request)); });
        if (!queued) respond(status_answer(503, "busy"));
      },
      any_origin);
  router.http(
      "GET", prefix + "/live", [](net::HttpRequest, net::Respond respond) { respond(live()); }, any_origin);
}

}  // namespace service
