// Whatever the bytes: the parser refuses them with a SyntaxError, or what it
// read prints as text that reads back and prints the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "graphql/error.h"
#include "graphql/language/parser.h"
#include "graphql/language/printer.h"

namespace {

template <class Parse, class Print>
void check(std::string_view text, Parse parse, Print print) {
  std::string printed;
  try {
    printed = print(parse(text));
  } catch (const graphql::SyntaxError&) {
    return;
  }
  if (print(parse(printed)) != printed) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(
      text, [](std::string_view source) { return graphql::parse_document(source); }, graphql::print_document);
  check(text, graphql::parse_schema, graphql::print_schema_document);
  check(text, graphql::parse_value, graphql::print_value);
  return 0;
}
