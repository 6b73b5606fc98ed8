#include "services/lok/lok.h"

#include <optional>

#include "service/auth_verifier.h"
#include "services/lok/description.h"
#include "services/lok/graph/graph.h"
#include "services/lok/graph/messages.h"
#include "services/lok/handlers.h"
#include "services/lok/identities.h"
#include "services/lok/login/device_authorization.h"
#include "services/lok/login/discovery.h"
#include "services/lok/login/oauth_error.h"
#include "services/lok/login/report.h"
#include "services/lok/login/signing.h"
#include "services/lok/login/token_endpoint.h"
#include "services/lok/media/picture.h"
#include "services/lok/openid/introspection.h"
#include "services/lok/openid/openid_discovery.h"
#include "services/lok/openid/user_info.h"
#include "services/lok/pages/site.h"
#include "services/lok/provisioning/provisioning.h"
#include "services/lok/provisioning/secrets.h"
#include "services/lok/routes.h"
#include "services/lok/schema_documents.h"

namespace lok {
namespace {

service::AuthentikateConfig own_tokens(const Configuration& configuration, const Signer& signer,
                                       std::string audience) {
  service::AuthentikateConfig config;
  config.audience = std::move(audience);
  config.issuers.push_back({.iss = configuration.issuer, .keys = signer.keys()});
  return config;
}

// Refuses what carries a token or a secret over an open line, as the token endpoint does.
Answer safely(const Configuration& configuration, Answer answer) {
  return [&configuration, answer = std::move(answer)](const net::HttpRequest& request) {
    try {
      check_transport(request, configuration);
    } catch (const base::Error& error) {
      return oauth_failure(error);
    }
    return answer(request);
  };
}

}  // namespace

// What there is once the secrets are known.
struct Ready {
  Ready(sql::Database& database, const Configuration& configuration, Secrets secrets)
      : device_secret(std::move(secrets.device_secret)),
        signer(std::move(secrets.signing_key)),
        device_authorization(database, configuration),
        token_endpoint(database, configuration, signer, device_secret),
        verifier(own_tokens(configuration, signer, description().name)),
        verifier_of_any(own_tokens(configuration, signer, "*")),
        jwks(signer.jwks().dump()) {}

  const std::string device_secret;
  const Signer signer;
  DeviceAuthorization device_authorization;
  TokenEndpoint token_endpoint;
  const service::TokenVerifier verifier;
  const service::TokenVerifier verifier_of_any;  ///< whatever service the token is for
  const std::string jwks;
};

struct Lok::State {
  State(sql::Database& database_in, Configuration configuration_in, net::WorkerPool& workers_in,
        objects::ObjectStore& objects, const std::string& media_bucket)
      : database(database_in),
        configuration(std::move(configuration_in)),
        workers(workers_in),
        identities(database),
        communications(database),
        stores(database, objects, media_settings(media_bucket)),
        administration(database, configuration, [this] { return ready.value().device_secret; }) {}

  sql::Database& database;
  const Configuration configuration;
  net::WorkerPool& workers;
  Identities identities;
  Communications communications;
  service::Stores stores;
  const Administration administration;
  std::optional<Ready> ready;
  std::optional<Site> site;
};

Lok::Lok(sql::Database& database, Configuration configuration, net::WorkerPool& workers,
         objects::ObjectStore* objects, const std::string& media_bucket)
    : state_(std::make_unique<State>(database, std::move(configuration), workers,
                                     objects != nullptr ? *objects : service::no_object_store(),
                                     media_bucket)) {}

Lok::~Lok() = default;

service::Definition Lok::definition() const {
  return {
      .name = description().name,
      .schema_version = kSchemaVersion,
      .documents = schema_documents(),
      .registry = graph_registry({state_->configuration, state_->communications, state_->stores,
                                  [state = state_.get()] { return state->ready.value().device_secret; }})};
}

void Lok::provision() {
  lok::provision(state_->database, state_->configuration);
  state_->ready.emplace(state_->database, state_->configuration,
                        load_secrets(state_->database, state_->configuration));
  state_->stores.refuse_writes_to_finished(kStoreKinds);
  state_->communications.start();
}

void Lok::add_routes(net::Router& router, const std::string& prefix) {
  State& state = *state_;
  Ready& ready = state.ready.value();
  lok::add_routes(
      router, prefix,
      {.discovery = [&state,
                     prefix](const auto& request) { return discovery(state.configuration, prefix, request); },
       .openid_discovery = [prefix](const auto& request) { return openid_discovery(prefix, request); },
       .jwks =
           [&ready](const auto&) {
             net::HttpResponse response = net::HttpResponse::json(200, ready.jwks);
             response.headers.set("Cache-Control", "public, max-age=300");
             return response;
           },
       .device_authorization =
           [&ready, prefix](const auto& request) {
             return ready.device_authorization.answer(request, prefix);
           },
       .token = [&ready,
                 prefix](const auto& request) { return ready.token_endpoint.answer(request, prefix); },
       .revoke = [&ready](const auto& request) { return ready.token_endpoint.revoke(request); },
       .report = [&state, &ready](
                     const auto& request) { return report_aliases(state.database, ready.verifier, request); },
       .user_info = safely(state.configuration,
                           [&state, &ready](const auto& request) {
                             return user_info(state.database, ready.verifier_of_any, request);
                           }),
       .introspect = safely(state.configuration,
                            [&state, &ready](const auto& request) {
                              return introspect(state.database, ready.verifier_of_any,
                                                ready.token_endpoint.authentication(), request);
                            })},
      state.workers);
  state.site.emplace(state.database, state.configuration, ready.signer, ready.device_secret, prefix);
  state.site->add_routes(router, state.workers);
}

const Administration& Lok::administration() const { return state_->administration; }

const Configuration& Lok::configuration() const { return state_->configuration; }

jose::KeySet Lok::keys() const { return state_->ready.value().signer.keys(); }

service::IdentityDirectory& Lok::identities() { return state_->identities; }

}  // namespace lok
