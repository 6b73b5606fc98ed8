#include "bus/bus.h"

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <optional>
#include <thread>
#include <vector>

namespace bus {
namespace {

Change change(int number) { return std::make_shared<const base::Json>(number); }

/// What a subscriber received, as JSON text.
struct Inbox {
  std::vector<std::string> received;
  std::function<void(const Change&)> receive() {
    return [this](const Change& change) { received.push_back(change->dump()); };
  }
};

TEST(Bus, DeliversInOrderToEverySubscriberOfTheTopicOnly) {
  Bus bus;
  Inbox first, second, other;
  const auto a = bus.subscribe("task", first.receive());
  const auto b = bus.subscribe("task", second.receive());
  const auto c = bus.subscribe("agent", other.receive());
  bus.publish("task", change(1));
  bus.publish("task", change(2));
  bus.publish("nobody listens", change(3));
  EXPECT_THAT(first.received, testing::ElementsAre("1", "2"));
  EXPECT_EQ(second.received, first.received);
  EXPECT_THAT(other.received, testing::IsEmpty());
}

TEST(Bus, SharesTheChangeInsteadOfCopyingIt) {
  Bus bus;
  Change seen;
  const auto subscription = bus.subscribe("t", [&](const Change& received) { seen = received; });
  const Change published = change(1);
  bus.publish("t", published);
  EXPECT_EQ(seen, published);
}

TEST(Bus, ASubscriptionEndsWithItsDestruction) {
  Bus bus;
  Inbox inbox;
  {
    const auto subscription = bus.subscribe("t", inbox.receive());
    EXPECT_EQ(bus.subscribers("t"), 1u);
  }
  EXPECT_EQ(bus.subscribers("t"), 0u);
  bus.publish("t", change(1));
  EXPECT_THAT(inbox.received, testing::IsEmpty());
}

TEST(Bus, AMovedSubscriptionGoesOnAndAReplacedOneEnds) {
  Bus bus;
  Inbox first, second;
  Bus::Subscription kept;
  {
    auto subscription = bus.subscribe("t", first.receive());
    kept = std::move(subscription);
  }
  bus.publish("t", change(1));
  kept = bus.subscribe("t", second.receive());
  bus.publish("t", change(2));
  EXPECT_THAT(first.received, testing::ElementsAre("1"));
  EXPECT_THAT(second.received, testing::ElementsAre("2"));
}

TEST(Bus, ASubscriptionMayOutliveTheBus) {
  std::optional<Bus> bus(std::in_place);
  Inbox inbox;
  const auto subscription = bus->subscribe("t", inbox.receive());
  bus.reset();
  EXPECT_THAT(inbox.received, testing::IsEmpty());
}

TEST(Bus, ASubscriberMaySubscribeAndEndItselfWhileCalled) {
  Bus bus;
  Inbox late;
  std::optional<Bus::Subscription> itself;
  Bus::Subscription added;
  itself = bus.subscribe("t", [&](const Change&) {
    added = bus.subscribe("t", late.receive());
    itself.reset();
  });
  bus.publish("t", change(1));
  bus.publish("t", change(2));
  EXPECT_FALSE(itself.has_value());
  EXPECT_THAT(late.received, testing::ElementsAre("2"));
}

TEST(Bus, EndingWaitsForACallThatAlreadyRuns) {
  Bus bus;
  std::promise<void> called, may_return;
  std::atomic<bool> returned{false};
  std::optional<Bus::Subscription> subscription = bus.subscribe("t", [&](const Change&) {
    called.set_value();
    may_return.get_future().wait();
    returned = true;
  });
  std::thread publisher([&] { bus.publish("t", change(1)); });
  called.get_future().wait();
  std::thread releaser([&] { may_return.set_value(); });
  subscription.reset();
  EXPECT_TRUE(returned);
  publisher.join();
  releaser.join();
}

TEST(Bus, AllSubscribersSeeConcurrentPublicationsInOneOrder) {
  Bus bus;
  Inbox first, second;
  const auto a = bus.subscribe("t", first.receive());
  const auto b = bus.subscribe("t", second.receive());
  std::vector<std::thread> publishers;
  for (int publisher = 0; publisher < 4; ++publisher) {
    publishers.emplace_back([&, publisher] {
      for (int i = 0; i < 200; ++i) bus.publish("t", change(publisher * 1000 + i));
    });
  }
  for (std::thread& publisher : publishers) publisher.join();
  EXPECT_EQ(first.received.size(), 800u);
  EXPECT_EQ(first.received, second.received);
}

TEST(Bus, SubscribersMayComeAndGoWhileChangesArePublished) {
  Bus bus;
  std::atomic<bool> stop{false};
  std::thread publisher([&] {
    while (!stop) bus.publish("t", change(1));
  });
  std::atomic<int> calls{0};
  for (int i = 0; i < 500; ++i) {
    auto alive = std::make_unique<std::atomic<int>*>(&calls);
    const auto subscription = bus.subscribe("t", [alive = alive.get()](const Change&) { ++**alive; });
  }
  stop = true;
  publisher.join();
  EXPECT_EQ(bus.subscribers("t"), 0u);
}

}  // namespace
}  // namespace bus
