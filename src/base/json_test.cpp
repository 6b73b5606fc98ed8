#include "base/json.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <bit>
#include <cmath>
#include <random>

#include "base/error.h"

namespace base {
namespace {

constexpr PythonStyle kCanonical{.spaces = false, .ascii_only = false};
constexpr PythonStyle kDefault{.spaces = true, .ascii_only = true};

std::string refusal(std::string_view text) {
  try {
    Json::parse(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code::kValidation);
    return error.message();
  }
  return "";
}

TEST(PeekString, FindsAMemberOfTheOutermostObjectOnly) {
  EXPECT_EQ(peek_string(R"({"a":{"token":"no"},"b":["token","no"],"token":"yes"})", "token"), "yes");
  EXPECT_EQ(peek_string(R"({"c":"token","token":"a\u00e9"})", "token"), "a\u00e9");
  EXPECT_EQ(peek_string(R"({"token":1,"x":"no"})", "token"), std::nullopt);
  EXPECT_EQ(peek_string(R"({"token":{"x":"no"}})", "token"), std::nullopt);
  EXPECT_EQ(peek_string(R"({"token":["no"]})", "token"), std::nullopt);
  EXPECT_EQ(peek_string(R"(["token","no"])", "token"), std::nullopt);
  EXPECT_EQ(peek_string(R"("token")", "token"), std::nullopt);
  EXPECT_EQ(peek_string("", "token"), std::nullopt);
}

TEST(PeekString, ReadsNoFurtherThanTheMember) {
  EXPECT_EQ(peek_string(R"({"token":"yes",,,broken)", "token"), "yes");
  EXPECT_EQ(peek_string(R"({"a":broken,"token":"no"})", "token"), std::nullopt);
}

TEST(Json, KeepsNumbersAsTheyWereWritten) {
  for (const char* text : {"1", "1.0", "-0", "-0.0", "1e3", "1E+3", "0.10", "12345678901234567890123",
                           "1.7976931348623157e308", "5e-324"}) {
    EXPECT_EQ(Json::parse(text).dump(), text);
    EXPECT_EQ(Json::parse(std::string("[") + text + " ]").dump(), std::string("[") + text + "]");
  }
}

TEST(Json, AcceptsTheTokensPythonSendsForSpecialNumbers) {
  const Json value = Json::parse("[NaN,Infinity,-Infinity]");
  EXPECT_EQ(value.dump(), "[NaN,Infinity,-Infinity]");
  EXPECT_TRUE(std::isnan(*value.items()[0].as_double()));
  EXPECT_EQ(value.items()[2].as_double(), -HUGE_VAL);
  EXPECT_FALSE(value.items()[1].as_int64());
}

TEST(Json, RefusesWhatIsNotOneCompleteDocument) {
  for (const char* text :
       {"",    " ",   "1 2",     "{} x",   "[1,]", "{\"a\":1,}", "01",    "+1",         ".5",      "1.",
        "1e",  "-",   "nan",     "Inf",    "-Inf", "-NaN",       "NaN.5", "Infinitye1", "Infinit", "nul",
        "'a'", "\"a", "\"\\x\"", "\"\n\"", "[1",   "{\"a\"}",    "{1:2}", "// c\n1"}) {
    EXPECT_NE(refusal(text), "") << text;
  }
  EXPECT_NE(refusal(std::string_view("1\0", 2)), "");
  EXPECT_NE(refusal(std::string_view("{}\0x", 4)), "");
  EXPECT_NE(refusal(std::string_view("\"a\0b\"", 5)), "");
}

TEST(Json, RefusesInvalidUtf8AndHalfSurrogates) {
  for (const char* text : {"\"\xff\"", "\"\xc3\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xed\xb0\x80\"",
                           "\"\xf4\x90\x80\x80\"", "\"\xe0\x80\xaf\"", "\xff", "\"\\ud800\"", "\"\\udc00\"",
                           "\"\\ud800x\"", "\"\\ud800\\u0041\"", "{\"\\udfff\":1}"}) {
    EXPECT_NE(refusal(text), "") << text;
  }
  EXPECT_EQ(Json::parse("\"\\ud83d\\ude00 \\u00e9\"").as_string(), "😀 é");
  EXPECT_EQ(Json::parse("\"\xed\x9f\xbf\"").as_string(), "\xed\x9f\xbf");
}

TEST(Json, KeepsEscapedNulInsideStrings) {
  EXPECT_EQ(Json::parse("\"a\\u0000b\"").as_string(), std::string_view("a\0b", 3));
  EXPECT_EQ(Json(std::string("a\0b", 3)).dump(), "\"a\\u0000b\"");
}

TEST(Json, LimitsNestingOfArraysAndObjects) {
  const Json::Limits limits{.depth = 3};
  EXPECT_NO_THROW(Json::parse("[[[1]]]", limits));
  EXPECT_THROW(Json::parse("[[[[]]]]", limits), Error);
  EXPECT_THROW(Json::parse(R"({"a":{"a":{"a":{}}}})", limits), Error);
  EXPECT_THROW(Json::parse(std::string(100'000, '[')), Error);
}

TEST(Json, NamesLineAndColumnOfAnError) {
  EXPECT_NE(refusal("{\n  \"a\": x\n}").find("line 2, column 8"), std::string::npos);
}

TEST(Json, LastOfTwoEqualKeysWinsInTheFirstOnesPlace) {
  EXPECT_EQ(Json::parse(R"({"a":1,"b":2,"a":3})").dump(), R"({"a":3,"b":2})");
  std::string text = "{";
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 1000; ++i) text += fmt::format("\"k{}\":{},", i, i + round);
  }
  text.back() = '}';
  const Json value = Json::parse(text);
  EXPECT_EQ(value.members().size(), 1000u);
  EXPECT_EQ(value["k999"].as_int64(), 1000);
}

TEST(Json, ReadsWholeNumbersInAnySpelling) {
  EXPECT_EQ(Json::parse("1.0").as_int64(), 1);
  EXPECT_EQ(Json::parse("1e3").as_int64(), 1000);
  EXPECT_EQ(Json::parse("-9223372036854775808").as_int64(), INT64_MIN);
  EXPECT_EQ(Json::parse("9223372036854775808").as_int64(), std::nullopt);
  EXPECT_EQ(Json::parse("1.5").as_int64(), std::nullopt);
  EXPECT_EQ(Json("1").as_int64(), std::nullopt);
}

TEST(Json, ComparesByValue) {
  EXPECT_EQ(Json::parse(R"({"a":1,"b":[1.0]})"), Json::parse(R"({"b":[1],"a":1.0})"));
  EXPECT_EQ(Json::parse("0"), Json::parse("-0"));
  EXPECT_NE(Json::parse("12345678901234567890"), Json::parse("12345678901234567891"));
  EXPECT_NE(Json::parse("true"), Json::parse("1"));
  EXPECT_NE(Json::parse("NaN"), Json::parse("NaN"));
  EXPECT_NE(Json::parse(R"({"a":1})"), Json::parse(R"({"b":1})"));
}

TEST(Json, BuildsAndChangesDocuments) {
  Json value;
  value.set("a", 1);
  value.set("list", Json()).push_back("x");
  value.set("a", 2.0);
  value.set("b", nullptr);
  value.erase("b");
  EXPECT_EQ(value.dump(), R"({"a":2.0,"list":["x"]})");
  EXPECT_TRUE(value["missing"].is_null());
  EXPECT_THROW(value.as_string(), Error);
}

TEST(Json, ALoopOverATemporaryIsSafe) {
  std::string joined;
  for (const Json& item : Json::parse(R"(["a long enough text to be on the heap","b"])").items()) {
    joined += item.as_string();
  }
  for (const auto& [key, value] : Json::parse(R"({"c":"d"})").members()) joined += key + value.as_string();
  EXPECT_EQ(joined, "a long enough text to be on the heapbcd");
}

TEST(PythonStyle, PrintsWhatTheContractsHash) {
  const auto canonical = [](const char* text) { return dump_like_python(Json::parse(text), kCanonical); };
  EXPECT_EQ(canonical(R"({"b": 1, "a": [1, 2.5, true, null]})"), R"({"a":[1,2.5,true,null],"b":1})");
  EXPECT_EQ(canonical(R"({"i":-0.0,"g":1E21,"big":12345678901234567890,"h":0.1,"f":1.0})"),
            R"({"big":12345678901234567890,"f":1.0,"g":1e+21,"h":0.1,"i":-0.0})");
  EXPECT_EQ(canonical(R"({"f":1e22,"g":1e-7,"i":100000000000000000,"z":-0})"),
            R"({"f":1e+22,"g":1e-07,"i":100000000000000000,"z":0})");
  EXPECT_EQ(canonical(R"({"n":NaN,"p":Infinity,"m":-Infinity})"), R"({"m":-Infinity,"n":NaN,"p":Infinity})");
}

std::string sha256_of_canonical(const char* text) {
  const std::string canonical = dump_like_python(Json::parse(text), kCanonical);
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, reinterpret_cast<const unsigned char*>(canonical.data()), canonical.size());
  std::string hex;
  for (const unsigned char byte : hash) hex += fmt::format("{:02x}", byte);
  return hex;
}

TEST(PythonStyle, ReproducesTheArgumentHashesOfTheContracts) {
  const std::pair<const char*, const char*> vectors[] = {
      {"{}", "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},
      {R"({"a":[1,2.5,true,null],"b":1})",
       "1d5379213deb2b6f7230695c35e6a796a2b8d6bfea781ac7e74361e135bb33fe"},
      {R"({"big":12345678901234567890,"f":1.0,"g":1e+21,"h":0.1,"i":-0.0})",
       "371663408424e3ba1f298b10cae7a025a0af004bd0ad2b3fd61b496d29b46b31"},
      {R"({"a":1,"b":2})", "43258cff783fe7036d8a43033f830adfc60ec037382473548ac742b888292777"},
      {R"({"l":[1,null,true],"n":{"y":2,"z":1},"s":"ä","x":1.0})",
       "79854c4463803c7d1c22417241b952d1d03de06bb90c7f5172ce8aaa35d5976f"},
      {R"({"a":"é","b":1})", "aa58fba8483623bed37c1b02edfccbdd9a53123837c20bfa4cb4049993a2872e"},
      {R"({"x":1.0,"y":[1,2.5,null,true],"z":{"k":"v"}})",
       "632c75ea70a04bb9647c5430e05fbad1766ede4be18d01837e8cb6ff0a10ffce"},
      {R"({"f":1e+22,"g":1e-07,"h":0.1,"i":100000000000000000})",
       "09b00ad7b1379fcecf1e2951b7162ffab61e305a2f1796cae02c06f3644d12f2"},
  };
  for (const auto& [text, hash] : vectors) EXPECT_EQ(sha256_of_canonical(text), hash) << text;
}

TEST(PythonStyle, EscapesAsPythonDoes) {
  const Json value = Json::parse("{\"é\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7f😀\"}");
  EXPECT_EQ(dump_like_python(value, kDefault), R"({"\u00e9": "\"\\/\b\f\n\r\t\u0001\u007f\ud83d\ude00"})");
  EXPECT_EQ(dump_like_python(value, kCanonical), "{\"é\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7f😀\"}");
}

TEST(PythonStyle, SortsKeysByCodePoint) {
  const Json value = Json::parse("{\"😀\":1,\"\xef\xbf\xbd\":2,\"a\":3,\"Z\":4}");
  EXPECT_EQ(dump_like_python(value, kCanonical), "{\"Z\":4,\"a\":3,\"\xef\xbf\xbd\":2,\"😀\":1}");
}

TEST(PythonRepr, SpellsKnownNumbers) {
  const std::pair<double, const char*> known[] = {
      {0, "0.0"},
      {-0.0, "-0.0"},
      {1, "1.0"},
      {0.1, "0.1"},
      {1e16, "1e+16"},
      {1e15, "1000000000000000.0"},
      {9999999999999998, "9999999999999998.0"},
      {1e-4, "0.0001"},
      {9.999e-5, "9.999e-05"},
      {1e-7, "1e-07"},
      {1e22, "1e+22"},
      {1.5e300, "1.5e+300"},
      {5e-324, "5e-324"},
      {-123.456, "-123.456"},
      {NAN, "nan"},
      {-HUGE_VAL, "-inf"},
  };
  for (const auto& [value, text] : known) EXPECT_EQ(python_repr(value), text);
}

TEST(PythonRepr, AMillionRandomDoublesReadBackTheSame) {
  const unsigned seed = std::random_device{}();
  RecordProperty("seed", static_cast<int>(seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 1'000'000; ++i) {
    const double value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    const std::string text = python_repr(value);
    const Json::Number number{text};
    const std::optional<double> back = Json(number).as_double();
    ASSERT_TRUE(back && std::bit_cast<std::uint64_t>(*back) == std::bit_cast<std::uint64_t>(value))
        << "seed " << seed << ": " << text;
    if (i % 20 == 0) {
      ASSERT_EQ(Json::parse(text).number_text(), text) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace base
