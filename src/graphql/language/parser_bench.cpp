// Parsing a document of the size clients send: about 5 KB, mostly fragments.
// `lex` is the limit: reading the same text without building a tree.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "graphql/language/lexer.h"
#include "graphql/language/parser.h"
#include "graphql/language/printer.h"

namespace {

std::string client_document() {
  std::string text;
  for (int i = 0; i < 20; ++i) {
    text += fmt::format(
        "fragment Port{0} on Port {{\n  __typename\n  key\n  label\n  nullable\n  description\n  default\n"
        "  kind\n  identifier\n  children {{\n    __typename\n    kind\n    identifier\n    children {{\n"
        "      ...Port{1}\n    }}\n  }}\n}}\n\n",
        i, (i + 1) % 20);
  }
  text += "query Actions($filters: ActionFilter, $pagination: OffsetPaginationInput, $first: Int = 10) {\n";
  for (int i = 0; i < 10; ++i) {
    text += fmt::format(
        "  list{0}: actions(filters: $filters, pagination: {{limit: $first, offset: {0}}}) {{\n"
        "    id\n    name\n    ports {{ ...Port{0} }}\n  }}\n",
        i);
  }
  return text + "}\n";
}

void lex(benchmark::State& state) {
  const std::string text = client_document();
  for (auto _ : state) {
    graphql::Lexer lexer(text);
    while (lexer.next().kind != graphql::Token::Kind::kEof) {
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(lex);

void parse(benchmark::State& state) {
  const std::string text = client_document();
  for (auto _ : state) benchmark::DoNotOptimize(graphql::parse_document(text));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(parse);

void print(benchmark::State& state) {
  const graphql::ast::Document document = graphql::parse_document(client_document());
  for (auto _ : state) benchmark::DoNotOptimize(graphql::print_document(document));
}
BENCHMARK(print);

}  // namespace

BENCHMARK_MAIN();
