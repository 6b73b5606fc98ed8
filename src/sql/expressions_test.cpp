#include "sql/expressions.h"

#include <gmock/gmock.h>
#include <unicode/utf8.h>

#include "base/error.h"
#include "sql/testing/databases.h"
#include "sql/text_functions.h"

namespace sql {
namespace {

class Expressions : public testing::TestWithParam<Dialect> {
 protected:
  Rows query(std::string sql, std::vector<Value> parameters = {}) {
    Rows rows;
    database_->read(Database::Snapshot::kSingle,
                    [&](Reader& reader) { rows = reader.query(sql, parameters); });
    return rows;
  }

  std::vector<std::string> column(std::string sql) {
    const Rows rows = query(std::move(sql));
    std::vector<std::string> found;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      found.emplace_back(rows.is_null(row, 0) ? "null" : rows.text(row, 0));
    }
    return found;
  }

  sql_testing::FreshDatabase fresh_{GetParam()};
  std::unique_ptr<Database> database_ = fresh_.open();
};

INSTANTIATE_TEST_SUITE_P(Both, Expressions, sql_testing::kBothDatabases, sql_testing::dialect_name);

void append(std::string& text, UChar32 point) {
  char bytes[4];
  std::int32_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, point);
  text.append(bytes, static_cast<std::size_t>(length));
}

TEST_P(Expressions, FoldEveryCharacterAsTheParametersAreFolded) {
  const std::string sql = "select " + folded(GetParam(), "cast($1 as text)");
  for (UChar32 block = 0; block <= 0x10FFFF; block += 0x1000) {
    std::string text;
    for (UChar32 point = block; point < block + 0x1000; ++point) {
      if (point == 0 || U_IS_SURROGATE(point)) continue;
      append(text, point);
      text += point % 3 == 0 ? "Σ " : "x";  // with and without the end of a word
    }
    if (text.empty()) continue;
    EXPECT_EQ(query(sql, {text}).text(0, 0), fold_case(text)) << "block U+" << std::hex << block;
  }
}

TEST(FoldCase, JoinsWhatDiffersInCaseOnly) {
  for (const auto& [a, b] : std::vector<std::pair<std::string, std::string>>{{"Zelle", "zELLE"},
                                                                             {"µm", "μM"},
                                                                             {"STRASSE", "straße"},
                                                                             {"GROẞ", "groß"},
                                                                             {"ΟΔΟΣ", "οδος"},
                                                                             {"ΟΔΟΣΑ", "οδοςα"},
                                                                             {"5 K", "5 k"},
                                                                             {"Å", "å"}}) {
    EXPECT_EQ(fold_case(a), fold_case(b)) << a << " " << b;
  }
  EXPECT_NE(fold_case("a"), fold_case("ä"));
  EXPECT_EQ(fold_case("ABC-1"), "abc-1");
}

TEST_P(Expressions, MatchRegularExpressions) {
  const auto matches = [&](std::string text, std::string pattern, bool ignore_case) {
    const std::string sql = "select " + regex_match(GetParam(), "cast($1 as text)", "$2", ignore_case);
    return query(sql, {std::move(text), std::move(pattern)}).integer(0, 0);
  };
  EXPECT_EQ(matches("cell_12.tif", "^cell_[0-9]+\\.tif$", false), 1);
  EXPECT_EQ(matches("Cell_12.tif", "^cell", false), 0);
  EXPECT_EQ(matches("Cell_12.tif", "^cell", true), 1);
  EXPECT_EQ(matches("two\nlines", "two.lines", false), 1);
  EXPECT_EQ(matches("two\nlines", "^lines", false), 0);
  EXPECT_THROW(matches("x", "(", false), base::Error);
}

TEST(CheckRegex, RefusesWhatMayTakeForEver) {
  check_regex("^a+$");
  for (const char* pattern : {"(", "a{1000000}", R"((a)\1)", "a**", "(?=a)"}) {
    try {
      check_regex(pattern);
      FAIL() << pattern;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::code::kValidation);
    }
  }
}

TEST_P(Expressions, SortByCodePoint) {
  EXPECT_THAT(
      column("select x from (select 'b' as x union all select 'B' union all select 'ä' union all select 'a'"
             " union all select '_') as t order by " +
             by_code_point(GetParam(), "x")),
      testing::ElementsAre("B", "_", "a", "b", "ä"));
}

TEST_P(Expressions, SortNullsAsLargerThanAllUnlessToldOtherwise) {
  const auto sorted = [&](std::string_view direction) {
    return column("select x from (select 1 as x union all select null union all select 2) as t order by " +
                  ordered("x", direction));
  };
  EXPECT_THAT(sorted("ASC"), testing::ElementsAre("1", "2", "null"));
  EXPECT_THAT(sorted("DESC"), testing::ElementsAre("null", "2", "1"));
  EXPECT_THAT(sorted("ASC_NULLS_FIRST"), testing::ElementsAre("null", "1", "2"));
  EXPECT_THAT(sorted("DESC_NULLS_LAST"), testing::ElementsAre("2", "1", "null"));
  EXPECT_THROW(ordered("x", "asc; drop table t"), base::Error);
}

TEST_P(Expressions, NegatingKeepsWhatIsUnknown) {
  EXPECT_THAT(column("select x from (select 1 as x union all select null union all select 2) as t where " +
                     negated("x = 1")),
              testing::UnorderedElementsAre("null", "2"));
}

}  // namespace
}  // namespace sql
