#include "services/rekuest/frame.h"

#include <utility>

#include "base/random.h"

namespace rekuest {

FrameText::FrameText(std::string_view type, std::size_t expected) {
  text_.reserve(expected);
  text_.append("{\"id\":\"").append(base::uuid4()).append("\",\"type\":\"").append(type) += '"';
}

FrameText& FrameText::raw(std::string_view name, std::string_view json) {
  text_ += ',';
  base::append_json_string(text_, name);
  text_ += ':';
  text_ += json;
  return *this;
}

FrameText& FrameText::text(std::string_view name, std::string_view value) {
  raw(name, "");
  base::append_json_string(text_, value);
  return *this;
}

FrameText& FrameText::text_or_null(std::string_view name, const std::optional<std::string>& value) {
  return value ? text(name, std::string_view(*value)) : raw(name, "null");
}

std::string FrameText::finish() {
  text_ += '}';
  return std::move(text_);
}

std::string frame(std::string_view type, const base::Json::Object& members) {
  FrameText text(type);
  for (const auto& [name, value] : members) text.raw(name, value.dump());
  return text.finish();
}

std::optional<std::string> text_member(const base::Json& frame, std::string_view name) {
  const base::Json& value = frame[name];
  if (!value.is_string()) return std::nullopt;
  std::string text = value.as_string();
  std::erase(text, '\0');
  return text;
}

std::optional<std::int64_t> micros_member(const base::Json& frame, std::string_view name) {
  constexpr double kYear10000 = 253'402'300'800.0;
  const auto seconds = frame[name].as_double();
  if (!seconds || !(*seconds >= 0 && *seconds < kYear10000)) return std::nullopt;
  return static_cast<std::int64_t>(*seconds * 1e6);
}

}  // namespace rekuest
