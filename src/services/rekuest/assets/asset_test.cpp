// Assets from their declaration to their row: who may bring one, what is looked at, what a refusal leaves.
#include "services/rekuest/assets/asset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/glb_testing.h"
#include "objects/digest.h"
#include "objects/hmac.h"
#include "services/rekuest/assets/asset_world_testing.h"
#include "services/rekuest/assets/pictures_testing.h"

namespace rekuest {
namespace {

using base::Json;
using testing::HasSubstr;
using testing::StartsWith;

std::string ref_of(std::string_view bytes) {
  return "sha256:" + objects::hex(objects::Digest::of(objects::Digest::Kind::kSha256, bytes));
}

class Assets : public AssetWorld {
 protected:
  /// Registers the caller's agent with one file; without a size if `source` is said.
  void declare(const std::string& name, const std::string& kind, std::string_view bytes,
               const std::string& source = "") {
    declare_ref(name, kind, ref_of(bytes), static_cast<std::int64_t>(bytes.size()), source);
  }
  void declare_ref(const std::string& name, const std::string& kind, const std::string& ref,
                   std::int64_t size, const std::string& source = "") {
    Json asset = Json::object({{"name", name}, {"kind", kind}, {"ref", ref}});
    if (source.empty()) {
      asset.set("size", size);
    } else {
      asset.set("source", source);
    }
    const Json agent = Json::object({{"name", "a"},
                                     {"hash", name + kind + std::to_string(size) + ref},
                                     {"implementations", Json::array()},
                                     {"assets", Json::array({std::move(asset)})}});
    world_.connect(world_.request(who_, "s1", agent.dump()));
  }

  Granted request(const std::string& ref) {
    return granted(
        data("mutation ($r: String!) { made: requestAssetUpload(input: {ref: $r}) { store bucket key "
             "accessKey sessionToken maxBytes uploadFileName } }",
             Json::object({{"r", ref}}))["made"]);
  }
  Granted uploaded(const std::string& ref, std::string_view bytes) {
    Granted grant = request(ref);
    objects_.put(grant.bucket, grant.key, bytes);
    return grant;
  }
  Json create_input(const std::string& ref, const std::string& store) {
    return Json::object({{"i", Json::object({{"ref", ref}, {"store", store}})}});
  }
  static constexpr const char* kCreate = R"(mutation ($i: CreateAssetInput!) { made: createAsset(input: $i) {
      id ref kind size width height joints nodes stats { nodes triangles textures animations }
      file { __typename ... on MediaStore { id bucket sizeBytes accessGrant { status key } }
             ... on KulisseStore { id ref specVersion generator nodes bounds warnings stats { nodes } sizeBytes
                                   accessGrant { status } } } } })";
  Json create(const std::string& ref, const Granted& grant) {
    return data(kCreate, create_input(ref, grant.store))["made"];
  }
  std::string refusal(const std::string& ref, const std::string& store) {
    return code_of(kCreate, create_input(ref, store));
  }
  std::string request_refusal(const std::string& ref, const std::string& more = "") {
    return code_of("mutation ($r: String!) { requestAssetUpload(input: {ref: $r" + more + "}) { store } }",
                   Json::object({{"r", ref}}));
  }
  bool is_there(const Granted& grant) { return objects_.store().head(grant.bucket, grant.key).has_value(); }

  const std::string picture_ = png_of(640, 480);
  const std::string model_ = formats::glb_of(formats::kArm, formats::kArmBinary);
};

INSTANTIATE_TEST_SUITE_P(Both, Assets, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Assets, APictureIsReadAndHoldsStill) {
  declare("icon", "IMAGE", picture_);
  const std::string ref = ref_of(picture_);
  EXPECT_TRUE(
      data("query ($r: String!) { asset(ref: $r) { id } }", Json::object({{"r", ref}}))["asset"].is_null());
  const Granted grant = uploaded(ref, picture_);
  EXPECT_FALSE(objects_.is_sealed(grant.bucket, grant.key));
  const Json made = create(ref, grant);
  EXPECT_EQ(made["kind"].as_string(), "IMAGE");
  EXPECT_EQ(made["width"].dump() + made["height"].dump() + made["size"].dump(),
            "640480" + std::to_string(picture_.size()));
  EXPECT_EQ(made["joints"].dump() + made["nodes"].dump() + made["stats"].dump(), "[][]null");
  EXPECT_EQ(made["file"]["__typename"].as_string(), "MediaStore");
  EXPECT_EQ(made["file"]["bucket"].as_string(), "rekuest-media");
  EXPECT_EQ(made["file"]["accessGrant"]["key"].as_string(), grant.key);
  EXPECT_TRUE(objects_.is_sealed(grant.bucket, grant.key));
  EXPECT_EQ(data("query ($r: String!) { asset(ref: $r) { id } }", Json::object({{"r", ref}}))["asset"]["id"],
            made["id"]);
}

TEST_P(Assets, AModelTellsItsJointsAndNodes) {
  declare("arm", "MODEL_3D", model_);
  const std::string ref = ref_of(model_);
  const Json made = create(ref, uploaded(ref, model_));
  EXPECT_EQ(made["joints"].items().size(), 2U);
  EXPECT_EQ(made["joints"].items()[0]["name"].as_string(), "lift");
  EXPECT_THAT(made["nodes"].dump(), HasSubstr("\"wheel\""));
  EXPECT_EQ(made["stats"]["nodes"].dump(), "8");
  const Json& file = made["file"];
  EXPECT_EQ(file["__typename"].as_string(), "KulisseStore");
  EXPECT_EQ(file["ref"].as_string(), ref);
  EXPECT_EQ(file["specVersion"].as_string(), "2.0");
  EXPECT_EQ(file["generator"].as_string(), "kulisse 1");
  EXPECT_EQ(file["nodes"], made["nodes"]);
  EXPECT_EQ(file["bounds"]["min"].items().size(), 3U);
  EXPECT_EQ(file["stats"]["nodes"].dump(), "8");
  EXPECT_EQ(file["sizeBytes"].dump(), std::to_string(model_.size()));
  EXPECT_EQ(file["accessGrant"]["status"].as_string(), "granted");
  EXPECT_TRUE(made["width"].is_null());
}

TEST_P(Assets, AnAgentShowsWhatIsStoredOfItsFiles) {
  declare("icon", "IMAGE", picture_);
  const std::string agent = world_.text("select cast(id as text) from agent");
  const std::string show = "{ agent(id: " + agent + ") { assets { name asset { width } } } }";
  EXPECT_EQ(data(show)["agent"].dump(), R"({"assets":[{"name":"icon","asset":null}]})");
  create(ref_of(picture_), uploaded(ref_of(picture_), picture_));
  EXPECT_EQ(data(show)["agent"].dump(), R"({"assets":[{"name":"icon","asset":{"width":640}}]})");
}

TEST_P(Assets, TheSameBytesAreStoredOnce) {
  declare("icon", "IMAGE", picture_);
  const std::string ref = ref_of(picture_);
  const Granted late = uploaded(ref, picture_);
  const Json first = create(ref, uploaded(ref, picture_));
  EXPECT_EQ(create(ref, late)["id"], first["id"]);
  become("other", "u-2");
  declare("same", "IMAGE", picture_);
  EXPECT_EQ(create(ref, {})["id"], first["id"]) << "whatever store is named";
  become("client", "u-1", "elsewhere");
  EXPECT_TRUE(
      data("query ($r: String!) { asset(ref: $r) { id } }", Json::object({{"r", ref}}))["asset"].is_null());
  declare("icon", "IMAGE", picture_);
  EXPECT_NE(create(ref, uploaded(ref, picture_))["id"], first["id"]) << "once for an organization";
}

TEST_P(Assets, AGrantIsForExactlyTheDeclaredBytes) {
  declare("icon", "IMAGE", picture_);
  const Granted grant = request(ref_of(picture_));
  EXPECT_EQ(grant.json["maxBytes"].dump(), std::to_string(picture_.size()));
  EXPECT_EQ(grant.json["uploadFileName"].as_string(), "icon");
  const objects::Grant opened = objects_.store()
                                    .key()
                                    .open(grant.json["accessKey"].as_string(),
                                          grant.json["sessionToken"].as_string(), base::now_micros())
                                    .grant;
  EXPECT_EQ(opened.key, grant.key);
  EXPECT_EQ(opened.max_bytes, picture_.size());
}

TEST_P(Assets, OtherBytesAreRefusedAndDeleted) {
  declare("icon", "IMAGE", picture_);
  const std::string ref = ref_of(picture_);
  const Granted grant = uploaded(ref, png_of(1, 1));
  EXPECT_EQ(refusal(ref, grant.store), "hash_mismatch");
  EXPECT_FALSE(is_there(grant));
  EXPECT_TRUE(objects_.is_sealed(grant.bucket, grant.key)) << "nothing more is expected there";
  EXPECT_EQ(refusal(ref, grant.store), "NOT_FOUND");
  create(ref, uploaded(ref, picture_));
}

TEST_P(Assets, AFileThatIsNotOfItsKindIsRefusedWithItsCode) {
  declare("icon", "IMAGE", "plain text");
  EXPECT_EQ(refusal(ref_of("plain text"), uploaded(ref_of("plain text"), "plain text").store), "bad_image");
  const std::string wide = png_of(8193, 1);
  declare("icon", "IMAGE", wide);
  EXPECT_EQ(refusal(ref_of(wide), uploaded(ref_of(wide), wide).store), "bad_image");
  declare("arm", "MODEL_3D", picture_);
  const Granted grant = uploaded(ref_of(picture_), picture_);
  EXPECT_EQ(refusal(ref_of(picture_), grant.store), "bad_header");
  EXPECT_FALSE(is_there(grant));
}

TEST_P(Assets, AnUploadThatIsMissingMayStillCome) {
  declare("icon", "IMAGE", picture_);
  const std::string ref = ref_of(picture_);
  const Granted grant = request(ref);
  EXPECT_EQ(refusal(ref, grant.store), "VALIDATION_ERROR");
  objects_.put(grant.bucket, grant.key, picture_);
  EXPECT_EQ(create(ref, grant)["width"].dump(), "640");
}

TEST_P(Assets, OnlyDeclaredFilesAreTaken) {
  EXPECT_EQ(request_refusal(ref_of(picture_)), "not_declared");
  declare("icon", "IMAGE", picture_);
  become("other", "u-2");
  EXPECT_EQ(request_refusal(ref_of(picture_)), "not_declared") << "another app's";
  EXPECT_EQ(refusal(ref_of(picture_), "1"), "not_declared");
  become("client", "u-1", "elsewhere");
  EXPECT_EQ(request_refusal(ref_of(picture_)), "not_declared") << "another organization's";
  become("client", "u-1");
  for (const char* ref : {"", "sha256:", "sha256:ABC", "md5:0"}) {
    EXPECT_EQ(request_refusal(ref), "VALIDATION_ERROR") << ref;
  }
}

TEST_P(Assets, AnAdministratorAddsWhatAnAgentOnlyNamesASourceOf) {
  declare("icon", "IMAGE", picture_, "https://lab.org/icon.png");
  become("browser", "u-2");
  EXPECT_EQ(request_refusal(ref_of(picture_)), "not_declared");
  become("browser", "u-2", "lab", {"admin"});
  EXPECT_EQ(request_refusal(ref_of(picture_), ", size: 20971521"), "too_large");
  EXPECT_EQ(request_refusal(ref_of(picture_), ", size: -1"), "VALIDATION_ERROR");
  EXPECT_EQ(create(ref_of(picture_), uploaded(ref_of(picture_), picture_))["width"].dump(), "640");
  become("client", "u-1");
  declare_ref("held", "IMAGE", ref_of("held"), 4);
  become("browser", "u-2", "lab", {"admin"});
  EXPECT_EQ(request_refusal(ref_of("held")), "not_declared") << "its own app uploads it";
}

TEST_P(Assets, WhatIsTooLargeIsRefusedBeforeItIsUploaded) {
  declare_ref("icon", "IMAGE", ref_of("x"), 20 * 1024 * 1024 + 1);
  EXPECT_EQ(request_refusal(ref_of("x")), "too_large");
  declare_ref("arm", "MODEL_3D", ref_of("x"), 20 * 1024 * 1024 + 1);
  EXPECT_EQ(request_refusal(ref_of("x")), "");
  declare_ref("arm", "MODEL_3D", ref_of("x"), 100 * 1024 * 1024 + 1);
  EXPECT_EQ(request_refusal(ref_of("x")), "too_large");
}

TEST_P(Assets, AnUploadServesWhoeverRequestedIt) {
  declare("icon", "IMAGE", picture_);
  const std::string ref = ref_of(picture_);
  const Granted mine = uploaded(ref, picture_);
  become("other", "u-2");
  declare("icon", "IMAGE", picture_);
  EXPECT_EQ(refusal(ref, mine.store), "NOT_FOUND");
  become("client", "u-1");
  const std::string other = png_of(2, 2);
  declare("icon", "IMAGE", other);
  EXPECT_EQ(refusal(ref_of(other), mine.store), "NOT_FOUND") << "it was for another file";
  EXPECT_TRUE(is_there(mine));
}

TEST_P(Assets, APictureMayComeAsOrdinaryMedia) {
  declare("icon", "IMAGE", picture_);
  const Granted media = granted(
      data("mutation { made: requestMediaUpload(input: {originalFileName: \"a.png\"}) { store bucket key } }")
          ["made"]);
  objects_.put(media.bucket, media.key, picture_);
  EXPECT_EQ(create(ref_of(picture_), media)["file"]["id"].as_string(), media.store);
}

TEST_P(Assets, ThePolicyIsWhatIsHeldTo) {
  const Json policy = data(
      "{ assetPolicy { image { maxSize maxSide formats } model { maxSize maxJson maxNodes "
      "maxTriangles maxAnimations extensions } } }")["assetPolicy"];
  EXPECT_EQ(policy["image"].dump(),
            R"({"maxSize":20971520.0,"maxSide":8192,"formats":["PNG","JPEG","WEBP"]})");
  EXPECT_THAT(
      policy["model"].dump(),
      StartsWith(R"({"maxSize":104857600.0,"maxJson":4194304,"maxNodes":10000,"maxTriangles":2000000,)"
                 R"("maxAnimations":64,"extensions":["KHR_)"));
}

}  // namespace
}  // namespace rekuest
