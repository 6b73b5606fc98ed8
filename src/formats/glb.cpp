#include "formats/glb.h"

#include <algorithm>
#include <limits>
#include <set>

#include "base/text.h"
#include "formats/glb_parts.h"
#include "formats/json_document.h"

namespace formats {
namespace {

using base::Json;

constexpr std::uint32_t kMagic = 0x46546C67;      // "glTF"
constexpr std::uint32_t kJsonChunk = 0x4E4F534A;  // "JSON"
constexpr std::uint32_t kBinChunk = 0x004E4942;   // "BIN\0"
constexpr std::size_t kChunkHeader = 8;

std::uint32_t little_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t index = 4; index-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[at + index]);
  return value;
}

/// Bytes of the binary chunk, 0 if there is none.
std::uint64_t binary_bytes(std::string_view head, std::uint64_t json_end, std::uint64_t object_size) {
  if (json_end == object_size) return 0;
  if (object_size - json_end < kChunkHeader) {
    refuse_model(refusal::kBadStructure, "A chunk's header is cut off after the JSON chunk.");
  }
  const auto at = static_cast<std::size_t>(json_end);
  const std::uint64_t length = little_endian(head, at);
  if (little_endian(head, at + 4) != kBinChunk) {
    refuse_model(refusal::kBadStructure, "The chunk after the JSON chunk must be the binary chunk.");
  }
  if (length > object_size - json_end - kChunkHeader) {
    refuse_model(refusal::kBadStructure, "The binary chunk runs past the end of the file.");
  }
  return length;
}

Json parse_model(std::string_view text) {
  try {
    Json document = Json::parse(text);
    if (document.is_object()) return document;
  } catch (const base::Error& error) {
    refuse_model(refusal::kBadStructure, "The JSON chunk cannot be read: {}", error.message());
  }
  refuse_model(refusal::kBadStructure, "The JSON chunk must be an object.");
}

void check_self_contained(const Json& document) {
  for (const std::string_view key : {"buffers", "images"}) {
    for (const Json& item : model_items(document, key)) {
      if (item.find("uri") == nullptr) continue;
      refuse_model(refusal::kExternalReference,
                   "One of {} has a `uri`, but a model must carry all its data. Export it as a single .glb.",
                   key);
    }
  }
}

std::vector<std::string> names_of(const Json& document, std::string_view key) {
  const Json& list = document[key];
  std::vector<std::string> names;
  if (list.is_null()) return names;
  if (!list.is_array()) refuse_model(refusal::kBadStructure, "{} must be a list.", key);
  for (const Json& item : list.items()) {
    std::optional<std::string> name = storable_text(item);
    if (!name) refuse_model(refusal::kBadStructure, "{} must be a list of names.", key);
    names.push_back(*std::move(name));
  }
  return names;
}

/// Those of `names` that are not known, each once, sorted, as a list in text.
std::string unknown_of(std::vector<std::string> names, const std::vector<std::string>& known) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::erase_if(names, [&](const std::string& name) {
    return std::find(known.begin(), known.end(), name) != known.end();
  });
  return base::join(names, ", ");
}

void check_extensions(const Json& document, const GlbLimits& limits, GlbModel& model) {
  model.extensions_used = names_of(document, "extensionsUsed");
  const std::string refused = unknown_of(names_of(document, "extensionsRequired"), limits.extensions);
  if (!refused.empty()) {
    refuse_model(refusal::kUnsupportedExtension,
                 "The model requires extensions that no viewer here has: {}. Allowed: {}.", shown(refused),
                 base::join(limits.extensions, ", "));
  }
  const std::string ignored = unknown_of(model.extensions_used, limits.extensions);
  if (!ignored.empty())
    model.warnings.push_back(fmt::format("Viewers ignore the extensions {}.", shown(ignored)));
}

bool is_conventional(std::string_view name) {
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

/// Names can be bound to. Nodes without one are fine; a name that stands twice is not reliable.
std::set<std::string_view> read_node_names(const Json& document, GlbModel& model) {
  std::set<std::string_view> names;
  std::set<std::string_view> repeated;
  std::set<std::string_view> unconventional;
  for (const Json& node : model_items(document, "nodes")) {
    const Json& name = node["name"];
    if (!name.is_string() || name.as_string().empty()) continue;
    if (!storable_text(name))
      refuse_model(refusal::kBadStructure, "A node's name contains U+0000. Rename it.");
    const std::string_view text = name.as_string();
    if (!names.insert(text).second) repeated.insert(text);
    if (!is_conventional(text)) unconventional.insert(text);
  }
  model.nodes.assign(names.begin(), names.end());
  const auto warn = [&](const std::set<std::string_view>& which, std::string_view what) {
    if (which.empty()) return;
    Json list = Json::array();
    for (const std::string_view name : which) list.push_back(name);
    model.warnings.push_back(fmt::format("{}: {}", what, shown(list)));
  };
  warn(repeated, "Node names used more than once cannot be bound reliably");
  warn(unconventional, "Node names outside [a-z0-9_]+");
  return names;
}

/// Triangles (4) take three vertices each; strips (5) and fans (6) one more vertex for each after two. Points
/// and lines have none. `counts` are the elements of each accessor.
std::int64_t triangles_of(const Json& primitive, const std::vector<std::int64_t>& counts) {
  const Json& mode = primitive["mode"];
  const std::int64_t kind = mode.is_null() ? 4 : mode.as_int64().value_or(-1);
  if (kind < 4 || kind > 6) return 0;
  const Json* counted = primitive.find("indices");
  if (counted == nullptr) counted = primitive["attributes"].find("POSITION");
  if (counted == nullptr) return 0;
  const std::int64_t vertices = counts[model_index(counts.size(), *counted, "A mesh's primitive")];
  return kind == 4 ? vertices / 3 : std::max<std::int64_t>(vertices - 2, 0);
}

std::int64_t count_triangles(const Json& document) {
  std::vector<std::int64_t> counts;
  for (const Json& accessor : model_items(document, "accessors")) {
    counts.push_back(accessor["count"].as_int64().value_or(0));
  }
  std::int64_t triangles = 0;
  for (const Json& mesh : model_items(document, "meshes")) {
    for (const Json& primitive : model_items(mesh, "primitives")) {
      if (__builtin_add_overflow(triangles, triangles_of(primitive, counts), &triangles)) {
        return std::numeric_limits<std::int64_t>::max();
      }
    }
  }
  return triangles;
}

GlbStats count(const Json& document) {
  const auto number_of = [&](std::string_view key) {
    return static_cast<std::int64_t>(model_items(document, key).size());
  };
  return {.nodes = number_of("nodes"),
          .triangles = count_triangles(document),
          .textures = number_of("images"),
          .animations = number_of("animations")};
}

void check_budget(const GlbStats& stats, const GlbLimits& limits) {
  const auto check = [](std::int64_t has, std::int64_t limit, std::string_view what) {
    if (has <= limit) return;
    refuse_model(refusal::kOverBudget, "The model has {} {}; at most {} are shown. Simplify it.", has, what,
                 limit);
  };
  check(stats.nodes, limits.nodes, "nodes");
  check(stats.triangles, limits.triangles, "triangles");
  check(stats.animations, limits.animations, "animations");
}

}  // namespace

const Json::Array& model_items(const Json& document, std::string_view key) {
  static const Json::Array none;
  const Json* list = document.find(key);
  if (list == nullptr) return none;
  const bool good = list->is_array() && std::all_of(list->items().begin(), list->items().end(),
                                                    [](const Json& item) { return item.is_object(); });
  if (!good) refuse_model(refusal::kBadStructure, "{} must be a list of objects.", key);
  return list->items();
}

std::size_t model_index(std::size_t size, const Json& index, std::string_view what) {
  const std::optional<std::int64_t> at = index.as_int64();
  if (!at || *at < 0 || static_cast<std::uint64_t>(*at) >= size) {
    refuse_model(refusal::kBadStructure, "{} names something that does not exist: {}.", what, shown(index));
  }
  return static_cast<std::size_t>(*at);
}

std::size_t glb_head_size(std::string_view start, std::uint64_t object_size, const GlbLimits& limits) {
  if (object_size > limits.bytes) {
    refuse_model(refusal::kTooLarge, "The model has {} bytes; at most {} are stored. Simplify it.",
                 object_size, limits.bytes);
  }
  if (start.size() < kGlbStart || object_size < kGlbStart) {
    refuse_model(refusal::kBadHeader,
                 "The file is shorter than the header of a .glb. Upload a complete one.");
  }
  if (little_endian(start, 0) != kMagic) {
    refuse_model(refusal::kBadHeader, "The file is no binary glTF. Export the model as .glb.");
  }
  if (const std::uint32_t version = little_endian(start, 4); version != 2) {
    refuse_model(refusal::kBadHeader, "The file is a .glb of version {}; export it as version 2.", version);
  }
  if (const std::uint32_t declared = little_endian(start, 8); declared != object_size) {
    refuse_model(refusal::kBadHeader, "The header declares {} bytes, but the file has {}. Upload it again.",
                 declared, object_size);
  }
  if (little_endian(start, 16) != kJsonChunk) {
    refuse_model(refusal::kBadStructure, "The first chunk must be the JSON chunk.");
  }
  const std::uint64_t json_bytes = little_endian(start, 12);
  if (json_bytes > limits.json_bytes) {
    refuse_model(refusal::kBadStructure,
                 "The JSON chunk has {} bytes; at most {} are read. Simplify the model.", json_bytes,
                 limits.json_bytes);
  }
  if (json_bytes > object_size - kGlbStart) {
    refuse_model(refusal::kBadStructure, "The JSON chunk runs past the end of the file.");
  }
  return static_cast<std::size_t>(std::min(kGlbStart + json_bytes + kChunkHeader, object_size));
}

GlbModel read_glb(std::string_view head, std::uint64_t object_size, const GlbLimits& limits) {
  if (head.size() < glb_head_size(head, object_size, limits)) {
    refuse_model(refusal::kBadStructure, "The file ends within its JSON chunk. Upload it again.");
  }
  const std::uint64_t json_bytes = little_endian(head, 12);
  const Json document = parse_model(head.substr(kGlbStart, static_cast<std::size_t>(json_bytes)));
  const Json& asset = document["asset"];
  GlbModel model;
  model.spec_version = storable_text(asset["version"]).value_or("");
  if (model.spec_version != "2.0") {
    refuse_model(refusal::kBadStructure, "asset.version must be \"2.0\", not {}.", shown(asset["version"]));
  }
  model.generator = storable_text(asset["generator"]);
  check_self_contained(document);
  check_extensions(document, limits, model);
  check_model_extents(document, binary_bytes(head, kGlbStart + json_bytes, object_size));
  const std::set<std::string_view> names = read_node_names(document, model);
  model.joints = model_joints(document, names);
  model.stats = count(document);
  check_budget(model.stats, limits);
  model.bounds = model_bounds(document);
  return model;
}

}  // namespace formats
