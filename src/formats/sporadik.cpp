#include "formats/sporadik.h"

#include <algorithm>

#include "base/error.h"
#include "formats/json_document.h"
#include "formats/zarr_array.h"
#include "formats/zarr_node.h"

namespace formats {
namespace {

namespace code = base::code;
using base::Error;
using base::Json;

constexpr std::string_view kRootName = "the store's zarr.json";
constexpr std::string_view kSpec = "1";

/// Every axis but one, ascending.
std::vector<std::int64_t> other_axes(std::size_t rank, std::int64_t axis) {
  std::vector<std::int64_t> others;
  for (std::size_t other = 0; other < rank; ++other) {
    if (static_cast<std::int64_t>(other) != axis) others.push_back(static_cast<std::int64_t>(other));
  }
  return others;
}

AnnouncedLayout announced_layout(const Json& entry, const std::vector<std::int64_t>& shape) {
  const Json& axis = entry["indexed_axis"];
  const std::optional<std::int64_t> indexed = axis.as_int64();
  if (!indexed || *indexed < 0 || *indexed >= static_cast<std::int64_t>(shape.size())) {
    throw Error(code::kValidation, "{}: indexed_axis of layout {} is no axis of an array of shape {}.",
                kRootName, shown(entry), shown(shape));
  }
  AnnouncedLayout layout{
      .path = fmt::format("layouts/axis{}", *indexed), .indexed_axis = *indexed, .index_order = {}};
  const Json& path = entry["path"];
  if (!path.is_string() || path.as_string() != layout.path) {
    throw Error(code::kValidation, "{}: the layout of axis {} must lie at \"{}\", not at {}.", kRootName,
                *indexed, layout.path, shown(path));
  }
  std::optional<std::vector<std::int64_t>> order = whole_numbers(entry["index_order"], 0);
  std::vector<std::int64_t> sorted = order.value_or(std::vector<std::int64_t>());
  std::sort(sorted.begin(), sorted.end());
  const std::vector<std::int64_t> others = other_axes(shape.size(), *indexed);
  if (sorted != others) {
    throw Error(code::kValidation, "{}: index_order of {} must be {} in some order, not {}.", kRootName,
                layout.path, shown(others), shown(entry["index_order"]));
  }
  layout.index_order = *std::move(order);
  return layout;
}

bool is_spec(const Json& spec) { return spec.is_string() ? spec.as_string() == kSpec : spec.as_int64() == 1; }

}  // namespace

SparseRoot read_sparse_root(std::string_view document) {
  const Json node = parse_zarr_node(document, kRootName, "group");
  const Json& block = node["attributes"]["sporadik"];
  if (!block.is_object()) {
    throw Error(
        code::kValidation,
        "{} has no `sporadik` attribute. It is written last, so this is no sparse store or one whose upload "
        "was interrupted; write it again.",
        kRootName);
  }
  if (!is_spec(block["spec"])) {
    throw Error(code::kValidation, "{}: sporadik's spec must be \"{}\", not {}.", kRootName, kSpec,
                shown(block["spec"]));
  }
  const Json& complete = block["complete"];
  if (!complete.is_bool() || !complete.as_bool()) {
    throw Error(code::kValidation,
                "{}: sporadik's `complete` must be true, not {}. Finish writing the store.", kRootName,
                shown(complete));
  }
  std::optional<std::vector<std::int64_t>> shape = whole_numbers(block["shape"], 0);
  if (!shape || shape->size() < 2) {
    throw Error(code::kValidation, "{}: sporadik's shape must be two sizes or more, not {}.", kRootName,
                shown(block["shape"]));
  }
  if (!product(*shape)) {
    throw Error(code::kValidation, "{}: an array of shape {} has more than 2^63 positions.", kRootName,
                shown(*shape));
  }
  SparseRoot root{.spec = std::string(kSpec), .shape = *std::move(shape), .layouts = {}};
  const Json& layouts = block["layouts"];
  if (!layouts.is_array() || layouts.items().empty() || layouts.items().size() > root.shape.size()) {
    throw Error(code::kValidation,
                "{}: sporadik's layouts must be a list, at least one and at most one an axis.", kRootName);
  }
  for (const Json& entry : layouts.items()) {
    AnnouncedLayout layout = announced_layout(entry, root.shape);
    const auto same = [&](const AnnouncedLayout& other) { return other.indexed_axis == layout.indexed_axis; };
    if (std::any_of(root.layouts.begin(), root.layouts.end(), same)) {
      throw Error(code::kValidation, "{}: two layouts are of axis {}.", kRootName, layout.indexed_axis);
    }
    root.layouts.push_back(std::move(layout));
  }
  return root;
}

std::array<std::string, 4> sparse_documents(const AnnouncedLayout& layout) {
  return {layout.path + "/zarr.json", layout.path + "/data/zarr.json", layout.path + "/indices/zarr.json",
          layout.path + "/indptr/zarr.json"};
}

namespace {

/// The codecs' names are exactly `bytes`, and one object is the whole array.
bool is_raw_buffer(const ZarrArray& array) {
  const Json::Array& codecs = array.codecs.items();
  if (codecs.size() != 1 || array.chunks != array.shape) return false;
  const Json& name = codecs[0].is_object() ? codecs[0]["name"] : codecs[0];
  return name.is_string() && name.as_string() == "bytes";
}

class LayoutReader {
 public:
  LayoutReader(const SparseRoot& root, const AnnouncedLayout& layout)
      : root_(root), announced_(layout), paths_(sparse_documents(layout)) {}

  SparseLayout read(const SparseDocuments& documents) {
    layout_.path = announced_.path;
    layout_.indexed_axis = announced_.indexed_axis;
    layout_.index_order = announced_.index_order;
    read_group(present(documents, 0));
    const ZarrArray data = vector(documents, 1);
    const ZarrArray indices = vector(documents, 2);
    const ZarrArray indptr = vector(documents, 3);
    check_lengths(data.shape[0], indices.shape[0], indptr.shape[0]);
    if (!data.dtype) {
      throw Error(code::kValidation, "{}: data_type must be one of Zarr's own, not an extension type.",
                  paths_[1]);
    }
    layout_.dtype = *data.dtype;
    layout_.nnz = data.shape[0];
    layout_.data_chunk = data.chunks[0];
    layout_.indices_chunk = indices.chunks[0];
    layout_.indptr_chunk = indptr.chunks[0];
    layout_.range_readable = is_raw_buffer(data) && is_raw_buffer(indices) && is_raw_buffer(indptr);
    return std::move(layout_);
  }

 private:
  std::string_view present(const SparseDocuments& documents, std::size_t which) const {
    if (documents[which]) return *documents[which];
    throw Error(code::kValidation,
                "The store names layout {}, but {} is not there: its upload was interrupted; write it again.",
                announced_.path, paths_[which]);
  }

  ZarrArray vector(const SparseDocuments& documents, std::size_t which) const {
    ZarrArray array = read_zarr_array(present(documents, which), paths_[which]);
    if (array.shape.size() != 1) {
      throw Error(code::kValidation, "{}: the array must have one axis, but its shape is {}.", paths_[which],
                  shown(array.shape));
    }
    return array;
  }

  void read_group(std::string_view document) {
    const Json node = parse_zarr_node(document, paths_[0], "group");
    const Json& attributes = node["attributes"];
    const bool matrix = root_.shape.size() == 2;
    layout_.encoding = matrix && announced_.indexed_axis == 1 ? "csc_matrix" : "csr_matrix";
    const Json& encoding = attributes["encoding-type"];
    if (!encoding.is_string() || encoding.as_string() != layout_.encoding) {
      throw Error(code::kValidation, "{}: encoding-type must be \"{}\" for axis {} of {} axes, not {}.",
                  paths_[0], layout_.encoding, announced_.indexed_axis, root_.shape.size(), shown(encoding));
    }
    layout_.encoding_version = storable_text(attributes["encoding-version"]);
    const std::vector<std::int64_t> expected = matrix ? root_.shape : raveled();
    if (whole_numbers(attributes["shape"], 0) != expected) {
      throw Error(code::kValidation, "{}: shape must be {}, not {}.", paths_[0], shown(expected),
                  shown(attributes["shape"]));
    }
  }

  /// The indexed axis, and all others as one. The root's product fits 64 bits, and so does every part of it
  /// unless an extent of 0 hides the others.
  std::vector<std::int64_t> raveled() const {
    std::vector<std::int64_t> rest;
    for (const std::int64_t axis : announced_.index_order) {
      rest.push_back(root_.shape[static_cast<std::size_t>(axis)]);
    }
    const std::optional<std::int64_t> positions = product(rest);
    if (!positions) {
      throw Error(code::kValidation, "{}: an array of shape {} has more than 2^63 positions.", paths_[0],
                  shown(root_.shape));
    }
    return {extent(), *positions};
  }

  std::int64_t extent() const { return root_.shape[static_cast<std::size_t>(announced_.indexed_axis)]; }

  void check_lengths(std::int64_t data, std::int64_t indices, std::int64_t indptr) const {
    if (data != indices) {
      throw Error(code::kValidation, "{}: data has {} entries and indices has {}; they belong together.",
                  announced_.path, data, indices);
    }
    // Counted down rather than up: the extent may be the largest number there is.
    if (indptr < 1 || indptr - 1 != extent()) {
      throw Error(code::kValidation, "{}: indptr has {} entries; an axis of {} needs one more than that.",
                  announced_.path, indptr, extent());
    }
  }

  const SparseRoot& root_;
  const AnnouncedLayout& announced_;
  const std::array<std::string, 4> paths_;
  SparseLayout layout_;
};

}  // namespace

SparseLayout read_sparse_layout(const SparseRoot& root, const AnnouncedLayout& layout,
                                const SparseDocuments& documents) {
  return LayoutReader(root, layout).read(documents);
}

}  // namespace formats
