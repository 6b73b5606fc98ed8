#include "base/log.h"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "base/clock.h"
#include "base/text.h"

namespace base::log {
namespace {

constexpr std::size_t kQueue = 8192;

// Lines arrive finished; spdlog gives the queue and the writing thread.
struct Output {
  Output() {
    auto sink = std::make_shared<spdlog::sinks::stdout_sink_mt>();
    sink->set_pattern("%v");
    logger = std::make_shared<spdlog::async_logger>("arkitektd", std::move(sink), threads,
                                                    spdlog::async_overflow_policy::overrun_oldest);
    logger->set_level(spdlog::level::trace);
    // Readers of a pipe want each line when it happens; only the writing thread pays.
    logger->flush_on(spdlog::level::trace);
  }

  std::shared_ptr<spdlog::details::thread_pool> threads =
      std::make_shared<spdlog::details::thread_pool>(kQueue, 1);
  std::shared_ptr<spdlog::async_logger> logger;
  std::atomic<Level> level = Level::kInfo;
  std::atomic<bool> json = false;
};

Output& output() {
  static Output instance;
  return instance;
}

using OwnedField = std::pair<std::string, Json>;

std::vector<OwnedField>& scope_fields() {
  thread_local std::vector<OwnedField> fields;
  return fields;
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      return "error";
  }
  return "error";
}

// In text, a plain word is shown as it is; anything that could be mistaken for
// another field or line is shown as JSON.
void append_text_value(std::string& line, const Json& value) {
  if (value.is_string()) {
    const std::string& text = value.as_string();
    const auto plain = [](char c) {
      return static_cast<unsigned char>(c) > ' ' && c != '"' && c != '=' && c != 0x7F;
    };
    bool all_plain = !text.empty();
    for (const char c : text) all_plain = all_plain && plain(c);
    if (all_plain) {
      line += text;
      return;
    }
  }
  value.dump_to(line);
}

// A broken byte in a field must not break the line's reader.
std::string printable(std::string_view text) {
  if (is_valid_utf8(text)) return std::string(text);
  std::string escaped;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x80) {
      escaped += c;
    } else {
      escaped += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return escaped;
}

Json printable_value(const Json& value) {
  if (value.is_string() && !is_valid_utf8(value.as_string())) return Json(printable(value.as_string()));
  return value;
}

}  // namespace

void configure(const Options& options) {
  output().level = options.level;
  output().json = options.json;
}

bool enabled(Level level) { return level >= output().level.load(std::memory_order_relaxed); }

std::optional<Level> parse_level(std::string_view name) {
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError}) {
    if (name == name_of(level)) return level;
  }
  return std::nullopt;
}

std::string format_line(bool json, std::int64_t micros, Level level, std::string_view event,
                        std::span<const Field> fields) {
  std::string line;
  if (json) {
    line += R"({"time":")" + format_datetime(micros) + R"(","level":")";
    line += name_of(level);
    line += R"(","event":)";
    append_json_string(line, printable(event));
    for (const auto& [name, value] : fields) {
      line += ',';
      append_json_string(line, printable(name));
      line += ':';
      printable_value(value).dump_to(line);
    }
    line += '}';
    return line;
  }
  line += fmt::format("{} {:<7} {}", format_datetime(micros).substr(0, 19), name_of(level), printable(event));
  for (const auto& [name, value] : fields) {
    line += ' ';
    line += printable(name);
    line += '=';
    append_text_value(line, printable_value(value));
  }
  return line;
}

void write(Level level, std::string_view event, std::span<const Field> fields) {
  if (!enabled(level)) return;
  std::vector<Field> all;
  all.reserve(fields.size() + scope_fields().size());
  all.insert(all.end(), fields.begin(), fields.end());
  for (const auto& [name, value] : scope_fields()) all.emplace_back(name, value);
  Output& out = output();
  const std::string line = format_line(out.json, now_micros(), level, event, all);
  out.logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

void flush() {
  Output& out = output();
  out.logger->flush();
  const std::int64_t deadline = monotonic_micros() + 1'000'000;
  while (out.threads->queue_size() > 0 && monotonic_micros() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

std::uint64_t dropped() { return output().threads->overrun_counter(); }

Scope::Scope(Fields fields) : before_(scope_fields().size()) {
  for (const auto& [name, value] : fields) scope_fields().emplace_back(std::string(name), value);
}

Scope::~Scope() { scope_fields().resize(before_); }

}  // namespace base::log
