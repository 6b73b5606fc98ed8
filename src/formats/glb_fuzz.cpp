// The input is a model's JSON chunk, put into a file with a small binary chunk; and, as it is, a whole file.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "formats/glb.h"

namespace {

void attempt(std::string_view file) {
  try {
    const formats::GlbModel model = formats::read_glb(file, file.size());
    if (!model.joints.is_array() || model.stats.nodes < 0 || model.stats.triangles < 0) std::abort();
    for (std::size_t axis = 0; model.bounds && axis < 3; ++axis) {
      if (!std::isfinite(model.bounds->min[axis]) || model.bounds->min[axis] > model.bounds->max[axis])
        std::abort();
    }
  } catch (const base::Error& error) {
    if (error.code() != base::code::kValidation || error.reason().empty()) std::abort();
  }
}

std::string four_bytes(std::size_t number) {
  std::string bytes;
  for (unsigned shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(number >> shift & 0xFF);
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  attempt(input);
  const std::string chunks = four_bytes(size) + "JSON" + std::string(input) + four_bytes(64) +
                             std::string("BIN\0", 4) + std::string(64, '\0');
  attempt("glTF" + four_bytes(2) + four_bytes(12 + chunks.size()) + chunks);
  return 0;
}
