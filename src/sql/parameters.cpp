#include "sql/parameters.h"

#include <charconv>
#include <cmath>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

namespace sql {
namespace {

using base::Error;

void check_text(std::string_view text) {
  if (base::contains_nul(text)) {
    throw Error(base::code::kValidation, "Text with the character U+0000 cannot be stored. Remove it.");
  }
  if (!base::is_valid_utf8(text)) {
    throw Error(base::code::kValidation,
                "Text that is not valid UTF-8 cannot be stored. Encode it as UTF-8.");
  }
}

void append_number(std::string& out, std::int64_t number) {
  char digits[24];
  const auto [end, error] = std::to_chars(std::begin(digits), std::end(digits), number);
  out.append(digits, end);
}

std::string numbers_between(char open, const Ids& ids, char close) {
  std::string out(1, open);
  out.reserve(2 + ids.values.size() * 8);
  for (const std::int64_t id : ids.values) {
    if (out.size() > 1) out += ',';
    append_number(out, id);
  }
  out += close;
  return out;
}

}  // namespace

void check_parameters(std::span<const Value> parameters) {
  for (const Value& parameter : parameters) {
    if (const auto* text = std::get_if<std::string>(&parameter)) {
      check_text(*text);
    } else if (const auto* texts = std::get_if<Texts>(&parameter)) {
      for (const std::string& text_of_many : texts->values) check_text(text_of_many);
    } else if (const auto* real = std::get_if<double>(&parameter); real != nullptr && std::isnan(*real)) {
      throw Error(base::code::kValidation, "NaN cannot be stored as a number. Leave the value out instead.");
    }
  }
}

std::string json_array(const Ids& ids) { return numbers_between('[', ids, ']'); }
std::string array_literal(const Ids& ids) { return numbers_between('{', ids, '}'); }

std::string json_array(const Texts& texts) {
  std::string out = "[";
  for (const std::string& text : texts.values) {
    if (out.size() > 1) out += ',';
    base::append_json_string(out, text);
  }
  out += ']';
  return out;
}

std::string array_literal(const Texts& texts) {
  std::string out = "{";
  for (const std::string& text : texts.values) {
    if (out.size() > 1) out += ',';
    out += '"';
    for (const char c : text) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += '"';
  }
  out += '}';
  return out;
}

}  // namespace sql
