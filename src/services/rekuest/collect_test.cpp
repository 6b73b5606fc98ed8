#include "services/rekuest/collect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/rekuest/testing/task_world.h"

namespace rekuest {
namespace {

using base::Json;
using rekuest_testing::numbered;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Collect : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  void shelve(const Registered& agent, const std::string& resource) {
    world_.report(agent, {numbered("SHELVE", ++position_,
                                   R"(,"identifier":"@mod/blob","resource_id":")" + resource + "\"")});
  }
  std::vector<AgentMessage> collect(const std::vector<entity::Id>& drawers, std::int64_t organization) {
    std::vector<AgentMessage> frames;
    world_.database().read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
      frames = collect_messages(reader, drawers, organization);
    });
    return frames;
  }
  static std::string drawers(const AgentMessage& frame) {
    const Json parsed = rekuest_testing::parsed(frame);
    EXPECT_EQ(parsed["type"], Json("COLLECT"));
    return parsed["drawers"].dump();
  }

  rekuest_testing::TaskWorld world_{GetParam()};
  rekuest_testing::Who me_ = world_.identity();
  Registered agent_ = world_.connect(me_);
  std::int64_t position_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Both, Collect, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Collect, AsksEachAgentForItsOwn) {
  const Registered other = world_.connect(world_.identity("other"));
  shelve(agent_, "aa");
  shelve(other, "bb");
  shelve(agent_, "cc");

  const auto frames = collect({{"cc"}, {"bb"}, {"aa"}, {"none"}}, me_->rows.organization);

  ASSERT_THAT(frames, SizeIs(2));
  EXPECT_EQ(frames[0].agent, agent_.agent.agent);
  EXPECT_EQ(drawers(frames[0]), R"(["aa","cc"])");
  EXPECT_EQ(frames[1].agent, other.agent.agent);
  EXPECT_EQ(drawers(frames[1]), R"(["bb"])");
}

TEST_P(Collect, FindsADrawerByItsIdToo) {
  shelve(agent_, "aa");
  const std::string id = world_.text("select id from memory_drawer");
  const auto frames = collect({{id}}, me_->rows.organization);
  ASSERT_THAT(frames, SizeIs(1));
  EXPECT_EQ(drawers(frames[0]), R"(["aa"])");
}

TEST_P(Collect, ReachesNoOtherOrganization) {
  shelve(agent_, "aa");
  const auto stranger = world_.identity("client", "u-1", "elsewhere");
  EXPECT_THAT(collect({{"aa"}}, stranger->rows.organization), IsEmpty());
}

TEST_P(Collect, SendsNothingForNothing) { EXPECT_THAT(collect({}, me_->rows.organization), IsEmpty()); }

}  // namespace
}  // namespace rekuest
