// schemac NAMESPACE FOLDER OUTPUT FILE...
//
// Makes OUTPUT/FOLDER/<noun>.h of each schema file; FILE... are all files of
// one schema. A header that would stay the same is not written.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/error.h"
#include "schemac/emit.h"

namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_if_changed(const fs::path& path, const std::string& text) {
  if (fs::exists(path) && read_file(path) == text) return;
  fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw base::Error(base::code::kUnavailable, "{}: cannot be written.", path.string());
}

void run(const std::vector<std::string>& arguments) {
  const schemac::Target target{arguments[0], arguments[1]};
  const fs::path output = arguments[2];
  std::vector<schemac::SourceText> texts;
  for (std::size_t i = 3; i < arguments.size(); ++i) {
    if (!fs::exists(arguments[i]))
      throw base::Error(base::code::kNotFound, "{}: no such file.", arguments[i]);
    texts.push_back({arguments[i], read_file(arguments[i])});
  }
  const schemac::Sources sources(texts);
  const schemac::InputTypes inputs(sources.schema());
  for (const schemac::Noun& noun : sources.nouns()) {
    write_if_changed(output / schemac::header_path(noun, target),
                     schemac::emit(noun, sources, inputs, target));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 4) {
    fmt::print(stderr, "Usage: schemac NAMESPACE FOLDER OUTPUT FILE...\n");
    return 2;
  }
  try {
    run(arguments);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
