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

}  // namespace rekuest
