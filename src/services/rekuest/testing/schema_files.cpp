#include "services/rekuest/testing/schema_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace rekuest_testing {
namespace {

namespace fs = std::filesystem;

fs::path schema_folder() {
  for (fs::path folder = fs::read_symlink("/proc/self/exe").parent_path();; folder = folder.parent_path()) {
    const fs::path candidate = folder / "rooms/rekuest/services/rekuest/schema";
    if (fs::exists(candidate)) return candidate;
    if (folder == folder.root_path())
      throw std::runtime_error("the schema's files are not beside the build tree");
  }
}

std::shared_ptr<const graphql::Schema> read() {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(schema_folder()))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> texts;
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return graphql::Schema::from_sdl({texts.begin(), texts.end()});
}

}  // namespace

std::shared_ptr<const graphql::Schema> schema() {
  static const std::shared_ptr<const graphql::Schema> loaded = read();
  return loaded;
}

}  // namespace rekuest_testing
