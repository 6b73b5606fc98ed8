// JSON whose numbers keep the characters they were written with: `1` and `1.0`
// hash differently and integers may exceed 64 bits, so a number is converted
// only where a typed field asks for it.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace base {

/// A JSON value. A plain value type: copies are deep, moves are cheap, no
/// shared state. Object members keep the order they were added or parsed in.
class Json {
 public:
  /// A number as its source text. `text` is a valid JSON number or one of
  /// `NaN`, `Infinity`, `-Infinity` (which Python clients send).
  struct Number {
    std::string text;
  };
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  struct Limits {
    std::size_t depth = 256;  ///< nesting of arrays and objects
  };

  Json() = default;
  Json(std::nullptr_t) {}                                      // NOLINT: literals read as JSON
  Json(bool value) : value_(value) {}                          // NOLINT
  Json(int value) : Json(static_cast<std::int64_t>(value)) {}  // NOLINT
  Json(std::int64_t value);                                    // NOLINT
  template <std::unsigned_integral Unsigned>
    requires(!std::same_as<Unsigned, bool>)
  Json(Unsigned value) : value_(Number{std::to_string(value)}) {}  // NOLINT
  Json(double value);                                              // NOLINT: text as Python's repr
  Json(const char* value) : value_(std::string(value)) {}          // NOLINT
  Json(std::string_view value) : value_(std::string(value)) {}     // NOLINT
  Json(std::string value) : value_(std::move(value)) {}            // NOLINT
  Json(Number value) : value_(std::move(value)) {}                 // NOLINT
  Json(Array value) : value_(std::move(value)) {}                  // NOLINT
  Json(Object value) : value_(std::move(value)) {}                 // NOLINT

  static Json object(std::initializer_list<Member> members = {}) { return Json(Object(members)); }
  static Json array(std::initializer_list<Json> items = {}) { return Json(Array(items)); }

  /// Parses one complete JSON text. Accepts NaN and +-Infinity tokens; refuses
  /// invalid UTF-8, lone surrogates, trailing text, numbers beyond the range of
  /// a double and deeper nesting than the limit. Duplicate keys: the last one wins.
  /// Throws Error(kValidation) with line and column.
  static Json parse(std::string_view text);
  static Json parse(std::string_view text, const Limits& limits);

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_number() const { return std::holds_alternative<Number>(value_); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }

  /// The value as a type. Each throws Error(kValidation) on another kind.
  bool as_bool() const;
  const std::string& as_string() const;
  const std::string& number_text() const;
  const Array& items() const&;
  Array& items() &;
  Array items() && { return std::move(items()); }  ///< so that a loop over a temporary is safe
  const Object& members() const&;
  Object& members() &;
  Object members() && { return std::move(members()); }

  /// Numbers as machine types. `as_int64` holds for whole numbers in range, in
  /// any spelling (`1`, `1.0`, `1e3`); nullopt for anything else.
  std::optional<std::int64_t> as_int64() const;
  std::optional<double> as_double() const;

  /// The member of that name, or nullptr (also when this is not an object).
  const Json* find(std::string_view key) const;
  Json* find(std::string_view key);
  /// The member of that name, or JSON null if absent.
  const Json& operator[](std::string_view key) const;
  /// Adds or replaces a member; makes an object of a null.
  Json& set(std::string_view key, Json value);
  void erase(std::string_view key);
  /// Appends to an array; makes an array of a null.
  Json& push_back(Json value);

  /// Compact text, members in order, numbers as they were written.
  std::string dump() const;
  void dump_to(std::string& out) const;

  /// Same JSON value. Numbers compare by value, so 1 equals 1.0; member order
  /// does not matter; true does not equal 1.
  friend bool operator==(const Json& a, const Json& b);

 private:
  std::variant<std::monostate, bool, Number, std::string, Array, Object> value_;
};

/// The string member `key` of the object that `text` is, found without building
/// anything: what a stranger sends is looked at before it is taken in. Reads no
/// further than the member; nullopt if it does not come to one.
std::optional<std::string> peek_string(std::string_view text, std::string_view key);

/// How Python's `json.dumps` would print a value; hashes of definitions and
/// arguments are taken over this text. Keys are sorted by code point, numbers
/// are normalised as Python reads and prints them (`1e16` -> `1e+16`).
struct PythonStyle {
  bool spaces;      ///< `", "` and `": "` rather than `,` and `:`
  bool ascii_only;  ///< non-ASCII characters as \uXXXX
};
std::string dump_like_python(const Json& value, PythonStyle style);

/// The shortest text that reads back as the same double, spelled as Python's
/// `repr`: `1.0`, `1e-07`, `1e+22`, `nan`, `inf`.
std::string python_repr(double value);

/// Appends `text` as a JSON string literal, quotes included. Characters above
/// ASCII are copied; invalid UTF-8 must not be passed.
void append_json_string(std::string& out, std::string_view text);

}  // namespace base
