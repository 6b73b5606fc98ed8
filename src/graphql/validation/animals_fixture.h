// For the tests: a small schema with every kind of type, and errors as lines
// of text that read well in a table.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "graphql/language/parser.h"
#include "graphql/validation/validation.h"

namespace graphql::validation {

inline std::shared_ptr<const Schema> animals() {
  static const std::shared_ptr<const Schema> schema = Schema::from_sdl({R"(
    directive @onQuery on QUERY
    directive @onField on FIELD
    directive @onVariable on VARIABLE_DEFINITION
    directive @tag(name: String!, weight: Int) repeatable on FIELD | QUERY | FRAGMENT_SPREAD
    directive @limited(to: Int! = 3) on FIELD

    type Query {
      dog: Dog
      human: Human
      pet: Pet
      being: Being
      catOrDog: CatOrDog
      catOrRobot: CatOrRobot
      dogs(filter: DogFilter, pagination: Page, order: [DogOrder!]! = []): [Dog!]!
      search(by: SearchBy!): Pet
      arguments: Arguments!
      vault: Vault
      secret: String @internal
    }
    type Mutation { adopt(name: String!): Dog }
    type Subscription {
      barks(dog: ID): Bark!
      births: Pet!
    }

    enum Command { SIT HEEL DOWN }
    enum Fur { SHORT LONG }

    interface Being { name(surname: Boolean): String! }
    interface Pet implements Being { name(surname: Boolean): String! nickname: String owner: Human }
    type Dog implements Pet & Being {
      name(surname: Boolean): String!
      nickname: String
      owner: Human
      barkVolume: Int
      knows(command: Command!): Boolean!
      isHousetrained(atOtherHomes: Boolean): Boolean!
      mother: Dog
      chip: String @internal
    }
    type Cat implements Pet & Being {
      name(surname: Boolean): String!
      nickname: String
      owner: Human
      meowVolume: Int
      fur: Fur
      mother: Cat
    }
    type Human implements Being { name(surname: Boolean): String! pets: [Pet!] dog: Dog }
    type Robot { serial: String! owner: Human meowVolume: String }
    type Bark { volume: Int! }
    type Vault @internal { key: String }
    union CatOrDog = Cat | Dog
    union CatOrRobot = Cat | Robot

    scalar Anything

    input Page { offset: Int! = 0 limit: Int }
    input DogFilter { name: String fur: Fur minBark: Int! barks: [Int!] nested: DogFilter AND: DogFilter }
    input DogOrder @oneOf { name: Command bark: Command }
    input SearchBy @oneOf { id: ID name: String page: Page }

    type Arguments {
      int(value: Int): Int
      nonNullInt(value: Int!): Int
      defaulted(value: Int! = 1): Int
      two(a: Int!, b: Int!): Int
      float(value: Float): Float
      string(value: String): String
      boolean(value: Boolean): Boolean
      id(value: ID): ID
      command(value: Command): Int
      list(value: [Boolean!]): Boolean
      nonNullList(value: [Boolean]!): Boolean
      matrix(value: [[Int]]): Int
      any(value: Anything): Int
      object(value: DogFilter): Int
    }
  )"});
  return schema;
}

/// `3:5 3:9 Message`, one line an error.
inline std::string errors_in(std::string_view text, const ValidationLimits& limits = {}) {
  std::string lines;
  for (const ResponseError& error : validate(*animals(), parse_document(text), limits)) {
    for (const ast::Location& at : error.locations) lines += fmt::format("{}:{} ", at.line, at.column);
    lines += error.message + "\n";
  }
  return lines;
}

/// A document and the errors it has: none if it is valid.
struct Example {
  std::string_view document;
  std::vector<std::string_view> errors = {};
};

inline void expect_errors(const std::vector<Example>& examples) {
  for (const Example& example : examples) {
    std::string expected;
    for (const std::string_view error : example.errors) {
      expected += error;
      expected += '\n';
    }
    EXPECT_EQ(errors_in(example.document), expected) << example.document;
  }
}

}  // namespace graphql::validation
