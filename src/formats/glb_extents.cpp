#include <vector>

#include "formats/glb_parts.h"

namespace formats {
namespace {

using base::Json;

constexpr std::string_view kMeshopt = "EXT_meshopt_compression";

/// Part of a buffer, in bytes, none of them negative.
struct Span {
  std::int64_t offset;
  std::int64_t length;
};

Span span_of(const Json& item, std::string_view what) {
  const Json& offset = item["byteOffset"];
  const std::optional<std::int64_t> begins = offset.is_null() ? 0 : offset.as_int64();
  const std::optional<std::int64_t> length = item["byteLength"].as_int64();
  if (!begins || !length || *begins < 0 || *length < 0) {
    refuse_model(refusal::kBadStructure, "{} needs a byteOffset and a byteLength, none below 0.", what);
  }
  return {.offset = *begins, .length = *length};
}

/// Meshopt's fallback buffers have a length, but no data in the file.
bool is_fallback(const Json& buffer) {
  const Json& fallback = buffer["extensions"][kMeshopt]["fallback"];
  return fallback.is_bool() && fallback.as_bool();
}

/// The lengths of the buffers.
std::vector<std::int64_t> read_buffers(const Json::Array& buffers, std::uint64_t binary_bytes) {
  std::vector<std::int64_t> lengths;
  for (std::size_t index = 0; index < buffers.size(); ++index) {
    const std::int64_t length = span_of(buffers[index], fmt::format("buffers[{}]", index)).length;
    lengths.push_back(length);
    if (is_fallback(buffers[index])) continue;
    if (index != 0) {
      refuse_model(refusal::kBadStructure, "buffers[{}] has no data; only the first one is in the file.",
                   index);
    }
    if (static_cast<std::uint64_t>(length) > binary_bytes) {
      refuse_model(refusal::kBadStructure, "buffers[0] declares {} bytes, but the binary chunk has {}.",
                   length, binary_bytes);
    }
  }
  return lengths;
}

/// What accessors have to know of a view.
struct View {
  std::int64_t length;
  std::optional<std::int64_t> stride;  ///< nullopt if elements follow each other directly
};

View read_view(const Json& view, const std::vector<std::int64_t>& buffers, std::string_view what) {
  const std::int64_t buffer = buffers[model_index(buffers.size(), view["buffer"], what)];
  const Span span = span_of(view, what);
  std::int64_t end = 0;
  if (__builtin_add_overflow(span.offset, span.length, &end) || end > buffer) {
    refuse_model(refusal::kBadStructure, "{} runs past the end of its buffer.", what);
  }
  const Json& stride = view["byteStride"];
  const std::int64_t step = stride.is_null() ? 0 : stride.as_int64().value_or(-1);
  if (step < 0) refuse_model(refusal::kBadStructure, "{} has an invalid byteStride.", what);
  return {.length = span.length, .stride = stride.is_null() ? std::nullopt : std::optional(step)};
}

std::int64_t component_bytes(const Json& type) {
  switch (type.as_int64().value_or(0)) {
    case 5120:
    case 5121:
      return 1;
    case 5122:
    case 5123:
      return 2;
    case 5125:
    case 5126:
      return 4;
    default:
      return 0;
  }
}

std::int64_t components(const Json& type) {
  if (!type.is_string()) return 0;
  const std::string& name = type.as_string();
  if (name == "SCALAR") return 1;
  if (name == "VEC2") return 2;
  if (name == "VEC3") return 3;
  if (name == "VEC4" || name == "MAT2") return 4;
  if (name == "MAT3") return 9;
  return name == "MAT4" ? 16 : 0;
}

/// Bytes from the view's beginning to the accessor's last one; nullopt if they overflow.
std::optional<std::int64_t> needed(std::int64_t offset, std::int64_t stride, std::int64_t element,
                                   std::int64_t count) {
  if (count == 0) return offset;
  std::int64_t bytes = 0;
  if (__builtin_mul_overflow(stride, count - 1, &bytes) || __builtin_add_overflow(bytes, element, &bytes) ||
      __builtin_add_overflow(bytes, offset, &bytes)) {
    return std::nullopt;
  }
  return bytes;
}

void check_accessor(const Json& accessor, const std::vector<View>& views, std::string_view what) {
  const std::optional<std::int64_t> count = accessor["count"].as_int64();
  if (!count || *count < 0) {
    refuse_model(refusal::kBadStructure, "{} needs a count that is not below 0.", what);
  }
  if (accessor["bufferView"].is_null()) return;  // all zeros
  const View& view = views[model_index(views.size(), accessor["bufferView"], what)];
  const std::int64_t element = component_bytes(accessor["componentType"]) * components(accessor["type"]);
  if (element == 0) refuse_model(refusal::kBadStructure, "{} has an unknown type or componentType.", what);
  const Json& begin = accessor["byteOffset"];
  const std::int64_t offset = begin.is_null() ? 0 : begin.as_int64().value_or(-1);
  if (offset < 0) refuse_model(refusal::kBadStructure, "{} has an invalid byteOffset.", what);
  const std::optional<std::int64_t> bytes = needed(offset, view.stride.value_or(element), element, *count);
  if (!bytes || *bytes > view.length) {
    refuse_model(refusal::kBadStructure, "{} runs past the end of its bufferView.", what);
  }
}

}  // namespace

void check_model_extents(const Json& document, std::uint64_t binary_bytes) {
  const std::vector<std::int64_t> buffers = read_buffers(model_items(document, "buffers"), binary_bytes);
  std::vector<View> views;
  for (const Json& view : model_items(document, "bufferViews")) {
    const std::string what = fmt::format("bufferViews[{}]", views.size());
    views.push_back(read_view(view, buffers, what));
    const Json& compressed = view["extensions"][kMeshopt];
    if (compressed.is_object()) read_view(compressed, buffers, what + "'s compressed data");
  }
  const Json::Array& accessors = model_items(document, "accessors");
  for (std::size_t index = 0; index < accessors.size(); ++index) {
    check_accessor(accessors[index], views, fmt::format("accessors[{}]", index));
  }
}

}  // namespace formats
