// Pictures: asked for, put, shown, changed, and out of others' reach.
#include <gmock/gmock.h>

#include "objects/base64.h"
#include "services/lok/graph/graph_fixture.h"
#include "services/lok/media/content_type.h"

namespace lok {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class GraphMedia : public Graph {
 protected:
  struct Uploaded {
    std::string id;
    std::string bucket;
    std::string key;
  };

  Json request(const std::string& input) {
    return ask("mutation { requestMediaUpload(input: {" + input +
               "}) { key bucket store datalayer contentType policy xAmzAlgorithm xAmzCredential xAmzDate"
               " xAmzSignature } }");
  }
  Uploaded requested(const std::string& name = "me.png") {
    const Json made = request("key: \"" + name + "\", datalayer: \"s3\"")["data"]["requestMediaUpload"];
    return {made["store"].as_string(), made["bucket"].as_string(), made["key"].as_string()};
  }
  Uploaded uploaded() {
    const Uploaded made = requested();
    objects_.put(made.bucket, made.key, "a picture");
    return made;
  }
  bool is_sealed(const Uploaded& picture) { return objects_.is_sealed(picture.bucket, picture.key); }

  std::string update_profile(const std::string& avatar, const std::string& user = "bob") {
    const std::string profile = std::to_string(
        number("select profile.id from profile join user_account on user_account.id = profile.user_id"
               " where username = '" +
               user + "'"));
    return "mutation { updateProfile(input: {id: \"" + profile + "\", name: \"Bob\", avatar: \"" + avatar +
           "\"}) { avatar { id path bucket key } } }";
  }
  bool is_let_go(const Uploaded& picture) {
    return number("select count(*) from media_store where orphaned_at is not null and id = " + picture.id) ==
           1;
  }
};

INSTANTIATE_TEST_SUITE_P(Both, GraphMedia, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(GraphMedia, AFormIsSignedForOneFileOfItsType) {
  become("key-two", "d");
  const Json made = request(R"(key: "me.png", datalayer: "s3")")["data"]["requestMediaUpload"];
  EXPECT_EQ(made["bucket"].as_string(), "lok-media");
  EXPECT_EQ(made["datalayer"].as_string(), "s3");
  EXPECT_EQ(made["contentType"].as_string(), "image/png");
  EXPECT_EQ(made["xAmzAlgorithm"].as_string(), "AWS4-HMAC-SHA256");
  EXPECT_EQ(made["xAmzSignature"].as_string().size(), 64U);
  const Json policy = Json::parse(objects::base64_decode(made["policy"].as_string()).value());
  const std::string conditions = policy["conditions"].dump();
  EXPECT_THAT(conditions, HasSubstr(R"(["eq","$key",")" + made["key"].as_string() + R"("])"));
  EXPECT_THAT(conditions, HasSubstr(R"(["eq","$Content-Type","image/png"])"));
  EXPECT_THAT(conditions, HasSubstr(R"(["content-length-range",0,20971520])"));
  EXPECT_EQ(rows("select original_file_name, content_type from media_store").text(0, 0), "me.png");
}

TEST_P(GraphMedia, EveryFormIsForAnotherPlace) {
  become("key-two", "d");
  EXPECT_NE(requested("me.png").key, requested("me.png").key);
  const Uploaded elsewhere = requested("../../other/1");
  EXPECT_THAT(elsewhere.key, testing::Not(HasSubstr("..")));
}

TEST_P(GraphMedia, AFormsTypeIsAsked) {
  become("key-two", "d");
  const auto type = [&](const std::string& input) {
    const Json answer = request(input);
    return answer.find("errors") == nullptr ? answer["data"]["requestMediaUpload"]["contentType"].as_string()
                                            : answer["errors"].items()[0]["extensions"]["code"].as_string();
  };
  EXPECT_EQ(type(R"(key: "a.png", datalayer: "s3", contentType: "image/webp")"), "image/webp");
  EXPECT_EQ(type(R"(key: "a.png", datalayer: "s3", contentType: "image")"), "VALIDATION_ERROR");
  EXPECT_EQ(type(R"(key: "a.png", datalayer: "s3", contentType: "a/b\r\nc: d")"), "VALIDATION_ERROR");
  EXPECT_EQ(type(R"(key: "", datalayer: "s3")"), "VALIDATION_ERROR");
  EXPECT_EQ(content_type_of("A.JPG"), "image/jpeg");
  EXPECT_EQ(content_type_of("png"), "application/octet-stream");
  EXPECT_EQ(content_type_of("a.png/b"), "application/octet-stream");
  EXPECT_EQ(content_type_of(""), "application/octet-stream");
}

TEST_P(GraphMedia, APictureBecomesAnAvatarAndHoldsStill) {
  become("key-two", "d");
  const Uploaded picture = uploaded();
  EXPECT_FALSE(is_sealed(picture));
  EXPECT_EQ(value(update_profile(picture.id), {"updateProfile", "avatar"}),
            R"({"id":")" + picture.id + R"(","path":"s3://lok-media/)" + picture.key +
                R"(","bucket":"lok-media","key":")" + picture.key + "\"}");
  EXPECT_TRUE(is_sealed(picture));
  EXPECT_EQ(number("select size_bytes from media_store where populated = 1"), 9);
  // The one it is already may be named again, by whoever may change the profile.
  become("key-one", "d");
  EXPECT_EQ(value(update_profile(picture.id), {"updateProfile", "avatar", "id"}), picture.id);
  EXPECT_FALSE(is_let_go(picture));
}

TEST_P(GraphMedia, APictureThatIsReplacedIsLetGo) {
  become("key-two", "d");
  const Uploaded first = uploaded();
  const Uploaded second = uploaded();
  value(update_profile(first.id), {});
  value(update_profile(second.id), {});
  EXPECT_TRUE(is_let_go(first));
  EXPECT_FALSE(is_let_go(second));
  EXPECT_EQ(value(update_profile(""), {"updateProfile", "avatar"}), "null");
  EXPECT_TRUE(is_let_go(second));
  EXPECT_EQ(error_code(update_profile(second.id)), "NOT_FOUND") << "what may be deleted is nobody's again";
}

TEST_P(GraphMedia, APictureOfTwoStaysUntilBothHaveAnother) {
  become("key-one", "d");
  const Uploaded picture = uploaded();
  value(update_profile(picture.id, "ada"), {});
  const std::string update = "mutation { updateOrganization(input: {id: " +
                             std::to_string(number("select id from organization where slug = 'lab'")) +
                             ", avatar: \"";
  EXPECT_EQ(value(update + picture.id + "\"}) { avatar { id } profile { avatar { id } } } }",
                  {"updateOrganization"}),
            R"({"avatar":{"id":")" + picture.id + R"("},"profile":{"avatar":{"id":")" + picture.id + "\"}}}");
  value(update_profile("", "ada"), {});
  EXPECT_FALSE(is_let_go(picture));
  EXPECT_EQ(value(update + "\"}) { avatar { id } profile { avatar { id } } } }", {"updateOrganization"}),
            R"({"avatar":null,"profile":{"avatar":null}})");
  EXPECT_TRUE(is_let_go(picture));
}

TEST_P(GraphMedia, AnAccountThatIsRemovedLetsGoOfItsPicture) {
  administration_.run("user add", Json::object({{"username", "carol"}, {"password", "long-enough"}}));
  administration_.run("membership add", Json::object({{"user", "carol"}, {"organization", "lab"}}));
  become_member("carol", "lab");
  const Uploaded picture = uploaded();
  value(update_profile(picture.id, "carol"), {});
  administration_.run("user remove", Json::object({{"username", "carol"}}));
  EXPECT_TRUE(is_let_go(picture));
}

TEST_P(GraphMedia, OthersPicturesAreNotThere) {
  become("key-one", "d");
  const Uploaded of_ada = uploaded();
  become("key-two", "d");
  EXPECT_EQ(error_code(update_profile(of_ada.id)), "NOT_FOUND");
  EXPECT_FALSE(is_sealed(of_ada)) << "asking holds nothing of others";
  become("key-one", "d");
  value(update_profile(of_ada.id, "ada"), {});
  become("key-two", "d");
  EXPECT_EQ(error_code(update_profile(of_ada.id)), "NOT_FOUND");
  become_member("bob", "other");
  const Uploaded away = uploaded();
  become("key-two", "d");
  EXPECT_EQ(error_code(update_profile(away.id)), "NOT_FOUND") << "of another organization";
}

TEST_P(GraphMedia, WithoutBytesThereIsNoPicture) {
  become("key-two", "d");
  const Uploaded picture = requested();
  EXPECT_EQ(error_code(update_profile(picture.id)), "VALIDATION_ERROR");
  EXPECT_FALSE(is_sealed(picture)) << "it can still be uploaded";
  objects_.put(picture.bucket, picture.key, "late");
  EXPECT_EQ(value(update_profile(picture.id), {"updateProfile", "avatar", "id"}), picture.id);
}

TEST_P(GraphMedia, APictureOfAProfileThatMayNotBeChangedStaysOpen) {
  become("key-two", "d");
  const Uploaded picture = uploaded();
  EXPECT_EQ(error_code(update_profile(picture.id, "ada")), "PERMISSION_DENIED");
  EXPECT_FALSE(is_sealed(picture));
}

TEST_P(GraphMedia, AGroupHasAPicture) {
  execute("insert into user_group (name) values ('heads')");
  execute(
      "insert into user_group_member (group_id, user_id) select user_group.id, user_account.id"
      " from user_group, user_account where username = 'ada'");
  become("key-one", "d");
  const Uploaded picture = uploaded();
  const std::string group = std::to_string(number("select id from user_group"));
  EXPECT_EQ(value("mutation { createGroupProfile(input: {group: " + group + ", name: \"H\", avatar: \"" +
                      picture.id + "\"}) { avatar { id } } }",
                  {"createGroupProfile", "avatar", "id"}),
            picture.id);
  const std::string profile = std::to_string(number("select id from group_profile"));
  EXPECT_EQ(value("mutation { updateGroupProfile(input: {id: " + profile +
                      ", name: \"H\", avatar: \"\"}) { avatar { id } } }",
                  {"updateGroupProfile", "avatar"}),
            "null");
  EXPECT_TRUE(is_let_go(picture));
}

TEST_P(GraphMedia, ItsAddressIsWhereTheHubsStoreIsReached) {
  become("key-two", "d");
  const Uploaded picture = uploaded();
  value(update_profile(picture.id), {});
  const std::vector<std::string> path{"me", "profile", "avatar", "presignedUrl"};
  const std::string object = "/lok-media/" + picture.key + "?X-Amz-Algorithm=AWS4-HMAC-SHA256";
  const auto url = [&](const std::string& arguments) {
    return value("{ me { profile { avatar { presignedUrl" + arguments + " } } } }", path);
  };
  // The caller reached us as http://lab.org:8000; the store is on the port its alias says.
  EXPECT_THAT(url(""), StartsWith("http://lab.org:8001" + object));
  EXPECT_THAT(url(""), HasSubstr("X-Amz-Expires=3600"));
  EXPECT_THAT(value("{ me { avatar } }", {"me", "avatar"}), StartsWith("http://lab.org:8001" + object));
  EXPECT_THAT(url("(host: \"s3.lab.org\")"), StartsWith("http://s3.lab.org" + object));
  EXPECT_THAT(url("(host: \"https://lab.org/s3/\")"), StartsWith("https://lab.org/s3" + object));
  EXPECT_THAT(url("(host: \"\")"), StartsWith("http://lab.org:8001" + object));
  for (const char* host : {"ftp://lab.org", "https:///", "a b", "user@lab.org", "lab.org?x=1"}) {
    EXPECT_EQ(
        error_code("{ me { profile { avatar { presignedUrl(host: \"" + std::string(host) + "\") } } } }"),
        "VALIDATION_ERROR")
        << host;
  }
  execute("update instance_alias set host = 's3.lab.org', port = 443, ssl = 1, path = 'objects/'");
  EXPECT_THAT(url(""), StartsWith("https://s3.lab.org/objects" + object));
  execute("delete from instance_alias");
  EXPECT_THAT(url(""), StartsWith("http://lab.org:8000" + object));
}

TEST_P(GraphMedia, PeopleWithoutAPictureHaveNoAddress) {
  become("key-two", "d");
  const Uploaded picture = uploaded();
  value(update_profile(picture.id), {});
  const Json users = ask("{ users(ordering: [{id: ASC}]) { username avatar } }")["data"]["users"];
  ASSERT_EQ(users.items().size(), 2U);
  EXPECT_TRUE(users.items()[0]["avatar"].is_null());
  EXPECT_THAT(users.items()[1]["avatar"].as_string(), HasSubstr(picture.key));
}

TEST_P(GraphMedia, WithoutAStoreItIsSaidWhatToConfigure) {
  service::Stores none(*database_, service::no_object_store(), media_settings());
  become("key-two", "d");
  service::Upload upload;
  upload.content_type = "image/png";
  upload.most = 1;
  entity::Call call;
  call.organization = who_->rows.organization;
  call.user = who_->rows.user;
  call.database = database_.get();
  try {
    none.request_form(call, kMedia, upload);
    FAIL() << "there is no store";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), "UNAVAILABLE");
    EXPECT_THAT(error.message(), HasSubstr("datalayer"));
  }
  EXPECT_EQ(number("select count(*) from media_store"), 0) << "nothing is left behind";
}

}  // namespace
}  // namespace lok
