#include "services/rekuest/assets/asset_policy.h"

namespace rekuest {
namespace {

using base::Json;

constexpr std::uint64_t kLargestModel = 100 * 1024 * 1024;
constexpr std::int64_t kLongestTextureSide = 4096;
constexpr std::int64_t kMostTextureMemory = 512LL * 1024 * 1024;

}  // namespace

const formats::GlbLimits& model_limits() {
  static const formats::GlbLimits kLimits = [] {
    formats::GlbLimits limits;
    limits.bytes = kLargestModel;
    return limits;
  }();
  return kLimits;
}

Json asset_policy() {
  const formats::GlbLimits& limits = model_limits();
  Json extensions = Json::array();
  for (const std::string& extension : limits.extensions) extensions.push_back(extension);
  Json model = Json::object({{"max_size", static_cast<double>(limits.bytes)},
                             {"max_json", static_cast<std::int64_t>(limits.json_bytes)},
                             {"max_nodes", limits.nodes},
                             {"max_triangles", limits.triangles},
                             {"max_texture_size", kLongestTextureSide},
                             {"max_texture_memory", static_cast<double>(kMostTextureMemory)},
                             {"max_animations", limits.animations},
                             {"extensions", std::move(extensions)}});
  Json image = Json::object({{"max_size", static_cast<double>(kLargestImage)},
                             {"max_side", kLongestSide},
                             {"formats", Json::array({"PNG", "JPEG", "WEBP"})}});
  return Json::object({{"model", std::move(model)}, {"image", std::move(image)}});
}

}  // namespace rekuest
