// The figures of the process, by the names that Prometheus' own clients use.
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iterator>

#include "base/clock.h"
#include "base/metrics.h"

namespace base::metrics {
namespace {

constexpr double kMicros = 1e6;
const double kStart = static_cast<double>(now_micros()) / kMicros;

double resident_bytes() {
  // The second number: resident pages.
  std::FILE* file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  unsigned long pages = 0;
  const int found = std::fscanf(file, "%*u %lu", &pages);
  std::fclose(file);
  return found == 1 ? static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE)) : 0;
}

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / kMicros;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double open_files() {
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  return error ? 0 : static_cast<double>(std::distance(begin(files), end(files)));
}

Registry* make_process() {
  auto* registry = new Registry;
  registry->gauge("process_resident_memory_bytes", "Memory of the process.", {}, resident_bytes);
  registry->counter("process_cpu_seconds_total", "Processor time of the process.", {}, processor_seconds);
  registry->gauge("process_open_fds", "Open files and sockets of the process.", {}, open_files);
  registry->gauge("process_start_time_seconds", "When the process began, as Unix time.", {},
                  [] { return kStart; });
  return registry;
}

}  // namespace

// Never destroyed: threads may count until the very end.
Registry& process() {
  static Registry& registry = *make_process();
  return registry;
}

}  // namespace base::metrics
