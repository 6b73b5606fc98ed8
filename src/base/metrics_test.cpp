#include "base/metrics.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/error.h"

namespace base::metrics {
namespace {

TEST(Metrics, RendersTheTextFormat) {
  Registry registry;
  registry.counter("tasks_total", "Tasks\nassigned.", {{"service", "rekuest"}, {"kind", "a\"b\\c"}}).add(3);
  registry.gauge("agents", "Agents connected.").set(-2);
  registry.gauge("queue", "Waiting.", {}, [] { return 1.5; });
  EXPECT_EQ(registry.render(),
            "# HELP tasks_total Tasks\\nassigned.\n"
            "# TYPE tasks_total counter\n"
            "tasks_total{service=\"rekuest\",kind=\"a\\\"b\\\\c\"} 3\n"
            "# HELP agents Agents connected.\n"
            "# TYPE agents gauge\n"
            "agents -2\n"
            "# HELP queue Waiting.\n"
            "# TYPE queue gauge\n"
            "queue 1.5\n");
}

TEST(Metrics, PutsCommonLabelsFirstAndReadsCountersThatOthersKeep) {
  Registry registry(Labels{{"service", "lok"}});
  registry.counter("reads_total", "Reads.", {{"kind", "x"}}, [] { return 7.0; });
  EXPECT_EQ(registry.render(),
            "# HELP reads_total Reads.\n"
            "# TYPE reads_total counter\n"
            "reads_total{service=\"lok\",kind=\"x\"} 7\n");
}

TEST(Metrics, KnowsTheProcess) {
  const std::string page = process().render();
  const auto value_of = [&](const std::string& name) {
    const std::size_t at = page.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stod(page.substr(at + name.size() + 2));
  };
  EXPECT_GT(value_of("process_resident_memory_bytes"), 1e5);
  EXPECT_GT(value_of("process_cpu_seconds_total"), 0);
  EXPECT_GE(value_of("process_open_fds"), 3);
  EXPECT_GT(value_of("process_start_time_seconds"), 1.6e9);
}

TEST(Metrics, HistogramBucketsAreCumulativeAndIncludeTheirBound) {
  Registry registry;
  Histogram& seconds = registry.histogram("seconds", "Duration.", {0.1, 1}, {{"path", "/"}});
  for (const double value : {0.05, 0.1, 0.5, 7.0}) seconds.observe(value);
  EXPECT_EQ(registry.render(),
            "# HELP seconds Duration.\n"
            "# TYPE seconds histogram\n"
            "seconds_bucket{path=\"/\",le=\"0.1\"} 2\n"
            "seconds_bucket{path=\"/\",le=\"1\"} 3\n"
            "seconds_bucket{path=\"/\",le=\"+Inf\"} 4\n"
            "seconds_sum{path=\"/\"} 7.65\n"
            "seconds_count{path=\"/\"} 4\n");
}

TEST(Metrics, OneNameAndLabelsIsOneMetric) {
  Registry registry;
  EXPECT_EQ(&registry.counter("a", "A.", {{"x", "1"}}), &registry.counter("a", "A.", {{"x", "1"}}));
  EXPECT_NE(&registry.counter("a", "A.", {{"x", "1"}}), &registry.counter("a", "A.", {{"x", "2"}}));
  EXPECT_THROW(registry.gauge("a", "A."), Error);
}

TEST(Metrics, NoIncrementIsLost) {
  Registry registry;
  Counter& counter = registry.counter("n", "N.");
  Histogram& histogram = registry.histogram("h", "H.", duration_bounds());
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 10'000; ++k) {
        counter.add();
        histogram.observe(1);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(counter.value(), 40'000u);
  EXPECT_EQ(histogram.sum(), 40'000);
}

}  // namespace
}  // namespace base::metrics
