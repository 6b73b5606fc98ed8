#include "graphql/schema/inspect.h"

#include <fmt/format.h>

#include <algorithm>

#include "graphql/language/utf8.h"

namespace graphql {
namespace {

constexpr std::size_t kMaxText = 240;
constexpr std::size_t kMaxItems = 10;
constexpr std::size_t kMaxDepth = 3;

void append_string(std::string& out, std::string_view text) {
  const bool holds_single = text.find('\'') != std::string_view::npos;
  const char quote = holds_single && text.find('"') == std::string_view::npos ? '"' : '\'';
  std::size_t end = std::min(text.size(), kMaxText);
  while (end < text.size() && end > 0 && is_continuation_byte(text[end])) --end;
  out += quote;
  for (const char c : text.substr(0, end)) {
    switch (c) {
      case '\n':
        out += "\\n";
        continue;
      case '\r':
        out += "\\r";
        continue;
      case '\t':
        out += "\\t";
        continue;
      case '\\':
        out += "\\\\";
        continue;
      default:
        break;
    }
    if (c == quote) out += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  if (end < text.size()) out += "...";
  out += quote;
}

std::string number_text(const std::string& lexeme) {
  if (lexeme == "NaN") return "nan";
  if (lexeme == "Infinity") return "inf";
  if (lexeme == "-Infinity") return "-inf";
  return lexeme.substr(0, kMaxText);
}

void append_value(std::string& out, const base::Json& value, std::size_t depth) {
  if (value.is_null()) {
    out += "None";
  } else if (value.is_bool()) {
    out += value.as_bool() ? "True" : "False";
  } else if (value.is_number()) {
    out += number_text(value.number_text());
  } else if (value.is_string()) {
    append_string(out, value.as_string());
  } else if (value.is_array()) {
    const base::Json::Array& items = value.items();
    out += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out += ", ";
      if (i == kMaxItems || depth == kMaxDepth) {
        out += "...";
        break;
      }
      append_value(out, items[i], depth + 1);
    }
    out += ']';
  } else {
    const base::Json::Object& members = value.members();
    out += '{';
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i > 0) out += ", ";
      if (i == kMaxItems || depth == kMaxDepth) {
        out += "...";
        break;
      }
      append_string(out, members[i].first);
      out += ": ";
      append_value(out, members[i].second, depth + 1);
    }
    out += '}';
  }
}

}  // namespace

std::string inspect(const base::Json& value) {
  std::string out;
  append_value(out, value, 0);
  return out;
}

}  // namespace graphql
