#include <gtest/gtest.h>

#include "graphql/error.h"
#include "graphql/language/lexer.h"
#include "graphql/language/parser.h"
#include "graphql/language/utf8.h"

namespace graphql {
namespace {

std::string problem(std::string_view literal) {
  try {
    parse_value(literal);
    return {};
  } catch (const SyntaxError& error) {
    return error.message() + " (" + std::to_string(error.location.line) + ":" +
           std::to_string(error.location.column) + ")";
  }
}

TEST(StringValue, DecodesEscapes) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {R"("")", ""},
      {R"("plain")", "plain"},
      {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
      {R"("\u0041\u00e9\u20AC")", "A\xC3\xA9\xE2\x82\xAC"},
      {R"("\u{41}\u{1F600}\u{00041}")",
       "A\xF0\x9F\x98\x80"
       "A"},
      {R"("\uD83D\uDE00")", "\xF0\x9F\x98\x80"},
      {"\"\xF0\x9F\x98\x80\t#\"", "\xF0\x9F\x98\x80\t#"},
      {R"("\\u0041")", R"(\u0041)"},
  };
  for (const auto& [literal, value] : kCases) EXPECT_EQ(parse_value(literal).text, value) << literal;
  EXPECT_EQ(parse_value(R"("\u0000")").text, std::string_view("\0", 1));
}

TEST(StringValue, RefusesWhatIsNoCharacter) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {R"("\z")", R"(Syntax Error: Invalid character escape sequence: '\z'. (1:2))"},
      {R"("é\z")", R"(Syntax Error: Invalid character escape sequence: '\z'. (1:3))"},
      {R"("\u12")", R"(Syntax Error: Invalid Unicode escape sequence: '\u12'. (1:2))"},
      {R"("\uXYZW")", R"(Syntax Error: Invalid Unicode escape sequence: '\uXYZW'. (1:2))"},
      {R"("ab\uD800")", R"(Syntax Error: Invalid Unicode escape sequence: '\uD800'. (1:4))"},
      {R"("\uD800\u0041")", R"(Syntax Error: Invalid Unicode escape sequence: '\uD800'. (1:2))"},
      {R"("\uDC00\uD800")", R"(Syntax Error: Invalid Unicode escape sequence: '\uDC00'. (1:2))"},
      {R"("\u{D800}")", R"(Syntax Error: Invalid Unicode escape sequence: '\u{D800}'. (1:2))"},
      {R"("\u{110000}")", R"(Syntax Error: Invalid Unicode escape sequence: '\u{110000}'. (1:2))"},
      {R"("\u{FFFFFFFFF}")", R"(Syntax Error: Invalid Unicode escape sequence: '\u{FFFFFFFFF}'. (1:2))"},
      {R"("\u{}")", R"(Syntax Error: Invalid Unicode escape sequence: '\u{}'. (1:2))"},
      {R"("\u{41")", R"(Syntax Error: Invalid Unicode escape sequence: '\u{41'. (1:2))"},
      {R"("a)", "Syntax Error: Unterminated string. (1:3)"},
      {"\"a\nb\"", "Syntax Error: Unterminated string. (1:3)"},
      {R"("\")", "Syntax Error: Unterminated string. (1:4)"},
      {"\"\x07\"", "Syntax Error: Invalid character within String: U+0007. (1:2)"},
      {"\"\"\"a", "Syntax Error: Unterminated string. (1:5)"},
  };
  for (const auto& [literal, expected] : kCases) EXPECT_EQ(problem(literal), expected) << literal;
}

TEST(BlockString, RemovesIndentationAndBlankEnds) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {R"("""""")", ""},
      {R"("""simple""")", "simple"},
      {R"(""" keeps first line's indent """)", " keeps first line's indent "},
      {"\"\"\"\n    Hello,\n      World!\n\n    Yours,\n      GraphQL.\n  \"\"\"",
       "Hello,\n  World!\n\nYours,\n  GraphQL."},
      {"\"\"\"first\n    second\n      third\n\"\"\"", "first\nsecond\n  third"},
      {"\"\"\"\n\n  \n  a\n \t\n  b  \n\n\"\"\"", "a\n\nb  "},
      {"\"\"\"a\r\n  b\r  c\n  d\"\"\"", "a\nb\nc\nd"},
      {R"("""raw \n \u0041 " "" \""" end""")", R"(raw \n \u0041 " "" """ end)"},
      {"\"\"\"\n\ta\n\t\tb\n\"\"\"", "a\n\tb"},
      {"\"\"\"   \n  \n\"\"\"", ""},
  };
  for (const auto& [literal, value] : kCases) EXPECT_EQ(parse_value(literal).text, value) << literal;
  EXPECT_TRUE(parse_value(R"("""x""")").block);
  EXPECT_FALSE(parse_value(R"("x")").block);
}

TEST(BlockString, CountsItsLines) {
  const ast::Value list = parse_value("[\"\"\"a\nb\r\nc\rd\"\"\" x]");
  EXPECT_EQ(list.items.at(1).location.line, 4u);
  EXPECT_EQ(list.items.at(1).location.column, 6u);
}

TEST(Utf8, FindsWhereTextStopsBeingUtf8) {
  const std::pair<std::string_view, std::size_t> kCases[] = {
      {"", 0},
      {"only ascii, longer than a word", 30},
      {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 9},
      {"12345678\xFF", 8},
      {"a\x80", 1},
      {"a\xC3", 1},
      {"\xC0\x80", 0},
      {"\xE0\x80\x80", 0},
      {"ab\xED\xA0\x80", 2},
      {"\xF4\x90\x80\x80", 0},
      {"\xF0\x8F\xBF\xBF", 0},
      {"\xF4\x8F\xBF\xBF", 4},
  };
  for (const auto& [text, offset] : kCases) EXPECT_EQ(find_invalid_utf8(text), offset) << text;
}

TEST(Utf8, EncodesWhatItDecodes) {
  for (const char32_t character :
       {U'a', U'\u00E9', U'\u07FF', U'\u0800', U'\uFFFD', U'\U00010000', U'\U0010FFFF'}) {
    std::string text;
    append_utf8(text, character);
    EXPECT_EQ(find_invalid_utf8(text), text.size());
    EXPECT_EQ(decode_utf8(text, 0), character);
  }
}

}  // namespace
}  // namespace graphql
