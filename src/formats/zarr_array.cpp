#include "formats/zarr_array.h"

#include "base/error.h"
#include "formats/json_document.h"
#include "formats/zarr_node.h"

namespace formats {
namespace {

namespace code = base::code;
using base::Error;
using base::Json;

constexpr std::string_view kSharding = "sharding_indexed";

/// The name of a codec: `{"name": ...}`, or the name alone, which v3 allows where nothing is configured.
std::string_view codec_name(const Json& codec) {
  const Json& name = codec.is_object() ? codec["name"] : codec;
  return name.is_string() ? std::string_view(name.as_string()) : std::string_view();
}

class ArrayReader {
 public:
  ArrayReader(const Json& node, std::string_view name) : node_(node), name_(name) {}

  ZarrArray read() {
    read_shape();
    read_chunks();
    read_dimension_names();
    if (node_["data_type"].is_string()) array_.dtype = text("data_type", node_["data_type"]);
    array_.fill_value = node_["fill_value"];
    array_.attributes = member_or("attributes", Json::object());
    if (!array_.attributes.is_object()) fail("attributes must be an object", array_.attributes);
    array_.storage_transformers = member_or("storage_transformers", Json::array());
    array_.chunk_key_encoding = node_["chunk_key_encoding"];
    array_.codecs = node_["codecs"];
    return std::move(array_);
  }

 private:
  [[noreturn]] void fail(std::string_view rule, const Json& found) const {
    throw Error(code::kValidation, "{}: {}, not {}.", name_, rule, shown(found));
  }

  Json member_or(std::string_view key, Json otherwise) const {
    const Json* member = node_.find(key);
    return member == nullptr || member->is_null() ? std::move(otherwise) : *member;
  }

  std::string text(std::string_view what, const Json& value) const {
    std::optional<std::string> read = storable_text(value);
    if (!read) fail(fmt::format("{} must be text without U+0000", what), value);
    return *std::move(read);
  }

  void read_shape() {
    const Json& shape = node_["shape"];
    std::optional<std::vector<std::int64_t>> sizes = whole_numbers(shape, 0);
    if (!sizes) fail("shape must be a list of whole numbers, none below 0", shape);
    if (!product(*sizes)) fail("shape must be of fewer than 2^63 elements", shape);
    array_.shape = *std::move(sizes);
  }

  std::vector<std::int64_t> chunk_shape(std::string_view what, const Json& value) const {
    std::optional<std::vector<std::int64_t>> sizes = whole_numbers(value, 1);
    if (!sizes) fail(fmt::format("{} must be a list of whole numbers, none below 1", what), value);
    if (sizes->size() != array_.shape.size()) {
      throw Error(code::kValidation, "{}: {} has {} axes and shape has {}; they must agree.", name_, what,
                  sizes->size(), array_.shape.size());
    }
    if (!product(*sizes)) fail(fmt::format("{} must be of fewer than 2^63 elements", what), value);
    return *std::move(sizes);
  }

  void read_chunks() {
    const Json& grid = node_["chunk_grid"];
    const Json& kind = grid["name"];
    if (!kind.is_string() || kind.as_string() != "regular")
      fail("chunk_grid must be a \"regular\" one", grid);
    std::vector<std::int64_t> stored =
        chunk_shape("chunk_grid's chunk_shape", grid["configuration"]["chunk_shape"]);
    const Json* sharding = sharding_codec();
    if (sharding == nullptr) {
      array_.chunks = std::move(stored);
      return;
    }
    array_.chunks = inner_chunks(*sharding, stored);
    array_.shards = std::move(stored);
  }

  const Json* sharding_codec() const {
    const Json& codecs = node_["codecs"];
    if (!codecs.is_array()) fail("codecs must be a list", codecs);
    for (const Json& codec : codecs.items()) {
      if (codec_name(codec) != kSharding) continue;
      if (codecs.items().size() == 1) return &codec;
      throw Error(code::kValidation,
                  "{}: {} must be the only codec of the array, or shards cannot be read in parts. Move the "
                  "others into its own codecs.",
                  name_, kSharding);
    }
    return nullptr;
  }

  std::vector<std::int64_t> inner_chunks(const Json& sharding,
                                         const std::vector<std::int64_t>& shards) const {
    const Json& configuration = sharding["configuration"];
    const Json& inner = configuration["codecs"];
    if (!inner.is_array()) fail("the codecs of a shard must be a list", inner);
    for (const Json& codec : inner.items()) {
      if (codec_name(codec) == kSharding) {
        throw Error(code::kValidation, "{}: shards within shards are not supported. Shard the array once.",
                    name_);
      }
    }
    const Json& location = configuration["index_location"];
    const bool known =
        location.is_null() ||
        (location.is_string() && (location.as_string() == "start" || location.as_string() == "end"));
    if (!known) fail("index_location must be \"start\" or \"end\"", location);
    std::vector<std::int64_t> chunks = chunk_shape("the shards' chunk_shape", configuration["chunk_shape"]);
    for (std::size_t axis = 0; axis < chunks.size(); ++axis) {
      if (shards[axis] % chunks[axis] == 0) continue;
      throw Error(code::kValidation, "{}: shards of {} are no exact multiples of chunks of {}.", name_,
                  shown(shards), shown(chunks));
    }
    return chunks;
  }

  void read_dimension_names() {
    const Json& names = node_["dimension_names"];
    if (names.is_null()) return;
    if (!names.is_array() || names.items().size() != array_.shape.size()) {
      fail(fmt::format("dimension_names must be a list of {} names", array_.shape.size()), names);
    }
    array_.dimension_names.emplace();
    for (const Json& name : names.items()) {
      std::optional<std::string>& read = array_.dimension_names->emplace_back();
      if (!name.is_null()) read = text("each of dimension_names", name);
    }
  }

  const Json& node_;
  std::string_view name_;
  ZarrArray array_;
};

}  // namespace

ZarrArray read_zarr_array(std::string_view document, std::string_view name) {
  const Json node = parse_zarr_node(document, name, "array");
  return ArrayReader(node, name).read();
}

}  // namespace formats
