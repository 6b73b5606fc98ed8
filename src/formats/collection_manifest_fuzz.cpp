// Both readers, and the one promise that others rely on: the catalog lies below the collection.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "formats/collection_manifest.h"

namespace {

template <class Read>
void attempt(Read read, std::string_view text) {
  try {
    const formats::CollectionManifest manifest = read(text);
    const std::string path = "/" + manifest.cells_path + "/";
    if (path.find("/../") != std::string::npos || path.find("//") != std::string::npos) std::abort();
  } catch (const base::Error& error) {
    if (error.code() != base::code::kValidation) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  attempt(formats::read_fabriks_manifest, text);
  attempt(formats::read_konnektion_manifest, text);
  return 0;
}
