// Tokens of tasks: who may say that it acts in one.
#include "service/acting_task.h"

#include <gtest/gtest.h>

#include "service/auth_testing.h"

namespace service {
namespace {

using base::Json;
using service_testing::kNow;
using service_testing::reason_of;

class ActingTasks : public testing::Test {
 protected:
  static ProvenanceConfig config(std::string audience = "mikro") {
    ProvenanceConfig config;
    config.audience = std::move(audience);
    config.issuers.push_back({.iss = "rekuest", .keys = jose::KeySet({service_testing::issuer_key()})});
    return config;
  }
  static Json payload() {
    return Json::object({{"iss", "rekuest"},
                         {"aud", Json::array({"fluss", "mikro"})},
                         {"sub", "ada"},
                         {"act", Json::object({{"sub", "robot"}, {"cid", "segmenter"}})},
                         {"iat", kNow / 1'000'000},
                         {"exp", kNow / 1'000'000 + 60},
                         {"jti", "token-1"},
                         {"tsk", "42"},
                         {"ptk", Json()},
                         {"rtk", "42"},
                         {"rcb", "ada"},
                         {"ahs", "4413"},
                         {"aha", "sha256-canonical-v1"}});
  }
  static Json changed(std::string_view claim, Json value) {
    Json all = payload();
    all.set(claim, std::move(value));
    return all;
  }
  ActingTasks() {
    robot_.iss = "http://lab/lok";
    robot_.sub = "robot";
    robot_.client_id = "segmenter";
  }
  std::string refused(const Json& claims) {
    return reason_of([&] { verifier_.verify(service_testing::token(claims), robot_); });
  }

  Claims robot_;
  TaskVerifier verifier_{config(), {}, [] { return kNow; }};
};

TEST_F(ActingTasks, AreWhatTheirIssuerSays) {
  const ActingTask task = verifier_.verify(service_testing::token(payload()), robot_);
  EXPECT_EQ(task.task, "42");
  EXPECT_EQ(task.root, "42");
  EXPECT_EQ(task.parent, std::nullopt);
  EXPECT_EQ(task.assigner_sub, "ada");
  EXPECT_EQ(task.agent_client, "segmenter");
  EXPECT_EQ(task.token_id, "token-1");
  EXPECT_EQ(verifier_.verify(service_testing::token(changed("ptk", "41")), robot_).parent, "41");
}

TEST_F(ActingTasks, AreRefusedUnlessAllOfItHolds) {
  EXPECT_EQ(refused(changed("iss", "somebody")), "PROVENANCE_INVALID");
  EXPECT_EQ(refused(changed("exp", kNow / 1'000'000)), "PROVENANCE_INVALID");
  EXPECT_EQ(refused(changed("exp", "soon")), "PROVENANCE_MALFORMED");
  EXPECT_EQ(refused(changed("aud", Json::array({"fluss"}))), "PROVENANCE_AUDIENCE_MISMATCH");
  EXPECT_EQ(refused(changed("act", Json::object({{"sub", "robot"}, {"cid", "other"}}))),
            "PROVENANCE_ACTOR_MISMATCH");
  EXPECT_EQ(refused(changed("act", Json::object({{"sub", "ada"}, {"cid", "segmenter"}}))),
            "PROVENANCE_ACTOR_MISMATCH");
  EXPECT_EQ(
      refused(changed("act", Json::object({{"sub", "robot"}, {"cid", "segmenter"}, {"iss", "elsewhere"}}))),
      "PROVENANCE_ACTOR_MISMATCH");
  EXPECT_EQ(refused(changed("act", Json())), "PROVENANCE_ACTOR_MISMATCH");
  EXPECT_EQ(refused(changed("tsk", Json())), "PROVENANCE_MALFORMED");
  EXPECT_EQ(refused(changed("rtk", 7)), "PROVENANCE_MALFORMED");
  EXPECT_EQ(reason_of([&] { verifier_.verify("no.token", robot_); }), "PROVENANCE_MALFORMED");
  const std::string stranger =
      service_testing::token(payload(), jose::Key::generate_ed25519(service_testing::issuer_key().kid()));
  EXPECT_EQ(reason_of([&] { verifier_.verify(stranger, robot_); }), "PROVENANCE_INVALID");
}

TEST_F(ActingTasks, AreMeantForEverybodyWhereTheConfigurationSaysSo) {
  const TaskVerifier any(config("*"), {}, [] { return kNow; });
  EXPECT_EQ(any.verify(service_testing::token(changed("aud", Json::array({"fluss"}))), robot_).task, "42");
}

TEST_F(ActingTasks, AreFoundInHeadersAndInASocketsFirstMessage) {
  net::Headers headers;
  EXPECT_EQ(verifier_.token_in(headers), std::nullopt);
  headers.add("x-provenance-token", "second");
  headers.add("rekuest-task", "first");
  EXPECT_EQ(verifier_.token_in(headers), "first");
  EXPECT_EQ(verifier_.token_in(Json::object({{"token", "t"}, {"rekuest-Task", "mine"}})), "mine");
  EXPECT_EQ(verifier_.token_in(Json()), std::nullopt);
}

}  // namespace
}  // namespace service
