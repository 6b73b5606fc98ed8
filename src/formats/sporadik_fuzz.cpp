// The input is a root and the four documents of one of its layouts, separated by U+0000.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "formats/sporadik.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::string_view> parts = base::split({reinterpret_cast<const char*>(data), size}, '\0');
  try {
    const formats::SparseRoot root = formats::read_sparse_root(parts[0]);
    formats::SparseDocuments documents;
    for (std::size_t part = 1; part < parts.size() && part <= documents.size(); ++part) {
      documents[part - 1] = parts[part];
    }
    for (const formats::AnnouncedLayout& announced : root.layouts) {
      const formats::SparseLayout layout = formats::read_sparse_layout(root, announced, documents);
      if (layout.nnz < 0 || layout.data_chunk < 1 || layout.index_order.size() + 1 != root.shape.size())
        std::abort();
    }
  } catch (const base::Error& error) {
    if (error.code() != base::code::kValidation) std::abort();
  }
  return 0;
}
