// Numbers, strings and whole documents printed as Python prints them.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "base/json.h"

namespace base {

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
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
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

// Python has one integer type without bounds and doubles, told apart by the
// spelling: digits only make an integer.
bool is_integer_text(std::string_view text) {
  return text.find_first_not_of("-0123456789") == std::string_view::npos;
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
