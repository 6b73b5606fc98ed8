#include "services/lok/openid/authorization_request.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/error.h"
#include "base/text.h"
#include "services/lok/login/oauth_error.h"
#include "services/lok/openid/redirect_uri.h"

namespace lok {
namespace {

constexpr std::array<std::string_view, 14> kNames{
    "client_id", "redirect_uri", "response_type", "response_mode", "scope",          "state",
    "nonce",     "prompt",       "max_age",       "id_token_hint", "code_challenge", "code_challenge_method",
    "request",   "request_uri"};

// With it the whole address still fits where people are sent back to after signing in.
constexpr std::size_t kLongestQuery = 4'000;
// A session is over long before; and no sum with it overflows.
constexpr std::int64_t kLongestAge = 366LL * 24 * 3'600;
// SHA-256 in base64url, RFC 7636, section 4.2.
constexpr std::size_t kChallengeLength = 43;

// Given twice it is an error.
std::optional<std::string> value_of(const AuthorizationParameters& parameters, std::string_view name) {
  std::optional<std::string> value;
  for (const auto& [each, text] : parameters) {
    if (each != name) continue;
    if (value) throw oauth_error("invalid_request", fmt::format("'{}' is given twice.", name));
    value = text;
  }
  return value && value->empty() ? std::nullopt : value;
}

std::vector<std::string> words_of(const std::optional<std::string>& text) {
  std::vector<std::string> words;
  if (!text) return words;
  for (const std::string_view word : base::split(*text, ' ')) {
    if (!word.empty() && std::ranges::find(words, word) == words.end()) words.emplace_back(word);
  }
  return words;
}

void check_shape(const AuthorizationParameters& parameters) {
  if (value_of(parameters, "request")) throw oauth_error("request_not_supported", "Send plain parameters.");
  if (value_of(parameters, "request_uri")) {
    throw oauth_error("request_uri_not_supported", "Send plain parameters.");
  }
  if (value_of(parameters, "response_type").value_or("") != "code") {
    throw oauth_error("unsupported_response_type", "The response type must be 'code'.");
  }
  if (value_of(parameters, "response_mode").value_or("query") != "query") {
    throw oauth_error("invalid_request", "The response mode must be 'query'.");
  }
}

std::optional<std::string> read_challenge(const RelyingParty& party,
                                          const AuthorizationParameters& parameters) {
  const std::optional<std::string> challenge = value_of(parameters, "code_challenge");
  const std::optional<std::string> method = value_of(parameters, "code_challenge_method");
  if (!challenge) {
    if (party.is_public()) {
      throw oauth_error("invalid_request", "A client without secret must send a 'code_challenge'.");
    }
    if (method) throw oauth_error("invalid_request", "There is a method but no 'code_challenge'.");
    return std::nullopt;
  }
  if (method.value_or("plain") != "S256") {
    throw oauth_error("invalid_request", "The 'code_challenge_method' must be 'S256'.");
  }
  if (challenge->size() != kChallengeLength) {
    throw oauth_error("invalid_request", "The 'code_challenge' is no SHA-256 in base64url.");
  }
  return challenge;
}

void read_prompt(const AuthorizationParameters& parameters, AuthorizationRequest& request) {
  const std::vector<std::string> prompts = words_of(value_of(parameters, "prompt"));
  for (const std::string& prompt : prompts) {
    if (prompt == "none") {
      request.silent = true;
    } else if (prompt == "login") {
      request.sign_in = true;
    } else if (prompt == "consent" || prompt == "select_account") {
      request.consent = true;
    } else {
      throw oauth_error("invalid_request", "The prompt is unknown.");
    }
  }
  if (request.silent && prompts.size() > 1) {
    throw oauth_error("invalid_request", "The prompt 'none' stands alone.");
  }
}

std::optional<std::int64_t> read_max_age(const AuthorizationParameters& parameters) {
  const std::optional<std::string> text = value_of(parameters, "max_age");
  if (!text) return std::nullopt;
  std::int64_t seconds = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, seconds);
  if (error != std::errc() || stop != end || seconds < 0) {
    throw oauth_error("invalid_request", "The 'max_age' is no number of seconds.");
  }
  return std::min(seconds, kLongestAge);
}

}  // namespace

AuthorizationParameters authorization_parameters(const PageRequest& request) {
  AuthorizationParameters parameters;
  for (const std::string_view name : kNames) {
    for (std::string& value : request.fields(name)) parameters.emplace_back(name, std::move(value));
  }
  return parameters;
}

AuthorizationParameters authorization_parameters(std::string_view query) {
  AuthorizationParameters parameters;
  for (auto& [name, value] : net::parse_form(query)) {
    if (std::ranges::find(kNames, name) != kNames.end()) parameters.emplace_back(name, std::move(value));
  }
  return parameters;
}

std::string query_of(const AuthorizationParameters& parameters) {
  std::string query;
  for (const auto& [name, value] : parameters) {
    query += (query.empty() ? "" : "&") + name + "=" + net::percent_encode(value);
  }
  return query;
}

std::string query_once_signed_in(const AuthorizationParameters& parameters) {
  AuthorizationParameters left;
  for (const auto& [name, value] : parameters) {
    if (name == "max_age") continue;
    if (name != "prompt") {
      left.emplace_back(name, value);
      continue;
    }
    std::vector<std::string> prompts = words_of(value);
    std::erase(prompts, "login");
    if (!prompts.empty()) left.emplace_back(name, base::join(prompts, " "));
  }
  return query_of(left);
}

Recipient recipient_of(sql::Reader& reader, const AuthorizationParameters& parameters) {
  const auto fail = [](const char* why) { throw base::Error(base::code::kValidation, std::string(why)); };
  if (query_of(parameters).size() > kLongestQuery) fail("The address of the sign-in is too long.");
  const std::string client_id = value_of(parameters, "client_id").value_or("");
  const std::string redirect_uri = value_of(parameters, "redirect_uri").value_or("");
  std::optional<RelyingParty> party;
  if (may_be_client_id(client_id)) party = find_relying_party(reader, client_id);
  if (!party) {
    fail("The program that sent you here is not known. Whoever runs it has to register it (client_id).");
  }
  if (!party->may_redirect(redirect_uri)) {
    fail(
        "The program that sent you here wants you sent on to an address that is not registered for it"
        " (redirect_uri). Nothing was told to anybody.");
  }
  return {*std::move(party), redirect_uri, value_of(parameters, "state").value_or("")};
}

AuthorizationRequest read_authorization_request(const RelyingParty& party,
                                                const AuthorizationParameters& parameters) {
  check_shape(parameters);
  AuthorizationRequest request;
  request.scopes = words_of(value_of(parameters, "scope"));
  if (std::ranges::find(request.scopes, "openid") == request.scopes.end()) {
    throw oauth_error("invalid_scope", "Ask for the scope 'openid'.");
  }
  request.code_challenge = read_challenge(party, parameters);
  request.nonce = value_of(parameters, "nonce");
  read_prompt(parameters, request);
  request.max_age = read_max_age(parameters);
  request.id_token_hint = value_of(parameters, "id_token_hint").value_or("");
  return request;
}

}  // namespace lok
