// Media that clients upload, and what is found of it by its id.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/rekuest/assets/asset_world_testing.h"

namespace rekuest {
namespace {

using base::Json;
using testing::HasSubstr;

class Media : public AssetWorld {
 protected:
  Granted request(const std::string& more = "") {
    return granted(data("mutation { made: requestMediaUpload(input: {originalFileName: \"/home/u/a.png\"" +
                        more +
                        "}) { status accessKey secretKey sessionToken region bucket key path expiresIn store "
                        "maxBytes originalFileName uploadFileName uploadContentType } }")["made"]);
  }
  Granted uploaded() {
    Granted grant = request();
    objects_.put(grant.bucket, grant.key, "bytes");
    return grant;
  }
  static std::string finish(const std::string& store, const std::string& more = "") {
    return "mutation { made: finishMediaUpload(input: {storeId: \"" + store + "\"" + more +
           "}) { id path sizeBytes originalFileName contentType } }";
  }
  static std::string access(const std::string& store) {
    return "mutation { made: requestMediaAccess(input: {storeId: \"" + store +
           "\"}) { key sessionToken accessKey } }";
  }
  Json entity(const std::string& type, const std::string& id, const std::string& selection) {
    return data("query ($r: [_Any!]!) { _entities(representations: $r) { __typename " + selection + " } }",
                Json::object(
                    {{"r", Json::array({Json::object({{"__typename", type}, {"id", id}})})}}))["_entities"]
        .items()
        .front();
  }
};

INSTANTIATE_TEST_SUITE_P(Both, Media, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Media, AGrantIsCompleteAndForOnePlace) {
  const Granted grant = request(", fileSize: 5, contentType: \"image/png\"");
  EXPECT_EQ(grant.json["status"].as_string(), "granted");
  EXPECT_EQ(grant.bucket, "rekuest-media");
  EXPECT_EQ(grant.json["path"].as_string(), "s3://rekuest-media/" + grant.key);
  EXPECT_EQ(grant.json["expiresIn"].dump(), "3600");
  EXPECT_EQ(grant.json["maxBytes"].dump(), "5");
  EXPECT_EQ(grant.json["originalFileName"].as_string(), "/home/u/a.png");
  EXPECT_EQ(grant.json["uploadFileName"].as_string(), "a.png");
  EXPECT_EQ(grant.json["uploadContentType"].as_string(), "image/png");
  EXPECT_EQ(request().json["maxBytes"].dump(), "104857600");
  EXPECT_NE(request().key, request().key);
}

TEST_P(Media, FinishingMeasuresAndHoldsStill) {
  const Granted grant = uploaded();
  EXPECT_EQ(data(finish(grant.store))["made"]["sizeBytes"].dump(), "5");
  EXPECT_TRUE(objects_.is_sealed(grant.bucket, grant.key));
  EXPECT_EQ(code_of(finish(grant.store, ", valid: false")), "VALIDATION_ERROR");
  EXPECT_EQ(data(finish(grant.store))["made"]["id"].as_string(), grant.store) << "again";
}

TEST_P(Media, WhatIsNotThereIsNotFinished) {
  const Granted grant = request();
  EXPECT_EQ(code_of(finish(grant.store)), "VALIDATION_ERROR");
  EXPECT_FALSE(objects_.is_sealed(grant.bucket, grant.key));
  EXPECT_TRUE(data(finish(grant.store, ", valid: false"))["made"]["sizeBytes"].is_null());
}

TEST_P(Media, OtherOrganizationsHaveNoneOfIt) {
  const Granted grant = uploaded();
  EXPECT_EQ(data(access(grant.store))["made"]["key"].as_string(), grant.key);
  become("client", "u-1", "elsewhere");
  EXPECT_EQ(code_of(access(grant.store)), "NOT_FOUND");
  EXPECT_EQ(code_of(finish(grant.store)), "NOT_FOUND");
  EXPECT_EQ(code_of(finish("x")), "NOT_FOUND");
  EXPECT_FALSE(objects_.is_sealed(grant.bucket, grant.key));
}

TEST_P(Media, AccessReadsAndDoesNotWrite) {
  const Granted grant = uploaded();
  const Json keys = data(access(grant.store))["made"];
  const objects::Grant opened =
      objects_.store()
          .key()
          .open(keys["accessKey"].as_string(), keys["sessionToken"].as_string(), base::now_micros())
          .grant;
  EXPECT_EQ(opened.access, objects::Grant::Access::kRead);
  EXPECT_EQ(opened.bucket, grant.bucket);
  EXPECT_EQ(opened.key, grant.key);
}

TEST_P(Media, EntitiesAreWhatTheCallerMaySee) {
  const Granted grant = uploaded();
  const std::string selection = "... on MediaStore { key accessGrant { key } }";
  EXPECT_EQ(entity("MediaStore", grant.store, selection).dump(),
            R"({"__typename":"MediaStore","key":")" + grant.key + R"(","accessGrant":{"key":")" + grant.key +
                "\"}}");
  const std::string me = std::to_string(who_->rows.user);
  EXPECT_EQ(entity("User", me, "... on User { sub }")["sub"].as_string(), "u-1");
  world_.connect(who_, "s-9");
  const std::string session = world_.text("select cast(id as text) from session");
  EXPECT_EQ(entity("Session", session, "... on Session { agent { declaredName } }")["agent"].dump(),
            R"({"declaredName":"app:1.0.0"})");
  become("other", "u-2", "elsewhere");
  EXPECT_TRUE(entity("MediaStore", grant.store, selection).is_null());
  EXPECT_TRUE(entity("User", me, "... on User { sub }").is_null());
  EXPECT_TRUE(entity("Session", session, "").is_null());
  EXPECT_TRUE(entity("Agent", "1", "").is_null()) << "not in the union";
}

TEST_P(Media, WithoutAStoreItIsSaidWhatToConfigure) {
  service::Stores none(world_.database(), service::no_object_store(), Settings{}.stores);
  entity::Call call;
  call.organization = who_->rows.organization;
  call.user = who_->rows.user;
  call.database = &world_.database();
  try {
    none.request_upload(call, kMedia, {});
    FAIL() << "there is no store";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), "UNAVAILABLE");
    EXPECT_THAT(error.message(), HasSubstr("datalayer"));
  }
  EXPECT_EQ(world_.number("select count(*) from media_store"), 0) << "nothing is left behind";
}

}  // namespace
}  // namespace rekuest
