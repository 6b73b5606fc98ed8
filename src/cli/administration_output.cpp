#include "cli/administration_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace cli {
namespace {

using base::Json;

// What others wrote must not steer the terminal.
std::string printable(std::string text) {
  std::ranges::replace_if(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return text;
}

/// One cell: lists of objects by their first members.
std::string cell(const Json& value) {
  if (value.is_null()) return "-";
  if (value.is_string()) return value.as_string().empty() ? "-" : printable(value.as_string());
  if (value.is_bool()) return value.as_bool() ? "yes" : "no";
  if (value.is_array()) {
    std::vector<std::string> all;
    for (const Json& each : value.items()) {
      all.push_back(each.is_object() && !each.members().empty() ? cell(each.members().front().second)
                                                                : cell(each));
    }
    return all.empty() ? "-" : base::join(all, ", ");
  }
  return printable(value.dump());
}

void print_object(const Json& object) {
  std::size_t width = 0;
  for (const auto& [name, value] : object.members()) width = std::max(width, name.size());
  for (const auto& [name, value] : object.members()) {
    if (value.is_object()) {
      print_object(value);
    } else {
      fmt::print("{:<{}}  {}\n", name, width, cell(value));
    }
  }
}

void print_table(const Json::Array& rows) {
  if (rows.empty()) {
    fmt::print("There are none.\n");
    return;
  }
  const auto& columns = rows.front().members();
  std::vector<std::size_t> widths;
  for (const auto& [name, value] : columns) {
    std::size_t width = name.size();
    for (const Json& row : rows) width = std::max(width, cell(row[name]).size());
    widths.push_back(width);
  }
  std::string line;
  const auto print_line = [&](const auto& text_of) {
    line.clear();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      line += fmt::format("{:<{}}  ", text_of(columns[i].first), widths[i]);
    }
    fmt::print("{}\n", line.substr(0, line.find_last_not_of(' ') + 1));
  };
  print_line([](const std::string& name) { return name; });
  for (const Json& row : rows) print_line([&](const std::string& name) { return cell(row[name]); });
}

}  // namespace

void print_result(const Json& result) {
  if (result.is_array()) {
    print_table(result.items());
  } else {
    print_object(result);
  }
}

}  // namespace cli
