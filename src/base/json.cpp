#include "base/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <unordered_map>

#include "base/error.h"
#include "base/json_reader.h"

namespace base {
namespace {

// Builds the tree from the reader's events. Finished values wait on a stack
// until their container closes and takes its children from the top.
class TreeBuilder {
 public:
  explicit TreeBuilder(std::size_t max_depth) : max_depth_(max_depth) {}

  bool Null() { return add(Json()); }
  bool Bool(bool value) { return add(Json(value)); }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
    Json::Number number{std::string(text, length)};
    // The reader also takes `Inf`, `-NaN`, `NaN.5` and the like, which nobody else reads.
    if (number.text.find_first_of("NI") < 2 && number.text != "NaN" && number.text != "Infinity" &&
        number.text != "-Infinity") {
      return refuse("A number is misspelled.");
    }
    return add(Json(std::move(number)));
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    if (has_surrogate({text, length})) return refuse("A string contains half of a surrogate pair.");
    return add(Json(std::string(text, length)));
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    if (has_surrogate({text, length})) return refuse("A key contains half of a surrogate pair.");
    keys_.emplace_back(text, length);
    return true;
  }
  bool StartObject() { return descend(); }
  bool StartArray() { return descend(); }
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

  // Numbers arrive as text; the reader's interface asks for these all the same.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

  /// Why the last event was refused; empty if none was.
  const std::string& refusal() const { return refusal_; }
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

  // The reader encodes an escaped low surrogate that stands alone; raw ones it
  // refuses itself. In UTF-8 both halves start with ED A0..BF.
  static bool has_surrogate(std::string_view text) {
    for (std::size_t at = text.find('\xED'); at != std::string_view::npos; at = text.find('\xED', at + 1)) {
      if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xA0) return true;
    }
    return false;
  }

  bool refuse(std::string why) {
    refusal_ = std::move(why);
    return false;
  }

  bool descend() {
    if (++depth_ <= max_depth_) return true;
    return refuse(fmt::format("The JSON is nested deeper than {} levels.", max_depth_));
  }

  bool add(Json value) {
    values_.push_back(std::move(value));
    return true;
  }

  std::size_t max_depth_;
  std::size_t depth_ = 0;
  std::vector<Json> values_;
  std::vector<std::string> keys_;
  std::string refusal_;
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
  const rapidjson::ParseResult result = reader.Parse<kReaderFlags>(stream, builder);
  const auto fail = [&](std::size_t offset, std::string_view why) {
    const auto [line, column] = line_and_column(text, offset);
    throw Error(code::kValidation, "Invalid JSON at line {}, column {}: {}", line, column, why);
  };
  if (!builder.refusal().empty()) fail(result.Offset(), builder.refusal());
  if (result.IsError()) fail(result.Offset(), rapidjson::GetParseError_En(result.Code()));
  // The reader takes a NUL byte for the end of the text.
  if (bytes.Tell() != text.size()) fail(bytes.Tell(), "Text follows the document.");
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

const Json::Array& Json::items() const& {
  if (const Array* value = std::get_if<Array>(&value_)) return *value;
  wrong_kind("array");
}

Json::Array& Json::items() & { return const_cast<Array&>(std::as_const(*this).items()); }

const Json::Object& Json::members() const& {
  if (const Object* value = std::get_if<Object>(&value_)) return *value;
  wrong_kind("object");
}

Json::Object& Json::members() & { return const_cast<Object&>(std::as_const(*this).members()); }

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
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
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

bool is_integer_text(std::string_view text) {
  return text.find_first_not_of("-0123456789") == std::string_view::npos;
}

std::vector<const Json::Member*> sorted_members(const Json& object) {
  std::vector<const Json::Member*> sorted;
  sorted.reserve(object.members().size());
  for (const auto& member : object.members()) sorted.push_back(&member);
  std::ranges::sort(sorted, {}, [](auto* member) -> std::string_view { return member->first; });
  return sorted;
}

bool same_number(const Json& a, const Json& b) {
  const std::string& left = a.number_text();
  const std::string& right = b.number_text();
  if (left == right) return left != "NaN";
  if (is_integer_text(left) && is_integer_text(right)) {
    return (left == "-0" || left == "0") && (right == "-0" || right == "0");
  }
  return a.as_double() == b.as_double();
}

}  // namespace

bool operator==(const Json& a, const Json& b) {
  if (a.value_.index() != b.value_.index()) return false;
  if (a.is_number()) return same_number(a, b);
  if (a.is_object()) {
    // Sorted first: comparing large objects must not take quadratic time.
    return std::ranges::equal(sorted_members(a), sorted_members(b),
                              [](auto* left, auto* right) { return *left == *right; });
  }
  if (a.is_array()) return a.items() == b.items();
  if (a.is_string()) return a.as_string() == b.as_string();
  if (a.is_bool()) return a.as_bool() == b.as_bool();
  return true;
}

}  // namespace base
