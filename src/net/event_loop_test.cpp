// The loop, its timers, strands and worker pools.
#include "net/event_loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "net/worker_pool.h"

namespace net {
namespace {

using std::chrono::milliseconds;

TEST(EventLoop, RunsPostedFunctionsOnItsThreads) {
  EventLoop loop(2);
  std::latch done(200);
  std::atomic<int> here{0};
  const auto caller = std::this_thread::get_id();
  for (int i = 0; i < 200; ++i) {
    loop.post([&] {
      if (std::this_thread::get_id() == caller) ++here;
      done.count_down();
    });
  }
  done.wait();
  EXPECT_EQ(here, 0);
}

TEST(EventLoop, SurvivesFunctionsThatThrow) {
  EventLoop loop(1);
  loop.post([] { throw std::runtime_error("on purpose"); });
  std::promise<void> ran;
  loop.post([&] { ran.set_value(); });
  ran.get_future().wait();
}

TEST(EventLoop, CallsTimersInTheOrderOfTheirTimes) {
  EventLoop loop(1);
  std::mutex mutex;
  std::vector<int> order;
  std::latch done(3);
  const auto note = [&](int number) {
    return [&, number] {
      {
        std::lock_guard lock(mutex);
        order.push_back(number);
      }
      done.count_down();
    };
  };
  const auto third = loop.after(milliseconds(90), note(3));
  const auto first = loop.after(milliseconds(10), note(1));
  const auto second = loop.after(milliseconds(50), note(2));
  done.wait();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(EventLoop, NeverCallsACancelledOrDroppedTimer) {
  EventLoop loop(2);
  std::atomic<int> calls{0};
  {
    auto cancelled = loop.after(milliseconds(20), [&] { ++calls; });
    const auto dropped = loop.after(milliseconds(20), [&] { ++calls; });
    cancelled.cancel();
    cancelled.cancel();
  }
  std::promise<void> later;
  const auto timer = loop.after(milliseconds(60), [&] { later.set_value(); });
  later.get_future().wait();
  EXPECT_EQ(calls, 0);
}

TEST(EventLoop, CallsATimerWhoseCopyLives) {
  EventLoop loop(1);
  std::promise<void> called;
  EventLoop::Timer copy;
  {
    const auto timer = loop.after(milliseconds(5), [&] { called.set_value(); });
    copy = timer;
  }
  called.get_future().wait();
}

TEST(EventLoop, DropsWhatIsPendingWhenItEnds) {
  auto kept = std::make_shared<int>(0);
  EventLoop::Timer timer;
  {
    EventLoop loop(1);
    timer = loop.after(std::chrono::hours(1), [kept] {});
    EXPECT_EQ(kept.use_count(), 2);
  }
  EXPECT_EQ(kept.use_count(), 1);
  timer.cancel();
}

TEST(EventLoop, IgnoresPostsAfterStop) {
  EventLoop loop(1);
  loop.stop();
  bool ran = false;
  loop.post([&] { ran = true; });
  const auto timer = loop.after(milliseconds(0), [&] { ran = true; });
  EXPECT_FALSE(ran);
}

TEST(Strand, RunsInOrderWithoutOverlap) {
  WorkerPool pool("strand", 4);
  Strand strand([&](std::function<void()> task) { ASSERT_TRUE(pool.post(std::move(task))); });
  std::atomic<bool> inside{false};
  std::vector<int> order;  // guarded by the strand
  std::latch done(1000);
  for (int i = 0; i < 1000; ++i) {
    strand.post([&, i] {
      EXPECT_FALSE(inside.exchange(true));
      order.push_back(i);
      inside = false;
      done.count_down();
    });
  }
  done.wait();
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(Strand, GoesOnAfterAFunctionThatThrows) {
  Strand strand([](const std::function<void()>& task) { task(); });
  int ran = 0;
  strand.post([] { throw std::runtime_error("on purpose"); });
  strand.post([&] { ++ran; });
  EXPECT_EQ(ran, 1);
}

TEST(Strand, RecoversWhenItsExecutorDropsATurn) {
  bool full = true;
  Strand strand([&](const std::function<void()>& task) {
    if (!full) task();
  });
  std::vector<int> ran;
  strand.post([&] { ran.push_back(1); });
  EXPECT_TRUE(ran.empty());
  full = false;
  strand.post([&] { ran.push_back(2); });
  EXPECT_EQ(ran, (std::vector<int>{1, 2}));
}

TEST(WorkerPool, RefusesWhatExceedsItsQueue) {
  WorkerPool pool("small", 1, 2);
  std::promise<void> started;
  std::promise<void> release;
  ASSERT_TRUE(pool.post([&] {
    started.set_value();
    release.get_future().wait();
  }));
  started.get_future().wait();
  std::atomic<int> ran{0};
  EXPECT_TRUE(pool.post([&] { ++ran; }));
  EXPECT_TRUE(pool.post([&] { ++ran; }));
  EXPECT_FALSE(pool.post([&] { ++ran; }));
  EXPECT_EQ(pool.queued(), 2U);
  std::promise<void> empty;
  release.set_value();
  while (pool.queued() > 0) std::this_thread::yield();
  ASSERT_TRUE(pool.post([&] { empty.set_value(); }));
  empty.get_future().wait();
  EXPECT_EQ(ran, 2);
}

TEST(WorkerPool, FinishesWhatRunsAndDropsTheRestWhenItEnds) {
  auto kept = std::make_shared<std::atomic<int>>(0);
  {
    WorkerPool pool("ending", 1);
    std::promise<void> started;
    ASSERT_TRUE(pool.post([&started, kept] {
      started.set_value();
      std::this_thread::sleep_for(milliseconds(20));
      ++*kept;
    }));
    started.get_future().wait();
    ASSERT_TRUE(pool.post([kept] { *kept += 10; }));
    pool.stop();
    EXPECT_FALSE(pool.post([] {}));
  }
  EXPECT_EQ(*kept, 1);
  EXPECT_EQ(kept.use_count(), 1);
}

TEST(WorkerPool, SurvivesFunctionsThatThrow) {
  WorkerPool pool("throwing", 1);
  ASSERT_TRUE(pool.post([] { throw std::runtime_error("on purpose"); }));
  std::promise<void> ran;
  ASSERT_TRUE(pool.post([&] { ran.set_value(); }));
  ran.get_future().wait();
}

}  // namespace
}  // namespace net
