#include "services/lok/media/content_type.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace lok {
namespace {

constexpr std::size_t kLongest = 255;
constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kEndings{{
    {"apng", "image/apng"},
    {"avif", "image/avif"},
    {"bmp", "image/bmp"},
    {"gif", "image/gif"},
    {"heic", "image/heic"},
    {"ico", "image/vnd.microsoft.icon"},
    {"jpe", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"svg", "image/svg+xml"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"webp", "image/webp"},
}};

}  // namespace

std::string content_type_of(std::string_view file_name) {
  const std::size_t dot = file_name.find_last_of("./");
  if (dot == std::string_view::npos || file_name[dot] != '.') return "application/octet-stream";
  const std::string ending = base::fold_case(file_name.substr(dot + 1));
  const auto known = std::ranges::find(kEndings, ending, [](const auto& entry) { return entry.first; });
  return std::string(known == kEndings.end() ? "application/octet-stream" : known->second);
}

bool is_content_type(std::string_view text) {
  const std::size_t slash = text.find('/');
  return text.size() <= kLongest && slash != std::string_view::npos && slash > 0 && slash + 1 < text.size() &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace lok
