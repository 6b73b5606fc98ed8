// Metrics in Prometheus' text format. Whoever measures keeps the reference a
// registry hands out: finding it takes a lock, using it only an atomic add.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace base::metrics {

/// Only ever rises. Thread-safe.
class Counter {
 public:
  void add(std::uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// A level that rises and falls. Thread-safe.
class Gauge {
 public:
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void add(std::int64_t amount) { value_.fetch_add(amount, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// Counts observations per upper bound, and their sum. Thread-safe.
class Histogram {
 public:
  /// `bounds` ascending; an unbounded bucket is added.
  explicit Histogram(std::vector<double> bounds);
  void observe(double value);

  const std::vector<double>& bounds() const { return bounds_; }
  /// Observations in bucket `index` alone; `bounds().size()` is the unbounded one.
  std::uint64_t bucket(std::size_t index) const { return buckets_[index].load(std::memory_order_relaxed); }
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::vector<double> bounds_;
  std::vector<std::atomic<std::uint64_t>> buckets_;
  std::atomic<double> sum_{0};
};

/// 100 us to 10 s, three a decade: for durations in seconds.
std::vector<double> duration_bounds();

using Labels = std::vector<std::pair<std::string, std::string>>;

/// All metrics of one page. Thread-safe; references stay valid while it lives.
/// Asking twice for one name and labels gives the same metric; one name with
/// two kinds throws Error(kInternal).
class Registry {
 public:
  /// `common` labels stand before each series' own.
  explicit Registry(Labels common = {}) : common_(std::move(common)) {}

  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {});
  /// Bounds count when the name is new.
  Histogram& histogram(std::string_view name, std::string_view help, std::vector<double> bounds,
                       const Labels& labels = {});
  /// Read when the page is made; `read` must be quick and thread-safe and
  /// whatever it uses must outlive the registry.
  using Read = std::function<double()>;
  void gauge(std::string_view name, std::string_view help, const Labels& labels, Read read);
  void counter(std::string_view name, std::string_view help, const Labels& labels, Read read);

  /// Content type `text/plain; version=0.0.4`.
  std::string render() const;

 private:
  enum class Kind { kCounter, kGauge, kHistogram };
  struct Series {
    std::string labels;  ///< rendered, without braces
    std::unique_ptr<Counter> counter;
    std::unique_ptr<Gauge> gauge;
    std::unique_ptr<Histogram> histogram;
    Read read;
  };
  struct Family {
    std::string name;
    std::string help;
    Kind kind;
    std::vector<std::unique_ptr<Series>> series;
  };
  Series& find_or_add(std::string_view name, std::string_view help, Kind kind, const Labels& labels);
  static void render_series(std::string& page, const Family& family, const Series& series);

  const Labels common_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Family>> families_;
};

/// What belongs to the process as a whole: memory, processor, open files, and
/// what its parts add.
Registry& process();

}  // namespace base::metrics
