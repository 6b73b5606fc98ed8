#include "services/rekuest/mirror.h"

#include <algorithm>
#include <array>

#include "services/rekuest/frame.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

using base::Json;

bool is_mirrored(const NewEvent& event) {
  static constexpr std::array<std::string_view, 5> kUnmirrored{"EFFECT", "DECIDED", "INFORM", "UNASSIGN",
                                                               "LATE_REPORT"};
  return !event.aside && std::find(kUnmirrored.begin(), kUnmirrored.end(), event.kind) == kUnmirrored.end();
}

void add_members(FrameText& frame, const NewEvent& event) {
  const std::string& kind = event.kind;
  const auto member_of_value = [&](std::string_view name) {
    frame.raw(name, sql::parsed_or_null(event.value)[name].dump());
  };
  if (kind == "PROGRESS") frame.raw("progress", sql::json_or_null(event.progress).dump());
  if (kind == "PROGRESS" || kind == "LOG") frame.text_or_null("message", event.message);
  if (kind == "LOG") frame.text("level", event.level);
  if (kind == "YIELD") frame.raw("returns", event.returns ? *event.returns : "null");
  if (kind == "FAILED" || kind == "CRITICAL") frame.text("error", event.message.value_or(""));
  if (kind == "FAILED") member_of_value("code");
  if (kind == "HELD") member_of_value("prompt");
  if (kind == "DENIED") member_of_value("answer");
  if (kind == "LOST") {
    for (const char* name : {"started", "last_progress", "effects", "reason"}) member_of_value(name);
  }
}

}  // namespace

std::optional<std::string> mirror_frame(const StoredEvent& stored) {
  return mirror_frame(stored.event, std::to_string(stored.task), stored.id);
}

std::optional<std::string> mirror_frame(const NewEvent& event, const std::string& call, std::int64_t seq) {
  if (!is_mirrored(event)) return std::nullopt;
  FrameText frame(event.kind + "_EVENT", event.returns ? event.returns->size() + 256 : 256);
  frame.text("task", call).text("event", std::to_string(seq)).raw("seq", std::to_string(seq));
  add_members(frame, event);
  return frame.finish();
}

std::string assign_response(const std::string& request, const std::string& reference, std::int64_t task,
                            bool created) {
  return frame("ASSIGN_RESPONSE", {{"request", request},
                                   {"reference", reference},
                                   {"task", std::to_string(task)},
                                   {"created", created},
                                   {"error", nullptr}});
}

}  // namespace rekuest
