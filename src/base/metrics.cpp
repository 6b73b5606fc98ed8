#include "base/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace base::metrics {
namespace {

// Prometheus' escapes: backslash and line break everywhere, quotes in labels.
std::string escaped(std::string_view text, bool quotes) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
  return out;
}

std::string render_labels(const Labels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    if (!out.empty()) out += ',';
    out += fmt::format("{}=\"{}\"", name, escaped(value, true));
  }
  return out;
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

void append_line(std::string& page, std::string_view name, std::string_view labels, std::string_view value) {
  page += name;
  if (!labels.empty()) page += fmt::format("{{{}}}", labels);
  page += fmt::format(" {}\n", value);
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), buckets_(bounds_.size() + 1) {}

void Histogram::observe(double value) {
  const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
  buckets_[static_cast<std::size_t>(bound - bounds_.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

std::vector<double> duration_bounds() {
  return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

Registry::Series& Registry::find_or_add(std::string_view name, std::string_view help, Kind kind,
                                        const Labels& labels) {
  auto family = std::ranges::find(families_, name, [](const auto& each) { return each->name; });
  if (family == families_.end()) {
    families_.push_back(std::make_unique<Family>(Family{std::string(name), std::string(help), kind, {}}));
    family = std::prev(families_.end());
  }
  if ((*family)->kind != kind) throw Error(code::kInternal, "The metric '{}' has two kinds.", name);
  Labels all = common_;
  all.insert(all.end(), labels.begin(), labels.end());
  const std::string rendered = render_labels(all);
  for (const auto& series : (*family)->series) {
    if (series->labels == rendered) return *series;
  }
  return *(*family)->series.emplace_back(std::make_unique<Series>(Series{rendered, {}, {}, {}, {}}));
}

Counter& Registry::counter(std::string_view name, std::string_view help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  Series& series = find_or_add(name, help, Kind::kCounter, labels);
  if (!series.counter) series.counter = std::make_unique<Counter>();
  return *series.counter;
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  Series& series = find_or_add(name, help, Kind::kGauge, labels);
  if (!series.gauge) series.gauge = std::make_unique<Gauge>();
  return *series.gauge;
}

void Registry::gauge(std::string_view name, std::string_view help, const Labels& labels, Read read) {
  const std::lock_guard lock(mutex_);
  find_or_add(name, help, Kind::kGauge, labels).read = std::move(read);
}

void Registry::counter(std::string_view name, std::string_view help, const Labels& labels, Read read) {
  const std::lock_guard lock(mutex_);
  find_or_add(name, help, Kind::kCounter, labels).read = std::move(read);
}

Histogram& Registry::histogram(std::string_view name, std::string_view help, std::vector<double> bounds,
                               const Labels& labels) {
  const std::lock_guard lock(mutex_);
  Series& series = find_or_add(name, help, Kind::kHistogram, labels);
  if (!series.histogram) series.histogram = std::make_unique<Histogram>(std::move(bounds));
  return *series.histogram;
}

void Registry::render_series(std::string& page, const Family& family, const Series& series) {
  if (series.read) {
    append_line(page, family.name, series.labels, number(series.read()));
  } else if (series.counter) {
    append_line(page, family.name, series.labels, fmt::to_string(series.counter->value()));
  } else if (series.gauge) {
    append_line(page, family.name, series.labels, fmt::to_string(series.gauge->value()));
  }
  if (!series.histogram) return;
  const Histogram& histogram = *series.histogram;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i <= histogram.bounds().size(); ++i) {
    total += histogram.bucket(i);
    const std::string bound = i < histogram.bounds().size() ? number(histogram.bounds()[i]) : "+Inf";
    const std::string comma = series.labels.empty() ? "" : ",";
    append_line(page, family.name + "_bucket", fmt::format("{}{}le=\"{}\"", series.labels, comma, bound),
                fmt::to_string(total));
  }
  append_line(page, family.name + "_sum", series.labels, number(histogram.sum()));
  append_line(page, family.name + "_count", series.labels, fmt::to_string(total));
}

std::string Registry::render() const {
  static constexpr std::string_view kKinds[] = {"counter", "gauge", "histogram"};
  const std::lock_guard lock(mutex_);
  std::string page;
  for (const auto& family : families_) {
    page += fmt::format("# HELP {} {}\n# TYPE {} {}\n", family->name, escaped(family->help, false),
                        family->name, kKinds[static_cast<std::size_t>(family->kind)]);
    for (const auto& series : family->series) render_series(page, *family, *series);
  }
  return page;
}

}  // namespace base::metrics
