// A sparse store ("sporadik", specification version 1): a Zarr v3 group with one child group a layout, each
// with the arrays `data`, `indices` and `indptr`. A layout is one axis made contiguous. The root's document
// says which layouts there are, so it is read first and names what else is needed; chunks are never read.
// Source: the Python package sporadik 1.1, writer and reader.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace formats {

/// A layout as the root announces it.
struct AnnouncedLayout {
  std::string path;           ///< within the store: `layouts/axis<indexed_axis>`
  std::int64_t indexed_axis;  ///< the axis that is contiguous
  /// The other axes, slowest first: how `indices` were raveled. Not recoverable from the bytes.
  std::vector<std::int64_t> index_order;
};

struct SparseRoot {
  std::string spec;
  std::vector<std::int64_t> shape;       ///< two axes or more, each >= 0
  std::vector<AnnouncedLayout> layouts;  ///< one or more, each of another axis, in the root's order
};

/// Reads the root's `zarr.json`. Throws Error(kValidation) for what is not a
/// finished store of a version we know.
SparseRoot read_sparse_root(std::string_view document);

/// Where a layout's documents are, below the store's prefix: its group's and
/// those of its data, indices and indptr.
std::array<std::string, 4> sparse_documents(const AnnouncedLayout& layout);

/// The bytes of these documents, in the same order; nullopt for an object that is not there.
using SparseDocuments = std::array<std::optional<std::string_view>, 4>;

/// What is recorded of a layout. Lengths are in elements.
struct SparseLayout {
  std::string path;
  std::string encoding;  ///< `csr_matrix` or `csc_matrix`
  std::optional<std::string> encoding_version;
  std::int64_t indexed_axis = 0;
  std::vector<std::int64_t> index_order;
  std::int64_t nnz = 0;  ///< may exceed 32 bits
  std::string dtype;
  std::int64_t data_chunk = 0;
  std::int64_t indices_chunk = 0;
  std::int64_t indptr_chunk = 0;
  bool range_readable = false;  ///< all three are one uncompressed chunk: `indptr` names byte offsets
};

/// Reads one layout of `root`. Throws Error(kValidation) if a document is
/// missing or contradicts the root or another one.
SparseLayout read_sparse_layout(const SparseRoot& root, const AnnouncedLayout& layout,
                                const SparseDocuments& documents);

}  // namespace formats
