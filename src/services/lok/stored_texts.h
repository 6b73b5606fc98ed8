// Lists of texts as columns hold them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace lok {

inline std::string stored_texts(const std::vector<std::string>& texts) {
  return base::Json(base::Json::Array(texts.begin(), texts.end())).dump();
}

inline std::vector<std::string> texts_of(std::string_view stored) {
  std::vector<std::string> texts;
  for (const base::Json& text : base::Json::parse(stored).items()) texts.push_back(text.as_string());
  return texts;
}

}  // namespace lok
