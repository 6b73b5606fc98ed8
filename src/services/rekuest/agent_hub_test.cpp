#include "services/rekuest/agent_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rekuest {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

struct RecordingLink : AgentLink {
  void send(std::int64_t, FrameSource source) override {
    while (auto frame = source()) frames.push_back(*std::move(frame));
  }
  void displace() override { ++displaced; }
  const std::string& connection() const override { return name; }
  void tell_again() override { frames.push_back("again"); }
  std::string name;
  std::vector<std::string> frames;
  int displaced = 0;
};

TEST(AgentHub, ForwardsToTheAgentsLinkInOrder) {
  AgentHub hub;
  const auto one = std::make_shared<RecordingLink>();
  const auto two = std::make_shared<RecordingLink>();
  hub.open(1, one);
  hub.open(2, two);
  hub.send(1, 0, one_frame("a"));
  hub.send(2, 0, one_frame("b"));
  hub.send(1, 0, one_frame("c"));
  EXPECT_THAT(one->frames, ElementsAre("a", "c"));
  EXPECT_THAT(two->frames, ElementsAre("b"));
  EXPECT_THAT(hub.connected(), UnorderedElementsAre(1, 2));
}

TEST(AgentHub, DropsWhatIsForNobody) {
  AgentHub hub;
  hub.send(1, 0, one_frame("a"));
  const auto link = std::make_shared<RecordingLink>();
  hub.open(1, link);
  EXPECT_THAT(link->frames, IsEmpty());
}

TEST(AgentHub, ANewLinkDisplacesTheEarlierOne) {
  AgentHub hub;
  const auto earlier = std::make_shared<RecordingLink>();
  const auto later = std::make_shared<RecordingLink>();
  hub.open(1, earlier);
  hub.open(1, later);
  hub.send(1, 0, one_frame("a"));
  EXPECT_EQ(earlier->displaced, 1);
  EXPECT_EQ(later->displaced, 0);
  EXPECT_THAT(earlier->frames, IsEmpty());
  EXPECT_THAT(later->frames, ElementsAre("a"));
}

TEST(AgentHub, DisplacesALinkWhoseAgentIsElsewhere) {
  AgentHub hub;
  const auto link = std::make_shared<RecordingLink>();
  link->name = "here";
  hub.open(1, link);
  hub.displace_other(1, "here");
  hub.displace_other(2, "there");
  EXPECT_EQ(link->displaced, 0);
  hub.displace_other(1, "there");
  EXPECT_EQ(link->displaced, 1);
  EXPECT_TRUE(hub.holds(1));
  EXPECT_FALSE(hub.holds(2));
}

TEST(AgentHub, ClosesOnlyTheLinkThatIsStillTheAgents) {
  AgentHub hub;
  const auto earlier = std::make_shared<RecordingLink>();
  const auto later = std::make_shared<RecordingLink>();
  hub.open(1, earlier);
  hub.open(1, later);
  EXPECT_FALSE(hub.close(1, earlier.get()));
  EXPECT_THAT(hub.connected(), ElementsAre(1));
  EXPECT_TRUE(hub.close(1, later.get()));
  EXPECT_FALSE(hub.close(1, later.get()));
  EXPECT_THAT(hub.connected(), IsEmpty());
}

TEST(AgentHub, KeepsALinkNoLongerThanItsConnection) {
  AgentHub hub;
  auto link = std::make_shared<RecordingLink>();
  const std::weak_ptr<RecordingLink> watched = link;
  hub.open(1, link);
  hub.close(1, link.get());
  link.reset();
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace rekuest
