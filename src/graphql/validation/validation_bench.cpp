// How long documents take: one like those the official clients send (6 KB,
// 20 levels, a dozen fragments, `__typename` everywhere), and some made to be
// slow.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "graphql/language/parser.h"
#include "graphql/validation/validation.h"

namespace graphql {
namespace {

constexpr int kLevels = 18;
constexpr int kFragments = 12;

std::shared_ptr<const Schema> schema() {
  static const std::shared_ptr<const Schema> made = Schema::from_sdl({R"(
    type Query { node(id: ID!): Node  nodes(filter: Filter, limit: Int! = 10): [Node!]! }
    input Filter { ids: [ID!] name: String kind: Kind AND: Filter }
    enum Kind { FIRST SECOND }
    interface Node { id: ID! name: String! kind: Kind! parent: Node child(filter: Filter): Node widget: Widget }
    type One implements Node {
      id: ID! name: String! kind: Kind! parent: Node child(filter: Filter): Node widget: Widget size: Int
    }
    type Two implements Node {
      id: ID! name: String! kind: Kind! parent: Node child(filter: Filter): Node widget: Widget label: String
    }
    union Widget = Slider | Choice
    type Slider { min: Float max: Float step: Float }
    type Choice { options: [String!]! }
  )"});
  return made;
}

std::string repeat(std::string_view text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

/// Fragments that spread the next one, then an operation of nested fields.
std::string client_document() {
  std::string text;
  for (int i = 0; i < kFragments; ++i) {
    text += "fragment F" + std::to_string(i) +
            " on Node {\n  __typename\n  id\n  name\n  kind\n  id\n"
            "  widget {\n    __typename\n    ... on Slider {\n      min\n      max\n      step\n    }\n"
            "    ... on Choice {\n      options\n    }\n  }\n"
            "  ... on One {\n    __typename\n    id\n    size\n  }\n  ... on Two {\n    __typename\n    id\n "
            "   label\n  }\n";
    if (i + 1 < kFragments)
      text += "  parent {\n    __typename\n    ...F" + std::to_string(i + 1) + "\n  }\n";
    text += "}\n\n";
  }
  text +=
      "query Get($id: ID!, $filter: Filter, $limit: Int) {\n  nodes(filter: $filter, limit: $limit) { id }\n"
      "  node(id: $id) {\n    ...F0\n";
  text += repeat("child(filter: {kind: FIRST, ids: [$id]}) { __typename id name ", kLevels);
  return text + repeat("} ", kLevels) + "}\n}\n";
}

void validate_document(benchmark::State& state, const std::string& text) {
  const ast::Document document = parse_document(text);
  std::size_t errors = 0;
  for (auto _ : state) {
    errors = validate(*schema(), document).size();
    benchmark::DoNotOptimize(errors);
  }
  state.counters["bytes"] = static_cast<double>(text.size());
  state.counters["errors"] = static_cast<double>(errors);
}

void client(benchmark::State& state) { validate_document(state, client_document()); }

void same_field_repeated(benchmark::State& state) {
  validate_document(state, "{ nodes { " + repeat("id ", static_cast<int>(state.range(0))) + "} }");
}

/// Expands to 2^n fields.
void doubling_fragments(benchmark::State& state) {
  const int levels = static_cast<int>(state.range(0));
  std::string text = "{ nodes { ...F0 } } ";
  for (int i = 0; i < levels; ++i) {
    const std::string next = std::to_string(i + 1);
    text += "fragment F" + std::to_string(i) + " on Node { a: parent { ...F" + next + " } b: parent { ...F" +
            next + " } } ";
  }
  validate_document(state, text + "fragment F" + std::to_string(levels) + " on Node { id }");
}

/// Ever new combinations of object types: refused once the allowance is spent.
void combinations_of_objects(benchmark::State& state) {
  const int levels = static_cast<int>(state.range(0));
  std::string text = "id";
  for (int level = levels; level > 0; --level) {
    const std::string tail =
        "{ parent { " + repeat("parent { ", levels - level) + "id" + repeat(" }", levels - level) + " } }";
    text = "parent { " + text + " } ... on One " + tail + " ... on Two " + tail;
  }
  validate_document(state, "{ nodes { " + text + " } }");
}

BENCHMARK(client)->Unit(benchmark::kMicrosecond);
BENCHMARK(same_field_repeated)->RangeMultiplier(4)->Range(1000, 16'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(doubling_fragments)->Arg(6)->Arg(12)->Arg(40)->Unit(benchmark::kMicrosecond);
BENCHMARK(combinations_of_objects)->Arg(8)->Arg(40)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace graphql

BENCHMARK_MAIN();
