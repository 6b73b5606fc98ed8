#include "sql/statement_text.h"

#include <gtest/gtest.h>

#include "sql/statement_cache.h"

namespace sql {
namespace {

std::string sqlite(std::string_view text) { return statement_text(Dialect::kSqlite, text); }
std::string postgres(std::string_view text) { return statement_text(Dialect::kPostgres, text); }

TEST(StatementText, SpellsParametersForEachDatabase) {
  EXPECT_EQ(sqlite("select $2, $1+$10"), "select ?2, ?1+?10");
  EXPECT_EQ(postgres("select $2, $1+$10"), "select $2, $1+$10");
}

TEST(StatementText, SpellsMembership) {
  EXPECT_EQ(sqlite("where id in_ids($1)"), "where id in (select value from json_each(?1))");
  EXPECT_EQ(postgres("where id in_ids($1)"), "where id = any($1::bigint[])");
  EXPECT_EQ(sqlite("name not\n in_texts($2)"), "name not in (select value from json_each(?2))");
  EXPECT_EQ(postgres("name not in_texts($2)"), "name <> all($2::text[])");
  EXPECT_EQ(postgres("not in_transit and id in_ids($1)"), "not in_transit and id = any($1::bigint[])");
}

TEST(StatementText, LeavesLiteralsNamesAndCommentsAlone) {
  for (const char* text :
       {"select '$1 it''s in_ids($1)'", "select \"a$1\"\"$2\"", "select 1 -- $1 in_ids($1)\n, 2",
        "select /* $1 ' */ 1", "select not_in_ids, in_ids", "select '", "select /*", "select --", "", "$",
        "not"}) {
    EXPECT_EQ(sqlite(text), text);
    EXPECT_EQ(postgres(text), text);
    EXPECT_EQ(parameter_count(text), 0u) << text;
  }
}

TEST(StatementText, CountsParameters) {
  EXPECT_EQ(parameter_count("select $1, $3, '$9' where id in_ids($2)"), 3u);
  EXPECT_EQ(parameter_count("where id in_ids($4)"), 4u);
}

TEST(StatementCache, DropsTheLeastRecentlyUsed) {
  StatementCache<int> cache(2);
  std::vector<int> evicted;
  const auto note = [&](int prepared) { evicted.push_back(prepared); };
  cache.add("a", 1, note);
  cache.add("b", 2, note);
  EXPECT_EQ(*cache.find("a"), 1);
  cache.add("c", 3, note);
  EXPECT_EQ(evicted, std::vector<int>{2});
  EXPECT_EQ(cache.find("b"), nullptr);
  EXPECT_EQ(*cache.find("a"), 1);
  cache.erase("a");
  EXPECT_EQ(cache.find("a"), nullptr);
  EXPECT_EQ(cache.size(), 1u);
}

}  // namespace
}  // namespace sql
