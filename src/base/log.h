// The log: one event a line on standard output, as JSON or text.
//
//   log::info("task.assigned", {{"task", id}, {"agent", agent}});
//
// An event is a dotted name that stays the same; what varies goes into fields.
// Secrets never go in: that is the caller's duty.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace base::log {

enum class Level { kDebug, kInfo, kWarning, kError };

using Field = std::pair<std::string_view, Json>;
using Fields = std::initializer_list<Field>;

struct Options {
  Level level = Level::kInfo;  ///< quieter events are dropped
  bool json = false;           ///< else text for a person
};

/// May be called again; what was logged before keeps its format.
void configure(const Options& options);
bool enabled(Level level);
/// `debug`, `info`, `warning`, `error`.
std::optional<Level> parse_level(std::string_view name);

/// Hands the event to a writing thread. When that falls 8,192 events behind
/// (nobody reads standard output) the oldest are dropped, so that logging never
/// stops the program. Thread-safe.
void write(Level level, std::string_view event, std::span<const Field> fields);

inline void debug(std::string_view event, Fields fields = {}) { write(Level::kDebug, event, fields); }
inline void info(std::string_view event, Fields fields = {}) { write(Level::kInfo, event, fields); }
inline void warning(std::string_view event, Fields fields = {}) { write(Level::kWarning, event, fields); }
inline void error(std::string_view event, Fields fields = {}) { write(Level::kError, event, fields); }

/// Waits until everything logged so far is written, at most a second.
void flush();

/// How many events were dropped since the start.
std::uint64_t dropped();

/// While it lives, every event of this thread carries the fields too: request
/// id, service, organization. Scopes nest; destroy in reverse order.
class Scope {
 public:
  explicit Scope(Fields fields);
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  std::size_t before_;
};

/// The line an event makes, without line break; `micros` as from now_micros().
std::string format_line(bool json, std::int64_t micros, Level level, std::string_view event,
                        std::span<const Field> fields);

}  // namespace base::log
