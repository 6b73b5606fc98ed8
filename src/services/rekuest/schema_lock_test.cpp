#include "entity/testing/schema_lock.h"

#include <gtest/gtest.h>

#include "services/rekuest/rekuest.h"
#include "services/rekuest/schema_documents.h"
#include "sql/testing/databases.h"

namespace rekuest {
namespace {

class SchemaLock : public testing::TestWithParam<sql::Dialect> {
 protected:
  entity::Model model_{graphql::Schema::from_sdl(schema_documents())};
  entity_testing::LockedSchema schema_{"rekuest", kSchemaVersion, model_};
};

INSTANTIATE_TEST_SUITE_P(Both, SchemaLock, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(SchemaLock, KnowsTheTables) { entity_testing::expect_locked(schema_, GetParam()); }

TEST_P(SchemaLock, IsReachedFromThePreviousTables) { entity_testing::expect_migrates(schema_, GetParam()); }

}  // namespace
}  // namespace rekuest
