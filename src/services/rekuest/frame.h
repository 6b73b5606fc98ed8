// Frames between agents and the server: one JSON object each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace rekuest {

/// `{"id":"<uuid>","type":type, ...members}` as text.
std::string frame(std::string_view type, const base::Json::Object& members = {});

/// A frame with members that are JSON text already.
class FrameText {
 public:
  explicit FrameText(std::string_view type, std::size_t expected = 128);
  FrameText& text(std::string_view name, std::string_view value);
  FrameText& text_or_null(std::string_view name, const std::optional<std::string>& value);
  FrameText& raw(std::string_view name, std::string_view json);
  std::string finish();

 private:
  std::string text_;
};

/// A text member of a frame from an agent, without any U+0000 (databases hold
/// none, and a report must not be lost for one); nullopt if it is no text.
std::optional<std::string> text_member(const base::Json& frame, std::string_view name);

/// Seconds since 1970 as microseconds; nullopt if the member is no time that can
/// be printed.
std::optional<std::int64_t> micros_member(const base::Json& frame, std::string_view name);

/// Clients drop larger messages together with the connection.
inline constexpr std::size_t kMaxFrameToAgent = 1024 * 1024;

}  // namespace rekuest
