#include "base/yaml_text.h"

#include <set>
#include <string_view>

#include "base/text.h"

namespace base {
namespace {

void append_literal(std::string& out, const std::string& text, std::size_t indent) {
  out += "|\n";
  std::string_view rest = text;
  if (rest.ends_with('\n')) rest.remove_suffix(1);
  for (const std::string_view line : split(rest, '\n')) {
    out.append(indent, ' ');
    out += line;
    out += '\n';
  }
}

// A literal block keeps a text as it is only if no line could be taken for its indentation or its end.
bool reads_as_literal(std::string_view text) {
  if (!text.ends_with('\n')) return false;
  text.remove_suffix(1);
  for (const std::string_view line : split(text, '\n')) {
    if (line.empty() || line.front() == ' ') return false;
    for (const char c : line) {
      if (c < ' ' || c == 0x7F) return false;
    }
  }
  return true;
}

// Plain where YAML cannot take it for anything else: a name of ours. What others chose is quoted.
void append_key(std::string& out, const std::string& key) {
  static const std::set<std::string_view> kWords{"y", "n", "no", "on", "off", "yes", "null", "true", "false"};
  const bool plain = !key.empty() && !kWords.contains(key) &&
                     key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
  if (plain) {
    out += key;
  } else {
    append_json_string(out, key);
  }
}

bool is_block(const Json& value) {
  return (value.is_object() && !value.members().empty()) || (value.is_array() && !value.items().empty());
}

// JSON's scalars and empty containers are YAML as they are.
void append_scalar(std::string& out, const Json& value, std::size_t indent) {
  if (value.is_string() && reads_as_literal(value.as_string())) {
    append_literal(out, value.as_string(), indent);
    return;
  }
  value.dump_to(out);
  out += '\n';
}

// `first_line` is where the first key of a list's element goes: behind its dash.
void append_block(std::string& out, const Json& value, std::size_t indent, bool first_line) {
  const auto begin_line = [&] {
    if (!first_line) out.append(indent, ' ');
    first_line = false;
  };
  if (value.is_array()) {
    for (const Json& item : value.items()) {
      begin_line();
      out += "- ";
      if (is_block(item)) {
        append_block(out, item, indent + 2, true);
      } else {
        append_scalar(out, item, indent + 2);
      }
    }
    return;
  }
  for (const auto& [key, member] : value.members()) {
    begin_line();
    append_key(out, key);
    out += ':';
    if (is_block(member)) {
      out += '\n';
      append_block(out, member, indent + 2, false);
    } else {
      out += ' ';
      append_scalar(out, member, indent + 2);
    }
  }
}

}  // namespace

std::string yaml_text(const Json& document) {
  std::string out;
  append_block(out, document, 0, false);
  return out;
}

}  // namespace base
