#include "schemac/cpp_names.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"

namespace schemac {
namespace {

// C++20's, without those that no GraphQL name can be.
constexpr std::array<std::string_view, 92> kKeywords{
    "alignas",     "alignof",  "and",        "and_eq",    "asm",       "auto",         "bitand",
    "bitor",       "bool",     "break",      "case",      "catch",     "char",         "char16_t",
    "char32_t",    "char8_t",  "class",      "co_await",  "co_return", "co_yield",     "compl",
    "concept",     "const",    "const_cast", "consteval", "constexpr", "constinit",    "continue",
    "decltype",    "default",  "delete",     "do",        "double",    "dynamic_cast", "else",
    "enum",        "explicit", "export",     "extern",    "false",     "float",        "for",
    "friend",      "goto",     "if",         "inline",    "int",       "long",         "mutable",
    "namespace",   "new",      "noexcept",   "not",       "not_eq",    "nullptr",      "operator",
    "or",          "or_eq",    "private",    "protected", "public",    "register",     "reinterpret_cast",
    "requires",    "return",   "short",      "signed",    "sizeof",    "static",       "static_assert",
    "static_cast", "struct",   "switch",     "template",  "this",      "thread_local", "throw",
    "true",        "try",      "typedef",    "typeid",    "typename",  "union",        "unsigned",
    "using",       "virtual",  "void",       "volatile",  "wchar_t",   "while",        "xor",
    "xor_eq"};

bool is_capitals(std::string_view text) {
  return text.size() > 1 &&
         std::none_of(text.begin(), text.end(), [](unsigned char c) { return std::islower(c) != 0; });
}

char upper(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }
char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

}  // namespace

std::string member_name(std::string_view name) {
  std::string member = is_capitals(name) ? std::string(name) : base::snake_case(name);
  if (std::ranges::find(kKeywords, member) != kKeywords.end()) member += '_';
  return member;
}

std::string pascal_case(std::string_view name) {
  std::string text(name);
  text[0] = upper(text[0]);
  return text;
}

std::string constant_name(std::string_view name) { return "k" + pascal_case(name); }

std::string enumerator_name(std::string_view value) {
  std::string text = "k";
  const bool capitals = is_capitals(value);
  bool starts_word = true;
  for (const char c : value) {
    if (c == '_') {
      starts_word = true;
      continue;
    }
    text += starts_word ? upper(c) : capitals ? lower(c) : c;
    starts_word = false;
  }
  return text;
}

}  // namespace schemac
