// The response as text, in document order.
#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "graphql/execution/execution.h"

namespace graphql {
namespace {

void append_integer(std::string& out, std::int64_t value) {
  const fmt::format_int text(value);
  out.append(text.data(), text.size());
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  out += text;
  out += '"';
}

constexpr std::string_view kDataKey = "{\"data\":";

void append_error(std::string& out, const ResponseError& error) {
  if (out.back() != '[') out += ',';
  error.to_json().dump_to(out);
}

}  // namespace

Response error_response(const std::vector<ResponseError>& errors) {
  Response response;
  response.has_errors = true;
  response.json = "{\"data\":null,\"errors\":[";
  for (const ResponseError& error : errors) append_error(response.json, error);
  response.json += "]}";
  return response;
}

Response error_response(const std::exception& error) {
  return error_response(std::vector<ResponseError>{ResponseError::from(error)});
}

Response Execution::finish() {
  if (text_.empty()) write_data();
  Response response;
  response.has_errors = !errors_.empty();
  response.json = std::move(text_);
  if (response.has_errors) {
    response.json += ",\"errors\":[";
    errors_.for_each([&](const ResponseError& error) { append_error(response.json, error); });
    response.json += ']';
  }
  response.json += '}';
  return response;
}

// Field by field, so that a list in slices is written where it stands.
void Execution::write_data() {
  text_.reserve(1024);
  text_ = kDataKey;
  text_ += '{';
  bool first = true;
  for (std::size_t i = 0; i < root_.fields.size(); ++i) {
    if (!root_.fields[i].selected) continue;
    if (!std::exchange(first, false)) text_ += ',';
    if (is_sliced(i)) {
      text_ += root_.selection->fields[i].key_json;
      write_sliced(i);
    } else {
      complete_field(root_, i);
      write_field(root_, i, 0);
    }
  }
  text_ += '}';
  if (root_.nulled[0] != 0) {
    text_ = kDataKey;
    text_ += "null";
  }
}

void Execution::write_object(const Group& group, std::size_t object) {
  if (text_.capacity() > text_held_) hold_text(0);
  text_ += '{';
  bool first = true;
  for (std::size_t i = 0; i < group.fields.size(); ++i) {
    if (!group.fields[i].selected) continue;
    if (!std::exchange(first, false)) text_ += ',';
    write_field(group, i, object);
  }
  text_ += '}';
}

void Execution::write_field(const Group& group, std::size_t field, std::size_t object) {
  const FieldRun& run = group.fields[field];
  const PlanField& plan = group.selection->fields[field];
  text_ += plan.key_json;
  if (plan.field == nullptr) {
    append_quoted(text_, group.selection->type->name);
  } else {
    write_cell(run, run.out.cells_[object], *plan.field->type->named);
  }
}

void Execution::write_cell(const FieldRun& run, const Cell& cell, const NamedType& type) {
  switch (cell.kind) {
    case Cell::Kind::kNull:
    case Cell::Kind::kError:
      text_ += "null";
      break;
    case Cell::Kind::kBool:
      text_ += cell.boolean ? "true" : "false";
      break;
    case Cell::Kind::kInt:
      // Ids are strings on the wire, times are kept as microseconds.
      if (type.name == "ID") {
        append_quoted(text_, fmt::format_int(cell.integer).c_str());
      } else if (type.name == "DateTime") {
        append_quoted(text_, base::format_datetime(cell.integer));
      } else {
        append_integer(text_, cell.integer);
      }
      break;
    case Cell::Kind::kDouble:
      text_ += std::isfinite(cell.real) ? base::python_repr(cell.real) : "null";
      break;
    case Cell::Kind::kString:
      base::append_json_string(text_, cell.view());
      break;
    case Cell::Kind::kRaw:
      text_ += cell.view();
      break;
    case Cell::Kind::kJson:
      cell.json->dump_to(text_);
      break;
    case Cell::Kind::kObject: {
      const auto [child, place] = run.object_at[cell.index];
      write_object(*run.groups[child], place);
      break;
    }
    case Cell::Kind::kList:
      text_ += '[';
      for (std::uint32_t i = 0; i < cell.count; ++i) {
        if (i != 0) text_ += ',';
        write_cell(run, run.out.items_[cell.index + i], type);
      }
      text_ += ']';
      break;
  }
}

}  // namespace graphql
