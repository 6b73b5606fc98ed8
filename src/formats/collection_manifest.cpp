#include "formats/collection_manifest.h"

#include <algorithm>
#include <span>

#include "base/error.h"
#include "base/text.h"
#include "formats/json_document.h"

namespace formats {
namespace {

namespace code = base::code;
using base::Error;
using base::Json;

constexpr std::string_view kSpecVersion = "1";
constexpr std::string_view kSortKey = "MORTON";
constexpr std::string_view kDefaultCells = "catalog/cells.parquet";
constexpr std::size_t kRank = 3;  ///< an octree has three axes

/// A required key of `encoding`, and all that it may be.
struct Vocabulary {
  std::string_view key;
  std::vector<std::string_view> values;
};

const std::vector<Vocabulary> kMeshEncoding = {
    {"positions", {"UINT16_QUANTIZED_PER_CELL"}},
    {"indices", {"UINT16", "UINT32"}},
    {"codec", {"NONE", "MESHOPT"}},
    {"compression", {"NONE", "ZSTD"}},
    {"boundary", {"LOCKED", "OPEN"}},
    {"decimation", {"QUARTER", "HALF", "EIGHTH", "CUSTOM"}},
};
const std::vector<Vocabulary> kNetworkEncoding = {
    {"positions", {"UINT16_QUANTIZED_PER_CELL"}},
    {"edges", {"UINT32_PAIRS"}},
    {"nodeIds", {"UINT32", "UINT64"}},
    {"radii", {"NONE", "FLOAT32", "UINT16_QUANTIZED_PER_CELL"}},
    {"ghosts", {"TRAILING_PER_OWNER_CELL"}},
    {"codec", {"NONE"}},
    {"compression", {"NONE", "ZSTD"}},
    {"pruning", {"NONE", "STRAHLER", "CUSTOM"}},
    {"simplification", {"NONE", "DOUGLAS_PEUCKER", "CUSTOM"}},
};
const std::vector<std::string_view> kAttributeSemantics = {"STRAHLER", "DEGREE", "DEPTH", "COMPONENT"};

bool is_one_of(const Json& value, std::span<const std::string_view> allowed) {
  return value.is_string() && std::find(allowed.begin(), allowed.end(), value.as_string()) != allowed.end();
}

std::string listed(std::span<const std::string_view> values) {
  std::string text;
  for (const std::string_view value : values) {
    if (!text.empty()) text += ", ";
    text += value;
  }
  return text;
}

/// What both kinds of manifest say in the same way.
class ManifestReader {
 public:
  ManifestReader(std::string_view document, std::string_view name)
      : name_(name), document_(parse_document(document, name)) {}

  CollectionManifest read(const std::vector<Vocabulary>& vocabulary) {
    read_version();
    read_grid();
    read_encoding(vocabulary);
    read_axes();
    manifest_.counts = object_or_empty("counts");
    manifest_.files = object_or_empty("files");
    read_cells_path();
    return std::move(manifest_);
  }

  const Json& document() const { return document_; }

  [[noreturn]] void fail(std::string_view rule, const Json& found) const {
    throw Error(code::kValidation, "{}: {}, not {}.", name_, rule, shown(found));
  }

 private:
  void read_version() {
    const Json& version = document_["specVersion"];
    const bool known =
        version.is_string() ? base::trim(version.as_string()) == kSpecVersion : version.as_int64() == 1;
    if (!known) fail("specVersion must be \"1\", the only version there is", version);
    manifest_.spec_version = kSpecVersion;
  }

  void read_grid() {
    const Json& grid = document_["grid"];
    if (!grid.is_object()) fail("grid must be an object", grid);
    const std::optional<std::vector<std::int64_t>> cell = whole_numbers(grid["cellSize"], 1);
    if (!cell || cell->size() != kRank) {
      fail("grid's cellSize must be three whole numbers, none below 1", grid["cellSize"]);
    }
    const std::optional<std::int64_t> levels = grid["levels"].as_int64();
    if (!levels || *levels < 1) fail("grid's levels must be a whole number, at least 1", grid["levels"]);
    const Json& sort_key = grid["sortKey"];
    if (!sort_key.is_null() && (!sort_key.is_string() || sort_key.as_string() != kSortKey)) {
      fail("grid's sortKey must be \"MORTON\"", sort_key);
    }
    Json sizes = Json::array();
    for (const std::int64_t size : *cell) sizes.push_back(size);
    manifest_.grid = Json::object(
        {{"cellSize", std::move(sizes)}, {"levels", *levels}, {"sortKey", std::string(kSortKey)}});
  }

  void read_encoding(const std::vector<Vocabulary>& vocabulary) {
    const Json& encoding = document_["encoding"];
    if (!encoding.is_object()) fail("encoding must be an object", encoding);
    manifest_.encoding = Json::object();
    for (const Vocabulary& word : vocabulary) {
      const Json& value = encoding[word.key];
      if (!is_one_of(value, word.values)) {
        fail(fmt::format("encoding's {} must be one of {}", word.key, listed(word.values)), value);
      }
      manifest_.encoding.set(word.key, value);
    }
  }

  void read_axes() {
    const Json& axes = document_["axes"];
    if (axes.is_null()) return;
    if (!axes.is_array() || axes.items().size() != kRank) fail("axes must be three names or null", axes);
    manifest_.axes.emplace();
    for (const Json& axis : axes.items()) {
      std::optional<std::string> name = storable_text(axis);
      if (!name || name->empty()) fail("each of axes must be a name", axis);
      if (std::find(manifest_.axes->begin(), manifest_.axes->end(), *name) != manifest_.axes->end()) {
        fail("axes must be three different names", axes);
      }
      manifest_.axes->push_back(*std::move(name));
    }
  }

  Json object_or_empty(std::string_view key) const {
    const Json& value = document_[key];
    return value.is_object() ? value : Json::object();
  }

  void read_cells_path() {
    const Json& entry = manifest_.files["cells"];
    if (entry.is_null()) {
      manifest_.cells_path = kDefaultCells;
      return;
    }
    const Json& path = entry.is_object() ? entry["path"] : entry;
    if (!path.is_string() || !stays_below(path.as_string())) {
      fail("files.cells must be a path below the collection, or an object with one", entry);
    }
    manifest_.cells_path = path.as_string();
  }

  /// The path is appended to the collection's key, and must not lead out of it again.
  static bool stays_below(const std::string& path) {
    if (path.size() > 512) return false;
    if (std::any_of(path.begin(), path.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
      return false;
    const std::vector<std::string_view> segments = base::split(path, '/');
    return std::none_of(segments.begin(), segments.end(), [](std::string_view segment) {
      return segment.empty() || segment == "." || segment == "..";
    });
  }

  std::string_view name_;
  Json document_;
  CollectionManifest manifest_;
};

/// `[a-z_][a-z0-9_]{0,63}`: it becomes part of two column names.
bool is_attribute_name(const std::string& name) {
  if (name.empty() || name.size() > 64 || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

Json attribute(const ManifestReader& reader, const Json& entry) {
  const Json& name = entry["name"];
  if (!name.is_string() || !is_attribute_name(name.as_string())) {
    reader.fail("an attribute's name must be up to 64 of a-z, 0-9 and _, no digit first", entry);
  }
  if (name.as_string() == "radius") {
    reader.fail("radii are declared by encoding's radii, so an attribute must be called otherwise", entry);
  }
  const Json& encoding = entry["encoding"];
  if (!encoding.is_null() && (!encoding.is_string() || encoding.as_string() != "FLOAT32")) {
    reader.fail("an attribute's encoding must be FLOAT32", encoding);
  }
  const Json& semantics = entry["semantics"];
  if (!semantics.is_null() && !is_one_of(semantics, kAttributeSemantics)) {
    reader.fail(
        fmt::format("an attribute's semantics must be null or one of {}", listed(kAttributeSemantics)),
        semantics);
  }
  return Json::object({{"name", name}, {"encoding", "FLOAT32"}, {"semantics", semantics}});
}

Json attributes(const ManifestReader& reader) {
  const Json& declared = reader.document()["attributes"];
  Json list = Json::array();
  if (declared.is_null()) return list;
  if (!declared.is_array()) reader.fail("attributes must be a list", declared);
  std::vector<std::string_view> names;
  for (const Json& entry : declared.items()) {
    list.push_back(attribute(reader, entry));
    names.push_back(entry["name"].as_string());
  }
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) != names.end()) {
    reader.fail("each attribute must be declared once", declared);
  }
  return list;
}

}  // namespace

CollectionManifest read_fabriks_manifest(std::string_view document) {
  ManifestReader reader(document, "fabriks.json");
  CollectionManifest manifest = reader.read(kMeshEncoding);
  const Json& encoding = manifest.encoding;
  if (encoding["codec"].as_string() == "MESHOPT" && encoding["compression"].as_string() == "ZSTD") {
    // The length of a compressed blob follows from its counts, and that of a meshopt blob does not.
    reader.fail("encoding's codec MESHOPT goes with compression NONE only; nothing could decode it",
                encoding);
  }
  if (const Json* normals = reader.document()["encoding"].find("normals"); normals != nullptr) {
    manifest.encoding.set("normals", *normals);
  }
  return manifest;
}

CollectionManifest read_konnektion_manifest(std::string_view document) {
  ManifestReader reader(document, "konnektion.json");
  CollectionManifest manifest = reader.read(kNetworkEncoding);
  manifest.attributes = attributes(reader);
  return manifest;
}

}  // namespace formats
