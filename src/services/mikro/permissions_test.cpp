// Who may do what with an object.
#include "services/mikro/permissions.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "graphql/language/ast.h"
#include "graphql/schema/schema.h"
#include "services/mikro/schema_documents.h"
#include "services/mikro/testing/spaces.h"

namespace mikro {
namespace {

using base::Json;
using mikro_testing::id_variable;
using testing::AllOf;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::StartsWith;

class Permissions : public testing::TestWithParam<sql::Dialect> {
 protected:
  Json asked(const std::string& identifier, const std::string& object) {
    return Json::object({{"identifier", identifier}, {"object", object}});
  }
  /// `ada view change delete, bob view`
  std::string of(const std::string& identifier, const std::string& object) {
    std::string text;
    std::string last;
    const Json found = lab_.data(kAsk, asked(identifier, object))["it"];
    for (const Json& one : found.items()) {
      const std::string user = one["user"]["sub"].as_string();
      if (user != last) text += (last.empty() ? "" : ", ") + user;
      last = user;
      text += " " + one["permission"].as_string();
    }
    return text;
  }
  std::string refused(const std::string& identifier, const std::string& object) {
    return lab_.error(kAsk, asked(identifier, object));
  }
  std::string options(const std::string& arguments) {
    return lab_.data("{ it: availablePermissions(" + arguments + ") { value label } }")["it"].dump();
  }
  std::string image() { return mikro_testing::dataset(lab_, "image", {"y SPACE", "x SPACE"}, {8, 8}); }

  static constexpr std::string_view kAsk =
      "query ($identifier: String!, $object: ID!) { it: permissions(identifier: $identifier, object: "
      "$object) {"
      " user { sub } permission } }";
  mikro_testing::Lab lab_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Both, Permissions, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Permissions, FollowRolesAndWhoseAnObjectIs) {
  lab_.become("bob", "lab", {"viewer"});
  lab_.become("root", "lab", {"admin"});
  lab_.become("worker", "lab", {"bot", "labeler"});
  lab_.become("left", "lab", {"admin"});
  lab_.become("eve", "elsewhere", {"admin"});
  lab_.become("ada");
  const std::string mine = image();
  lab_.become("worker", "lab", {"bot", "labeler"});
  const std::string other = image();
  lab_.database().write([](sql::Writer& writer) {
    writer.execute(
        "update membership set blocked = 1 where user_id = (select id from user_account where sub = 'left')",
        {});
  });
  EXPECT_EQ(of("@mikro/arraydataset", mine),
            "ada view change delete, bob view, root view change delete, worker view change");
  EXPECT_EQ(of("@mikro/arraydataset", other),
            "ada view change, bob view, root view change delete, worker view change delete");
  // Who may delete does: it is the same rule.
  const char* remove = "mutation ($id: ID!) { deleteArrayDataset(input: {id: $id}) }";
  EXPECT_THAT(lab_.error(remove, id_variable(mine)), StartsWith("PERMISSION_DENIED"));
  EXPECT_EQ(lab_.error(remove, id_variable(other)), "");
  EXPECT_THAT(refused("@mikro/arraydataset", other), StartsWith("NOT_FOUND"));
}

TEST_P(Permissions, BelongToWhoAssignedTheTaskThatMadeSomething) {
  lab_.become("boss");
  lab_.become("ada");
  const std::string mine = image();
  EXPECT_EQ(of("@mikro/arraydataset", mine), "ada view change delete, boss view change");
  lab_.database().write([](sql::Writer& writer) {
    writer.execute(
        "insert into task (organization_id, task_id, root_task_id, assigner_id, assigner_sub, caller_sub,"
        " agent_sub, agent_client_id, issuer, token_id, args_hash, args_hash_algorithm, created_at)"
        " select (select id from organization where slug = 'lab'), 't', 't', id, sub, sub, sub, sub, 'i', "
        "'j',"
        " 'h', 'a', 0 from user_account where sub = 'boss'",
        {});
    writer.execute("update array_dataset set created_through_id = (select id from task)", {});
  });
  EXPECT_EQ(of("@mikro/arraydataset", mine), "ada view change delete, boss view change delete");
}

TEST_P(Permissions, AreThoseThatTheKindOfTheObjectKnows) {
  const std::string mine = image();
  const std::string store =
      lab_.data("{ it: dataArrays { store { id } } }")["it"].items()[0]["store"]["id"].as_string();
  EXPECT_EQ(of("@mikro/zarrstore", store), "ada view");
  EXPECT_EQ(of("@mikro/coordinatesystem", mikro_testing::grid_of(lab_, mine)), "ada view change delete");
  const std::string lens = mikro_testing::lens(lab_, mine, R"([{"axis":"y","start":2}])");
  EXPECT_EQ(of("@mikro/arraylens", lens), "ada view change delete");
  EXPECT_THAT(refused("@mikro/tablelens", lens), StartsWith("NOT_FOUND"));
  EXPECT_EQ(options(R"(identifier: "@mikro/zarrstore")"), R"([{"value":"view","label":"Can view"}])");
  EXPECT_EQ(options(R"(identifier: "@mikro/file")"),
            R"([{"value":"view","label":"Can view"},{"value":"change","label":"Can change"},)"
            R"({"value":"delete","label":"Can delete"}])");
  EXPECT_EQ(options(R"(identifier: "@mikro/filelink")"),
            R"([{"value":"view","label":"Can view"},{"value":"delete","label":"Can delete"}])");
  EXPECT_EQ(options(R"(identifier: "@mikro/folder", search: "CHAN")"),
            R"([{"value":"change","label":"Can change"}])");
  EXPECT_EQ(options(R"(identifier: "@mikro/folder", values: ["delete", "own"])"),
            R"([{"value":"delete","label":"Can delete"}])");
  EXPECT_EQ(options(R"(identifier: "@mikro/folder", values: [])"), "[]");
}

TEST_P(Permissions, AreOfOneObjectOfTheOrganization) {
  const std::string mine = image();
  EXPECT_THAT(refused("@mikro/arraydataset", "x"), StartsWith("NOT_FOUND"));
  EXPECT_THAT(refused("@mikro/annotation", mine), StartsWith("NOT_FOUND"));
  EXPECT_THAT(refused("@mikro/image", mine),
              AllOf(StartsWith("VALIDATION_ERROR"), HasSubstr("@mikro/arraydataset, @mikro/arraylens")));
  EXPECT_THAT(lab_.error(R"({ availablePermissions(identifier: "mikro") { value } })"),
              StartsWith("VALIDATION_ERROR"));
  lab_.become("eve", "elsewhere");
  EXPECT_THAT(refused("@mikro/arraydataset", mine), StartsWith("NOT_FOUND"));
}

// Every kind has a table of the columns that are asked for.
TEST_P(Permissions, KnowEveryKindOfObject) {
  for (const Structure& one : structures()) {
    EXPECT_THAT(refused(std::string(one.identifier), "999"), StartsWith("NOT_FOUND")) << one.identifier;
  }
}

TEST_P(Permissions, CostTheSameNumberOfRoundTripsWhateverTheNumberOfMembers) {
  const std::string mine = image();
  const auto cost = [&] {
    const std::uint64_t before = lab_.round_trips();
    of("@mikro/arraydataset", mine);
    return lab_.round_trips() - before;
  };
  const std::uint64_t one = cost();
  for (int i = 0; i < 20; ++i) lab_.become(fmt::format("member {}", i));
  lab_.become("ada");
  EXPECT_EQ(cost(), one);
}

/// By identifier, the types that the schema stores: several where an interface has kinds.
std::map<std::string, std::vector<const graphql::NamedType*>> stored_types(const graphql::Schema& schema) {
  const auto says = [](const graphql::NamedType& type, std::string_view directive) {
    return graphql::ast::find_directive(type.directives, directive);
  };
  std::map<std::string, std::vector<const graphql::NamedType*>> stored;
  for (const graphql::NamedType* type : schema.types()) {
    const auto* identified = says(*type, "identified");
    bool is_stored = says(*type, "entity") != nullptr;
    for (const graphql::NamedType* interface : type->interfaces)
      is_stored |= says(*interface, "entity") != nullptr;
    if (identified == nullptr || !is_stored || says(*type, "absent") != nullptr) continue;
    stored[std::string(identified->argument("by")->text)].push_back(type);
  }
  return stored;
}

TEST(Structures, AreThoseThatTheSchemaStores) {
  const auto schema = graphql::Schema::from_sdl(schema_documents());
  std::set<std::string> stored;
  for (const auto& [identifier, types] : stored_types(*schema)) stored.insert(identifier);
  std::set<std::string> known;
  for (const Structure& one : structures()) known.insert(std::string(one.identifier));
  EXPECT_THAT(known, ElementsAreArray(stored));
}

/// The mutation of these that the schema has, where the roles that may use it are those that write.
bool has_mutation(const graphql::Schema& schema, const std::vector<std::string>& names) {
  bool has = false;
  for (const std::string& name : names) {
    const graphql::FieldDef* field = schema.mutation()->field(name);
    if (field == nullptr) continue;
    has = true;
    std::vector<std::string> roles;
    const auto* auth = graphql::ast::find_directive(*field->directives, "auth");
    const auto* listed = auth == nullptr ? nullptr : auth->argument("any_role_of");
    if (listed != nullptr) {
      for (const auto& role : listed->items) roles.emplace_back(role.text);
    }
    EXPECT_THAT(roles, ElementsAreArray(kWritingRoles)) << name;
  }
  return has;
}

TEST(Structures, AreChangedAndDeletedByTheRolesThatTheSchemaNames) {
  const auto schema = graphql::Schema::from_sdl(schema_documents());
  const auto stored = stored_types(*schema);
  for (const Structure& one : structures()) {
    std::vector<std::string> change;
    std::vector<std::string> remove;
    const auto add = [&](const std::string& type) {
      change.push_back("update" + type);
      change.push_back("put" + type + "sInFolder");  // an object says which folder it is in
      remove.push_back("delete" + type);
    };
    for (const graphql::NamedType* type : stored.at(std::string(one.identifier))) {
      add(type->name);
      // Kinds are changed and deleted as what they are kinds of: updateLens, deleteTransformation.
      for (const graphql::NamedType* interface : type->interfaces) add(interface->name);
    }
    if (one.identifier == "@mikro/filelink") remove.emplace_back("unlinkFile");
    EXPECT_EQ(one.is_changed, has_mutation(*schema, change)) << one.identifier;
    EXPECT_EQ(one.is_deleted, has_mutation(*schema, remove)) << one.identifier;
  }
}

}  // namespace
}  // namespace mikro
