#include "services/lok/openid/relying_tokens.h"

#include <gmock/gmock.h>

#include <latch>
#include <thread>

#include "base/clock.h"
#include "services/lok/openid/relying_fixture.h"

namespace lok {
namespace {

using base::Json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr const char* kOffline = "openid profile offline_access";

class RelyingTokensTest : public RelyingTest {
 protected:
  static Json payload(const Json& answer, const char* token) {
    return jose::Jws::parse(answer[token].as_string()).payload;
  }
  std::int64_t clients() { return number("select count(*) from client where kind = 'RELYING_PARTY'"); }

  net::HttpResponse with_basic(const std::string& credentials, const Fields& fields) {
    net::HttpRequest request = request_of("POST", "/lok/o/token/", encoded(fields));
    request.headers.set("Authorization", "Basic " + jose::base64_encode(credentials));
    return endpoint_.answer(request, "/lok");
  }
};

INSTANTIATE_TEST_SUITE_P(Both, RelyingTokensTest, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(RelyingTokensTest, ACodeGivesAnIdTokenOfTheAddressThePersonWasAt) {
  const std::int64_t before = base::now_micros() / 1'000'000;
  const net::HttpResponse response = redeem(code());
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.headers.get("Cache-Control"), "no-store");
  const Json answer = Json::parse(response.body);
  const Json claims = payload(answer, "id_token");
  EXPECT_EQ(claims["iss"].as_string(), "http://localhost:8000/lok");
  EXPECT_EQ(claims["aud"].as_string(), "wiki");
  EXPECT_EQ(claims["nonce"].as_string(), "n-1");
  EXPECT_EQ(claims["preferred_username"].as_string(), "ada");
  EXPECT_EQ(claims["nickname"].as_string(), "ada");
  EXPECT_EQ(claims["name"].as_string(), "ada");
  EXPECT_EQ(claims["email"].as_string(), "ada@lab.org");
  EXPECT_EQ(claims["roles"].dump(), R"(["admin"])");
  EXPECT_EQ(claims["org"].as_string(), rows("select id from organization where slug = 'lab'").text(0, 0));
  EXPECT_EQ(*claims["exp"].as_int64() - *claims["iat"].as_int64(), 3600);
  EXPECT_GE(*claims["auth_time"].as_int64(), before);
  EXPECT_EQ(claims["at_hash"].as_string(),
            jose::base64url_encode(jose::sha256(answer["access_token"].as_string()).substr(0, 16)));
  const jose::Jws jws = jose::Jws::parse(answer["id_token"].as_string());
  EXPECT_EQ(jws.header["typ"].as_string(), "JWT");
  EXPECT_TRUE(signer_.keys().find("lok-key-1")->verify("RS256", jws.signing_input, jws.signature));
  EXPECT_EQ(answer.find("refresh_token"), nullptr) << "nobody asked to go on offline";
}

TEST_P(RelyingTokensTest, AnAccessTokenOpensNoService) {
  const Json answer = signed_in_to_wiki();
  const Json claims = payload(answer, "access_token");
  EXPECT_EQ(claims["iss"].as_string(), "lok") << "a name, as in every access token";
  EXPECT_EQ(claims["aud"].dump(), R"(["lok:user_info"])");
  EXPECT_EQ(answer["scope"].as_string(), "openid profile email");
  EXPECT_EQ(answer["token_type"].as_string(), "Bearer");
}

TEST_P(RelyingTokensTest, ScopesDecideWhatIsSaid) {
  const Json claims = payload(signed_in_to_wiki({{"scope", "openid"}, {"nonce", ""}}), "id_token");
  for (const char* absent : {"name", "preferred_username", "email", "roles", "org", "nonce"}) {
    EXPECT_EQ(claims.find(absent), nullptr) << absent;
  }
  execute("update user_account set email = null");
  EXPECT_EQ(payload(signed_in_to_wiki({{"scope", "openid email"}}), "id_token")["email"].as_string(),
            claims["sub"].as_string() + "@users.noreply");
}

TEST_P(RelyingTokensTest, ACodeIsForItsClientItsAddressAndItsVerifier) {
  const std::string mine = code();
  EXPECT_EQ(error_of(redeem(mine, {{"client_id", "hub"}, {"client_secret", "hub-secret"}})), "invalid_grant");
  EXPECT_EQ(error_of(redeem(mine, {{"client_id", "tool"}, {"client_secret", ""}})), "invalid_grant");
  EXPECT_EQ(error_of(redeem(mine, {{"redirect_uri", "https://wiki.lab.org/x?a=b"}})), "invalid_grant");
  EXPECT_EQ(error_of(redeem(mine, {{"redirect_uri", ""}})), "invalid_request");
  EXPECT_EQ(error_of(redeem(mine, {{"code_verifier", kVerifier + "x"}})), "invalid_grant");
  EXPECT_EQ(error_of(redeem(mine, {{"code_verifier", kChallenge}})), "invalid_grant");
  EXPECT_EQ(error_of(redeem(mine, {{"code_verifier", ""}})), "invalid_grant");
  EXPECT_EQ(error_of(redeem("guessed")), "invalid_grant");
  EXPECT_EQ(error_of(redeem(mine)), "granted") << "none of that used it up";
}

TEST_P(RelyingTokensTest, AVerifierWithoutChallengeIsADowngrade) {
  const std::string plain = code({{"code_challenge", ""}, {"code_challenge_method", ""}});
  EXPECT_EQ(error_of(redeem(plain)), "invalid_grant");
  EXPECT_EQ(error_of(redeem(plain, {{"code_verifier", ""}})), "granted");
}

TEST_P(RelyingTokensTest, ACodeExpires) {
  const std::string late = code();
  execute("update authorization_code set expires_at = expires_at - 600000000");
  EXPECT_EQ(error_of(redeem(late)), "invalid_grant");
  EXPECT_EQ(clients(), 0);
}

TEST_P(RelyingTokensTest, ACodeThatComesAgainRevokesWhatItGave) {
  const Json other = signed_in_to_wiki({{"scope", kOffline}});
  const std::string mine = code({{"scope", kOffline}});
  const Json answer = Json::parse(redeem(mine).body);
  EXPECT_EQ(error_of(redeem(mine, {{"client_id", "hub"}, {"client_secret", "hub-secret"}})), "invalid_grant");
  EXPECT_EQ(error_of(redeem(mine, {{"code_verifier", "wrong"}})), "invalid_grant");
  EXPECT_EQ(clients(), 2) << "who cannot prove that it is theirs ends nothing";
  EXPECT_EQ(error_of(redeem(mine)), "invalid_grant");
  EXPECT_EQ(clients(), 1);
  EXPECT_EQ(error_of(refresh_wiki(answer["refresh_token"].as_string())), "invalid_grant");
  EXPECT_EQ(error_of(refresh_wiki(other["refresh_token"].as_string())), "granted")
      << "another sign-in goes on";
}

TEST_P(RelyingTokensTest, OfTwoThatCollectAtOnceOneAtMostKeepsIt) {
  const std::string mine = code({{"scope", kOffline}});
  std::latch start(2);
  std::vector<std::string> answers(2);
  {
    std::vector<std::jthread> threads;
    for (std::string& answer : answers) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        answer = error_of(redeem(mine));
      });
    }
  }
  EXPECT_THAT(answers, UnorderedElementsAre("granted", "invalid_grant"));
  EXPECT_EQ(clients(), 0);
}

TEST_P(RelyingTokensTest, WhoIsNoMemberAnyMoreIsNotSignedIn) {
  const std::string mine = code();
  execute("update membership set blocked = 1");
  EXPECT_EQ(error_of(redeem(mine)), "invalid_grant");
}

TEST_P(RelyingTokensTest, ASecretProvesTheClient) {
  const Fields form{{"grant_type", "authorization_code"},
                    {"code", code()},
                    {"redirect_uri", kWikiCallback},
                    {"code_verifier", kVerifier}};
  for (const char* wrong : {"wiki:wrong", "wiki:", "wiki", "nobody:wiki-secret", ":", "tool:x"}) {
    const net::HttpResponse response = with_basic(wrong, form);
    EXPECT_EQ(response.status, 401) << wrong;
    EXPECT_EQ(error_of(response), "invalid_client") << wrong;
    EXPECT_THAT(std::string(*response.headers.get("WWW-Authenticate")), HasSubstr("Basic"));
  }
  EXPECT_EQ(error_of(post(encoded(with(form, {{"client_id", "wiki"}})))), "invalid_client");
  EXPECT_EQ(error_of(post(encoded(with(form, {{"client_id", "wiki"}, {"client_secret", "wrong"}})))),
            "invalid_client");
  EXPECT_EQ(error_of(post(encoded(form))), "invalid_client");
  EXPECT_EQ(error_of(with_basic("wiki:wiki-secret", with(form, {{"client_secret", "wiki-secret"}}))),
            "invalid_request");
  EXPECT_EQ(error_of(with_basic("wiki:wiki-secret", with(form, {{"client_id", "hub"}}))), "invalid_request");
  EXPECT_EQ(error_of(with_basic("wiki:wiki-secret", form)), "granted");
}

TEST_P(RelyingTokensTest, ASecretOfBasicMayBeEncodedOrNot) {
  configuration_.relying_parties.front().secret = "a+b/c%41==";
  provision(*database_, configuration_);
  const auto try_secret = [&](const std::string& secret) {
    return error_of(
        with_basic("wiki:" + secret, {{"grant_type", "refresh_token"}, {"refresh_token", "none"}}));
  };
  EXPECT_EQ(try_secret("a+b/c%41=="), "invalid_grant") << "it knows the client";
  EXPECT_EQ(try_secret(net::percent_encode("a+b/c%41==")), "invalid_grant");
  EXPECT_EQ(try_secret("a+b/cA=="), "invalid_client");
}

TEST_P(RelyingTokensTest, GuessingSecretsIsSlowedDown) {
  const Fields guess{{"grant_type", "refresh_token"}, {"refresh_token", "none"}};
  for (int i = 0; i < 30; ++i) EXPECT_EQ(error_of(with_basic("wiki:wrong", guess)), "invalid_client");
  const net::HttpResponse slowed = with_basic("wiki:wiki-secret", guess);
  EXPECT_EQ(slowed.status, 429);
  EXPECT_EQ(error_of(slowed), "slow_down");
  EXPECT_EQ(error_of(with_basic("hub:hub-secret", guess)), "invalid_grant")
      << "another client is not held up";
}

TEST_P(RelyingTokensTest, AProgramWithoutSecretSignsPeopleInByItsVerifier) {
  Browser browser = person();
  const Fields fields = asked_by_tool({{"redirect_uri", "http://127.0.0.1:51004/callback"}});
  const std::string mine = sent_on_with(press(browser, fields), "code");
  const Fields tool{{"client_id", "tool"}, {"client_secret", ""}};
  EXPECT_EQ(error_of(redeem(mine, tool)), "invalid_grant") << "the port is the one that was listened on";
  EXPECT_EQ(error_of(redeem(mine, with(tool, {{"redirect_uri", "http://127.0.0.1:51004/callback"}}))),
            "granted");
}

TEST_P(RelyingTokensTest, OfflineAccessGivesATokenThatChanges) {
  const Json answer = signed_in_to_wiki({{"scope", kOffline}});
  EXPECT_EQ(answer["scope"].as_string(), "openid profile offline_access");
  const std::string first = answer["refresh_token"].as_string();
  const Json next = Json::parse(refresh_wiki(first).body);
  const std::string second = next["refresh_token"].as_string();
  EXPECT_NE(second, first);
  EXPECT_EQ(payload(next, "access_token")["aud"].dump(), R"(["lok:user_info"])");
  EXPECT_EQ(next["scope"].as_string(), "openid profile offline_access");
  EXPECT_EQ(Json::parse(refresh_wiki(first).body)["refresh_token"].as_string(), second)
      << "its answer was lost";
  EXPECT_EQ(error_of(refresh_wiki(second)), "granted");
  EXPECT_EQ(error_of(refresh_wiki("guessed")), "invalid_grant");
}

TEST_P(RelyingTokensTest, ARefreshTokenIsForWhoProvesToBeItsClient) {
  const Json answer = signed_in_to_wiki({{"scope", kOffline}});
  const std::string token = answer["refresh_token"].as_string();
  EXPECT_EQ(error_of(refresh_wiki(token, {{"client_secret", "wrong"}})), "invalid_client");
  EXPECT_EQ(error_of(refresh_wiki(token, {{"client_secret", ""}})), "invalid_client");
  EXPECT_EQ(error_of(refresh_wiki(token, {{"client_id", "hub"}, {"client_secret", "hub-secret"}})),
            "invalid_grant");
  const std::string inner = payload(answer, "access_token")["client_id"].as_string();
  EXPECT_EQ(error_of(refresh(inner, token)), "invalid_client") << "not as if it were an app";
  EXPECT_EQ(error_of(refresh_wiki(token)), "granted");
}

TEST_P(RelyingTokensTest, SeveralSignInsOfOnePersonGoOnByThemselves) {
  const std::string first = signed_in_to_wiki({{"scope", kOffline}})["refresh_token"].as_string();
  const std::string second = signed_in_to_wiki({{"scope", kOffline}})["refresh_token"].as_string();
  EXPECT_EQ(error_of(refresh_wiki(first)), "granted");
  EXPECT_EQ(error_of(refresh_wiki(second)), "granted");
}

TEST_P(RelyingTokensTest, ARelyingPartyRevokesItsOwnTokens) {
  const std::string token = signed_in_to_wiki({{"scope", kOffline}})["refresh_token"].as_string();
  const auto revoke = [&](const std::string& client, const std::string& secret) {
    return endpoint_
        .revoke(request_of("POST", "/lok/o/revoke/",
                           encoded({{"token", token}, {"client_id", client}, {"client_secret", secret}})))
        .status;
  };
  EXPECT_EQ(revoke("wiki", "wrong"), 401);
  EXPECT_EQ(revoke("hub", "hub-secret"), 200);
  EXPECT_EQ(number("select count(*) from refresh_chain"), 1);
  EXPECT_EQ(revoke("wiki", "wiki-secret"), 200);
  EXPECT_EQ(error_of(refresh_wiki(token)), "invalid_grant");
}

TEST_P(RelyingTokensTest, OldSignInsAreForgotten) {
  signed_in_to_wiki();
  const std::string kept = signed_in_to_wiki({{"scope", kOffline}})["refresh_token"].as_string();
  execute("update client set created_at = created_at - 100000000000");
  signed_in_to_wiki();
  EXPECT_EQ(clients(), 2) << "the one that may go on, and the new one";
  EXPECT_EQ(error_of(refresh_wiki(kept)), "granted");
}

TEST_P(RelyingTokensTest, WhatTheConfigurationListsNoMoreIsRevoked) {
  const std::string token = signed_in_to_wiki({{"scope", kOffline}})["refresh_token"].as_string();
  provision(*database_, configuration_);
  EXPECT_EQ(error_of(refresh_wiki(token)), "granted");
  std::erase_if(configuration_.relying_parties, [](const auto& party) { return party.client_id == "wiki"; });
  provision(*database_, configuration_);
  EXPECT_EQ(error_of(refresh_wiki(token)), "invalid_client");
  EXPECT_EQ(clients(), 0);
  EXPECT_EQ(number("select count(*) from sign_in_consent"), 0);
  EXPECT_EQ(number("select count(*) from relying_party"), 2);
}

TEST_P(RelyingTokensTest, WhatIsForOneOrganizationNowForgetsThePeopleOfOthers) {
  const std::string token = signed_in_to_wiki({{"scope", kOffline}})["refresh_token"].as_string();
  configuration_.relying_parties.front().organization = "other";
  provision(*database_, configuration_);
  EXPECT_EQ(error_of(refresh_wiki(token)), "invalid_grant");
  EXPECT_EQ(number("select count(*) from sign_in_consent"), 0);
  configuration_.relying_parties.front().organization = "nowhere";
  EXPECT_THROW(provision(*database_, configuration_), base::Error);
}

TEST_P(RelyingTokensTest, SecretsAreNotStored) {
  EXPECT_EQ(number("select count(*) from relying_party where secret_hash like '%secret%'"), 0);
  EXPECT_EQ(number("select count(*) from relying_party where secret_hash is null"), 1);
}

}  // namespace
}  // namespace lok
