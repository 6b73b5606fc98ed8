#include "services/rekuest/frame.h"

#include "base/random.h"

namespace rekuest {

std::string frame(std::string_view type, const base::Json::Object& members) {
  std::string text = "{\"id\":\"" + base::uuid4() + "\",\"type\":\"";
  text += type;
  text += '"';
  for (const auto& [name, value] : members) {
    text += ',';
    base::append_json_string(text, name);
    text += ':';
    value.dump_to(text);
  }
  text += '}';
  return text;
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
