#include "base/json.h"

#define RAPIDJSON_HAS_STDSTRING 1
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/encodedstream.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "base/error.h"

namespace base {
namespace {

// Builds the tree from the reader's events. Finished values wait on a stack
// until their container closes and takes its children from the top.
class TreeBuilder {
 public:
  explicit TreeBuilder(std::size_t max_depth) : max_depth_(max_depth) {}

  bool Null() { return add(Json()); }
  bool Bool(bool value) { return add(Json(value)); }
  bool Int(int value) { return add(Json(value)); }
  bool Uint(unsigned value) { return add(Json(static_cast<std::int64_t>(value))); }
  bool Int64(std::int64_t value) { return add(Json(value)); }
  bool Uint64(std::uint64_t value) { return add(Json(Json::Number{std::to_string(value)})); }
  bool Double(double value) { return add(Json(value)); }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
    return add(Json(Json::Number{std::string(text, length)}));
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    return add(Json(std::string(text, length)));
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    keys_.emplace_back(text, length);
    return true;
  }
  bool StartObject() { return ++depth_ <= max_depth_; }
  bool StartArray() { return ++depth_ <= max_depth_; }
  bool EndArray(rapidjson::SizeType count) {
    --depth_;
    Json::Array items(std::make_move_iterator(values_.end() - count), std::make_move_iterator(values_.end()));
    values_.resize(values_.size() - count);
    return add(Json(std::move(items)));
  }
  bool EndObject(rapidjson::SizeType count) {
    --depth_;
    Json::Object members;
    members.reserve(count);
    const std::size_t first_key = keys_.size() - count;
    const std::size_t first_value = values_.size() - count;
    std::unordered_map<std::string_view, std::size_t> seen;
    for (std::size_t i = 0; i < count; ++i) {
      std::string& key = keys_[first_key + i];
      Json& value = values_[first_value + i];
      if (Json* earlier = find_earlier(members, seen, key)) {
        *earlier = std::move(value);
      } else {
        members.emplace_back(std::move(key), std::move(value));
        if (count > kLinearSearch) seen.emplace(members.back().first, members.size() - 1);
      }
    }
    keys_.resize(first_key);
    values_.resize(first_value);
    return add(Json(std::move(members)));
  }

  bool too_deep() const { return depth_ > max_depth_; }
  Json take() { return std::move(values_.front()); }

 private:
  static constexpr std::size_t kLinearSearch = 16;

  // Small objects are searched, large ones indexed: an object with 100,000
  // keys must not take quadratic time.
  static Json* find_earlier(Json::Object& members,
                            const std::unordered_map<std::string_view, std::size_t>& seen,
                            const std::string& key) {
    if (!seen.empty()) {
      const auto it = seen.find(key);
      return it == seen.end() ? nullptr : &members[it->second].second;
    }
    for (auto& [name, value] : members) {
      if (name == key) return &value;
    }
    return nullptr;
  }

  bool add(Json value) {
    values_.push_back(std::move(value));
    return true;
  }

  std::size_t max_depth_;
  std::size_t depth_ = 0;
  std::vector<Json> values_;
  std::vector<std::string> keys_;
};

std::pair<std::size_t, std::size_t> line_and_column(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const std::size_t line = 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t start = before.rfind('\n');
  return {line, 1 + (start == std::string_view::npos ? before.size() : before.size() - start - 1)};
}

[[noreturn]] void wrong_kind(const char* wanted) {
  throw Error(code::kValidation, "Expected a JSON {}.", wanted);
}

const Json kNull;

}  // namespace

Json::Json(std::int64_t value) : value_(Number{std::to_string(value)}) {}

Json::Json(double value) {
  if (std::isnan(value)) {
    value_ = Number{"NaN"};
  } else if (std::isinf(value)) {
    value_ = Number{value > 0 ? "Infinity" : "-Infinity"};
  } else {
    value_ = Number{python_repr(value)};
  }
}

Json Json::parse(std::string_view text) { return parse(text, Limits{}); }

Json Json::parse(std::string_view text, const Limits& limits) {
  rapidjson::MemoryStream bytes(text.data(), text.size());
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
  rapidjson::Reader reader;
  TreeBuilder builder(limits.depth);
  constexpr unsigned kFlags = rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseNanAndInfFlag |
                              rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, builder);
  if (builder.too_deep()) {
    throw Error(code::kValidation, "The JSON is nested deeper than {} levels.", limits.depth);
  }
  if (result.IsError()) {
    const auto [line, column] = line_and_column(text, result.Offset());
    throw Error(code::kValidation, "Invalid JSON at line {}, column {}: {}", line, column,
                rapidjson::GetParseError_En(result.Code()));
  }
  return builder.take();
}

bool Json::as_bool() const {
  if (const bool* value = std::get_if<bool>(&value_)) return *value;
  wrong_kind("boolean");
}

const std::string& Json::as_string() const {
  if (const std::string* value = std::get_if<std::string>(&value_)) return *value;
  wrong_kind("string");
}

const std::string& Json::number_text() const {
  if (const Number* value = std::get_if<Number>(&value_)) return value->text;
  wrong_kind("number");
}

const Json::Array& Json::items() const {
  if (const Array* value = std::get_if<Array>(&value_)) return *value;
  wrong_kind("array");
}

Json::Array& Json::items() { return const_cast<Array&>(std::as_const(*this).items()); }

const Json::Object& Json::members() const {
  if (const Object* value = std::get_if<Object>(&value_)) return *value;
  wrong_kind("object");
}

Json::Object& Json::members() { return const_cast<Object&>(std::as_const(*this).members()); }

std::optional<std::int64_t> Json::as_int64() const {
  const Number* number = std::get_if<Number>(&value_);
  if (number == nullptr) return std::nullopt;
  const std::string& text = number->text;
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error == std::errc() && end == text.data() + text.size()) return whole;
  const std::optional<double> real = as_double();
  // Beyond 2^53 a double no longer tells neighbouring integers apart.
  constexpr double kExact = 9007199254740992.0;
  if (!real || *real != std::trunc(*real) || std::abs(*real) > kExact) return std::nullopt;
  return static_cast<std::int64_t>(*real);
}

std::optional<double> Json::as_double() const {
  const Number* number = std::get_if<Number>(&value_);
  if (number == nullptr) return std::nullopt;
  const std::string& text = number->text;
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity" || text == "Inf") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity" || text == "-Inf") return -std::numeric_limits<double>::infinity();
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    // from_chars does not tell overflow from underflow; strtod does.
    return std::strtod(text.c_str(), nullptr);
  }
  if (error != std::errc()) return std::nullopt;
  return value;
}

const Json* Json::find(std::string_view key) const {
  const Object* object = std::get_if<Object>(&value_);
  if (object == nullptr) return nullptr;
  for (const auto& [name, value] : *object) {
    if (name == key) return &value;
  }
  return nullptr;
}

Json* Json::find(std::string_view key) { return const_cast<Json*>(std::as_const(*this).find(key)); }

const Json& Json::operator[](std::string_view key) const {
  const Json* value = find(key);
  return value != nullptr ? *value : kNull;
}

Json& Json::set(std::string_view key, Json value) {
  if (is_null()) value_ = Object{};
  if (Json* existing = find(key)) {
    *existing = std::move(value);
    return *existing;
  }
  return members().emplace_back(std::string(key), std::move(value)).second;
}

void Json::erase(std::string_view key) {
  if (!is_object()) return;
  std::erase_if(members(), [&](const Member& member) { return member.first == key; });
}

Json& Json::push_back(Json value) {
  if (is_null()) value_ = Array{};
  return items().emplace_back(std::move(value));
}

std::string Json::dump() const {
  std::string out;
  dump_to(out);
  return out;
}

void Json::dump_to(std::string& out) const {
  if (is_null()) {
    out += "null";
  } else if (const bool* flag = std::get_if<bool>(&value_)) {
    out += *flag ? "true" : "false";
  } else if (const Number* number = std::get_if<Number>(&value_)) {
    out += number->text;
  } else if (const std::string* text = std::get_if<std::string>(&value_)) {
    append_json_string(out, *text);
  } else if (const Array* array = std::get_if<Array>(&value_)) {
    out += '[';
    bool first = true;
    for (const Json& item : *array) {
      if (!std::exchange(first, false)) out += ',';
      item.dump_to(out);
    }
    out += ']';
  } else {
    out += '{';
    bool first = true;
    for (const auto& [key, value] : std::get<Object>(value_)) {
      if (!std::exchange(first, false)) out += ',';
      append_json_string(out, key);
      out += ':';
      value.dump_to(out);
    }
    out += '}';
  }
}

namespace {

// Python has one integer type without bounds and doubles, told apart by the
// spelling: digits only make an integer.
bool is_integer_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '-' || (c >= '0' && c <= '9'); });
}

bool same_number(const Json& a, const Json& b) {
  const std::string& left = a.number_text();
  const std::string& right = b.number_text();
  if (left == right) return left != "NaN";
  if (is_integer_text(left) && is_integer_text(right)) return false;
  return a.as_double() == b.as_double();
}

}  // namespace

bool operator==(const Json& a, const Json& b) {
  if (a.value_.index() != b.value_.index()) return false;
  if (a.is_number()) return same_number(a, b);
  if (a.is_object()) {
    if (a.members().size() != b.members().size()) return false;
    return std::all_of(a.members().begin(), a.members().end(), [&](const Json::Member& member) {
      const Json* other = b.find(member.first);
      return other != nullptr && *other == member.second;
    });
  }
  if (a.is_array()) return a.items() == b.items();
  if (a.is_string()) return a.as_string() == b.as_string();
  if (a.is_bool()) return a.as_bool() == b.as_bool();
  return true;
}

std::string python_repr(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::array<char, 40> buffer{};
  // Python switches to an exponent below 1e-4 and from 1e16 on.
  const double size = std::abs(value);
  const bool scientific = value != 0 && (size < 1e-4 || size >= 1e16);
  const auto format = scientific ? std::chars_format::scientific : std::chars_format::fixed;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format);
  std::string text(buffer.data(), end);
  if (error != std::errc()) throw Error(code::kInternal, std::string("A number does not fit its buffer."));
  if (!scientific && text.find('.') == std::string::npos) text += ".0";
  return text;
}

namespace {

void append_escaped(std::string& out, std::string_view text, bool ascii_only) {
  static constexpr char kHex[] = "0123456789abcdef";
  const auto unicode = [&](unsigned unit) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(unit >> shift) & 0xF];
  };
  out += '"';
  std::size_t copied = 0;  // characters that need nothing are copied in runs
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    // Python's ensure_ascii also escapes DEL.
    if (c >= 0x20 && c != '"' && c != '\\' && (c < 0x7F || !ascii_only)) continue;
    out.append(text, copied, i - copied);
    copied = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (c < 0x80) {
          unicode(c);
        } else {
          const unsigned length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
          unsigned point = c & (0xFF >> (length + 1));
          for (unsigned k = 1; k < length && i + k < text.size(); ++k) {
            point = (point << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3F);
          }
          i += length - 1;
          copied = i + 1;
          if (point >= 0x10000) {
            unicode(0xD800 + ((point - 0x10000) >> 10));
            unicode(0xDC00 + ((point - 0x10000) & 0x3FF));
          } else {
            unicode(point);
          }
        }
    }
  }
  if (copied < text.size()) out.append(text, copied, text.size() - copied);
  out += '"';
}

void append_python_number(std::string& out, const Json& number) {
  const std::string& text = number.number_text();
  if (is_integer_text(text)) {
    out += text == "-0" ? "0" : text;
  } else if (text == "NaN" || text == "Infinity" || text == "-Infinity") {
    out += text;
  } else {
    const double value = number.as_double().value_or(0);
    if (std::isinf(value)) {
      out += value > 0 ? "Infinity" : "-Infinity";
    } else {
      out += python_repr(value);
    }
  }
}

void append_python(std::string& out, const Json& value, PythonStyle style) {
  const std::string_view comma = style.spaces ? ", " : ",";
  const std::string_view colon = style.spaces ? ": " : ":";
  if (value.is_number()) {
    append_python_number(out, value);
  } else if (value.is_string()) {
    append_escaped(out, value.as_string(), style.ascii_only);
  } else if (value.is_array()) {
    out += '[';
    bool first = true;
    for (const Json& item : value.items()) {
      if (!std::exchange(first, false)) out += comma;
      append_python(out, item, style);
    }
    out += ']';
  } else if (value.is_object()) {
    std::vector<const Json::Member*> sorted;
    for (const auto& member : value.members()) sorted.push_back(&member);
    // UTF-8 bytes sort as code points do.
    std::sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return a->first < b->first; });
    out += '{';
    bool first = true;
    for (const Json::Member* member : sorted) {
      if (!std::exchange(first, false)) out += comma;
      append_escaped(out, member->first, style.ascii_only);
      out += colon;
      append_python(out, member->second, style);
    }
    out += '}';
  } else {
    value.dump_to(out);
  }
}

}  // namespace

std::string dump_like_python(const Json& value, PythonStyle style) {
  std::string out;
  append_python(out, value, style);
  return out;
}

void append_json_string(std::string& out, std::string_view text) { append_escaped(out, text, false); }

}  // namespace base
