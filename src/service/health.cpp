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

Health::Health(sql::Database& database, std::optional<jose::Key> challenge_key)
    : database_(database), challenge_key_(std::move(challenge_key)) {}

bool Health::database_answers() const {
  try {
    database_.read(sql::Database::Snapshot::kSingle, [](sql::Reader& reader) { reader.query("select 1"); });
    return true;
  } catch (const base::Error&) {
    return false;
  }
}

net::HttpResponse Health::ready(const net::HttpRequest& request) const {
  const std::optional<std::string> nonce = challenge_key_ ? request.query_parameter("nonce") : std::nullopt;
  if (nonce && !is_nonce(*nonce))
    return status_answer(400, "the nonce must be up to 128 url-safe characters");
  if (!database_answers()) return status_answer(503, "the database does not answer");
  if (!nonce) return status_answer(200, "ok");
  const std::string signature = challenge_key_->sign("Ed25519", std::string(kChallengePrefix) + *nonce);
  return answer(200, base::Json::object({{"status", "ok"}, {"signature", jose::base64_encode(signature)}}));
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
