// How much may be uploaded: refused when keys are asked for, with what is used of how much.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/config.h"
#include "services/mikro/testing/lab.h"

namespace mikro {
namespace {

using base::Config;
using base::Json;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

service::StoreSettings with_quotas(const char* yaml) {
  service::StoreSettings settings;
  settings.quotas = service::StoreQuotas::read(Config::load(
      {.file = "mikro.yaml", .text = yaml, .environment = {}, .flags = {}}, Config::Unknown::kRefuse));
  return settings;
}

class Quotas : public testing::TestWithParam<sql::Dialect> {
 protected:
  /// What is told of a request for keys: `maxBytes`, or the error.
  std::string asked(const std::string& size = "null") {
    const std::string query = fmt::format(
        "mutation {{ it: requestBigfileUpload(input: {{originalFileName: \"a.bin\", fileSize: {}}}) {{ "
        "maxBytes }} }}",
        size);
    const Json answer = lab_.ask(query);
    if (answer.find("errors") == nullptr) return answer["data"]["it"]["maxBytes"].dump();
    return lab_.error(query);
  }
  std::string stored(std::size_t bytes) {
    const std::string store = lab_.upload("Bigfile", {{"", std::string(bytes, 'x')}});
    return lab_
        .data("mutation ($input: FromFileLike!) { it: fromFileLike(input: $input) { id } }",
              Json::object({{"input", Json::object({{"file", store}, {"fileName", "a.bin"}})}}))["it"]["id"]
        .as_string();
  }

  mikro_testing::Lab lab_{GetParam(),
                          with_quotas("default: {max_upload_bytes: 1KiB}\n"
                                      "organizations:\n"
                                      "  lab:\n"
                                      "    max_org_bytes: 100\n"
                                      "    users: {ada: {max_user_bytes: 60, max_upload_bytes: 50}}\n")};
};

INSTANTIATE_TEST_SUITE_P(Both, Quotas, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Quotas, AreOfAnUploadAPersonAndAnOrganization) {
  EXPECT_EQ(asked(), "50");
  EXPECT_EQ(asked("50"), "50");
  EXPECT_THAT(asked("51"), StartsWith("PERMISSION_DENIED"));
  stored(40);
  EXPECT_EQ(asked(), "20");
  EXPECT_EQ(asked("20"), "20");
  EXPECT_THAT(asked("21"), AllOf(StartsWith("PERMISSION_DENIED"), HasSubstr("40 bytes of the 60 bytes")));
  stored(20);
  EXPECT_THAT(asked(), HasSubstr("60 bytes of the 60 bytes"));
  lab_.become("bob");
  EXPECT_EQ(asked(), "40");
  EXPECT_THAT(asked("41"), AllOf(HasSubstr("organization"), HasSubstr("60 bytes of the 100 bytes")));
  lab_.become("eve", "elsewhere");
  EXPECT_EQ(asked(), "1024");
  EXPECT_THAT(asked("1025"), AllOf(StartsWith("PERMISSION_DENIED"), HasSubstr("1.0 KiB")));
}

TEST_P(Quotas, AreFreeAgainWhenDataIsDeleted) {
  const std::string file = stored(50);
  EXPECT_EQ(asked(), "10");
  lab_.data(fmt::format("mutation {{ deleteFile(input: {{id: {}}}) }}", file));
  EXPECT_EQ(asked(), "50");
}

TEST_P(Quotas, HoldForStoresOfEveryKindAndForNewKeysToAnOldOne) {
  const std::string array = lab_.array({2});
  stored(50);
  lab_.become("bob");
  stored(50);
  EXPECT_THAT(lab_.error("mutation { requestZarrUpload(input: {}) { maxBytes } }"),
              StartsWith("PERMISSION_DENIED"));
  lab_.become("ada");
  EXPECT_THAT(lab_.error(fmt::format(
                  "mutation {{ refreshZarrUpload(input: {{storeId: \"{}\"}}) {{ maxBytes }} }}", array)),
              StartsWith("PERMISSION_DENIED"));
}

TEST(QuotasInAFile, AreRefusedWhereTheyMakeNoSense) {
  const auto error = [](const char* yaml) {
    try {
      const Config config = Config::load({.file = "mikro.yaml", .text = yaml, .environment = {}, .flags = {}},
                                         Config::Unknown::kRefuse);
      service::StoreQuotas::read(config);
      config.finish();
    } catch (const base::Error& refused) {
      return std::string(refused.message());
    }
    return std::string();
  };
  EXPECT_EQ(error(""), "");
  EXPECT_EQ(error("default: {max_org_bytes: 2 TiB, max_user_bytes: 5000}"), "");
  EXPECT_THAT(error("default: {max_org_bytes: plenty}"), HasSubstr("default.max_org_bytes"));
  EXPECT_THAT(error("default: {max_org_byte: 1}"), HasSubstr("did you mean 'max_org_bytes'"));
  EXPECT_THAT(error("organizations: {lab: {users: {ada: {max_org_bytes: 1}}}}"),
              HasSubstr("ada.max_org_bytes"));
}

TEST(QuotasInAFile, AreThoseThatAreSaidNearest) {
  const service::StoreQuotas quotas =
      with_quotas(
          "default: {max_upload_bytes: 1, max_user_bytes: 2, max_org_bytes: 3}\n"
          "organizations: {lab: {max_user_bytes: 20, users: {ada: {max_upload_bytes: 100}}}}")
          .quotas;
  const service::StoreLimits ada = quotas.of("lab", "ada");
  EXPECT_EQ(ada.upload, 100U);
  EXPECT_EQ(ada.user, 20U);
  EXPECT_EQ(ada.organization, 3U);
  EXPECT_EQ(quotas.of("lab", "bob").upload, 1U);
  EXPECT_EQ(quotas.of("elsewhere", "ada").user, 2U);
  EXPECT_TRUE(service::StoreQuotas().empty());
}

}  // namespace
}  // namespace mikro
