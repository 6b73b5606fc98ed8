#include "services/lok/yaml_text.h"

#include "base/text.h"

namespace lok {
namespace {

using base::Json;

void append_literal(std::string& out, const std::string& text, std::size_t indent) {
  out += "|\n";
  std::string_view rest = text;
  if (rest.ends_with('\n')) rest.remove_suffix(1);
  for (const std::string_view line : base::split(rest, '\n')) {
    out.append(indent, ' ');
    out += line;
    out += '\n';
  }
}

bool is_block(const Json& value) {
  return (value.is_object() && !value.members().empty()) || (value.is_array() && !value.items().empty());
}

// JSON's scalars and empty containers are YAML as they are.
void append_scalar(std::string& out, const Json& value, std::size_t indent) {
  if (value.is_string() && value.as_string().ends_with('\n')) {
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
    out += key + ":";
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

}  // namespace lok
