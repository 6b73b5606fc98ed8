#include "entity/testing/schema_lock.h"

#include <gtest/gtest.h>

#include "services/mikro/mikro.h"
#include "services/mikro/schema_documents.h"
#include "sql/testing/databases.h"

namespace mikro {
namespace {

class SchemaLock : public testing::TestWithParam<sql::Dialect> {
 protected:
  entity::Model model_{graphql::Schema::from_sdl(schema_documents())};
  entity_testing::LockedSchema schema_{"mikro", kSchemaVersion, model_};
};

INSTANTIATE_TEST_SUITE_P(Both, SchemaLock, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(SchemaLock, KnowsTheTables) { entity_testing::expect_locked(schema_, GetParam()); }

TEST_P(SchemaLock, IsReachedFromThePreviousTables) { entity_testing::expect_migrates(schema_, GetParam()); }

}  // namespace
}  // namespace mikro
