// Models for the tests: two that were made by their writers' own hands, and how a file is put together.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "formats/glb.h"

namespace formats {

/// The JSON of a model that kulisse 1.0.2 imported from a URDF of three links and two joints, and the bytes
/// of its binary chunk.
inline constexpr std::size_t kArmBinary = 1008;
inline constexpr std::string_view kArm =
    R"({"asset":{"version":"2.0","generator":"kulisse 1"},"scene":0,"scenes":[{"nodes":[7]}],)"
    R"("nodes":[{"name":"base_visual_0","mesh":0},{"name":"slide_visual_0","mesh":1,"translation":[0.0,)"
    R"(0.0,0.1],"rotation":[0.0,0.0,0.342897807,0.939372713]},{"name":"wheel_visual_0","mesh":2},)"
    R"({"name":"wheel","children":[2]},{"name":"spin","translation":[0.2,0.0,0.0],"children":[3]},)"
    R"({"name":"slide","children":[1,4]},{"name":"lift","translation":[0.0,0.0,0.3],"rotation":[0.0,0.0,)"
    R"(0.707106772,0.707106791],"children":[5]},{"name":"base","children":[0,6],"rotation":[-0.707106781,)"
    R"(0.0,0.0,0.707106781]}],"meshes":[{"primitives":[{"attributes":{"POSITION":0,"NORMAL":1},)"
    R"("indices":2}]},{"primitives":[{"attributes":{"POSITION":3,"NORMAL":4},"indices":5}]},)"
    R"({"primitives":[{"attributes":{"POSITION":6,"NORMAL":7},"indices":8}]}],)"
    R"("accessors":[{"bufferView":0,"componentType":5126,"count":8,"type":"VEC3",)"
    R"("min":[-0.10000000149011612,-0.10000000149011612,-0.05000000074505806],"max":[0.10000000149011612,)"
    R"(0.10000000149011612,0.05000000074505806]},{"bufferView":1,"componentType":5126,"count":8,)"
    R"("type":"VEC3"},{"bufferView":2,"componentType":5125,"count":36,"type":"SCALAR"},{"bufferView":3,)"
    R"("componentType":5126,"count":8,"type":"VEC3","min":[-0.05000000074505806,-0.20000000298023224,)"
    R"(-0.05000000074505806],"max":[0.05000000074505806,0.20000000298023224,0.05000000074505806]},)"
    R"({"bufferView":4,"componentType":5126,"count":8,"type":"VEC3"},{"bufferView":5,)"
    R"("componentType":5125,"count":36,"type":"SCALAR"},{"bufferView":6,"componentType":5126,"count":8,)"
    R"("type":"VEC3","min":[-0.02500000037252903,-0.02500000037252903,-0.02500000037252903],)"
    R"("max":[0.02500000037252903,0.02500000037252903,0.02500000037252903]},{"bufferView":7,)"
    R"("componentType":5126,"count":8,"type":"VEC3"},{"bufferView":8,"componentType":5125,"count":36,)"
    R"("type":"SCALAR"}],"bufferViews":[{"buffer":0,"byteOffset":0,"byteLength":96,"target":34962},)"
    R"({"buffer":0,"byteOffset":96,"byteLength":96,"target":34962},{"buffer":0,"byteOffset":192,)"
    R"("byteLength":144,"target":34963},{"buffer":0,"byteOffset":336,"byteLength":96,"target":34962},)"
    R"({"buffer":0,"byteOffset":432,"byteLength":96,"target":34962},{"buffer":0,"byteOffset":528,)"
    R"("byteLength":144,"target":34963},{"buffer":0,"byteOffset":672,"byteLength":96,"target":34962},)"
    R"({"buffer":0,"byteOffset":768,"byteLength":96,"target":34962},{"buffer":0,"byteOffset":864,)"
    R"("byteLength":144,"target":34963}],"buffers":[{"byteLength":1008}],)"
    R"("extras":{"arkitekt":{"version":1,"joints":[{"name":"lift","node":"lift","type":"prismatic",)"
    R"("axis":[0.0,0.0,1.0],"limit":{"lower":-0.1,"upper":0.2}},{"name":"spin","node":"spin",)"
    R"("type":"continuous","axis":[0.0,1.0,0.0],"mimic":{"joint":"lift","multiplier":2.0,"offset":0.0}}],)"
    R"("source":"sha256:aeb111f9b2380abd6e4d8c8fe3c291715789ff8045a5c682fe78079740f2f042"}}})";

/// The JSON of a turned box that trimesh 5.2.0 exported.
inline constexpr std::size_t kBoxBinary = 240;
inline constexpr std::string_view kBox =
    R"({"scene":0,"scenes":[{"nodes":[0]}],"asset":{"version":"2.0",)"
    R"("generator":"https://github.com/mikedh/trimesh"},"accessors":[{"componentType":5125,)"
    R"("type":"SCALAR","bufferView":0,"count":36,"max":[7],"min":[0]},{"componentType":5126,)"
    R"("type":"VEC3","byteOffset":0,"bufferView":1,"count":8,"max":[1.0,2.0,3.0],"min":[-1.0,-2.0,)"
    R"(-3.0]}],"meshes":[{"name":"geometry_0","extras":{"shape":"box","extents":[2.0,4.0,6.0]},)"
    R"("primitives":[{"attributes":{"POSITION":1},"indices":0,"mode":4}]}],"nodes":[{"name":"Box",)"
    R"("mesh":0,"matrix":[0.9387912809451864,0.06120871905481361,-0.3390050494210448,0.0,)"
    R"(0.06120871905481361,0.9387912809451864,0.3390050494210448,0.0,0.3390050494210448,)"
    R"(-0.3390050494210448,0.8775825618903728,0.0,1.0,2.0,3.0,1.0]}],"buffers":[{"byteLength":240}],)"
    R"("bufferViews":[{"buffer":0,"byteOffset":0,"byteLength":144},{"buffer":0,"byteOffset":144,)"
    R"("byteLength":96}]})";

inline std::string four_bytes(std::size_t number) {
  std::string bytes;
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(number >> shift & 0xFF);
  return bytes;
}

/// A whole file: the JSON, padded as it has to be, and a binary chunk of that many zeros if there are any; or
/// `rest` in its place.
inline std::string glb_of(std::string_view json, std::size_t binary = 0, std::string_view rest = "") {
  std::string text(json);
  text.append((4 - text.size() % 4) % 4, ' ');
  std::string chunks = four_bytes(text.size()) + "JSON" + text;
  if (binary > 0) chunks += four_bytes(binary) + std::string("BIN\0", 4) + std::string(binary, '\0');
  chunks += rest;
  return "glTF" + four_bytes(2) + four_bytes(12 + chunks.size()) + chunks;
}

inline GlbModel read_model(std::string_view json, std::size_t binary = 0) {
  const std::string file = glb_of(json, binary);
  return read_glb(file, file.size());
}

/// A document with these members besides what every model has.
inline std::string model_with(std::string_view members) {
  return R"({"asset":{"version":"2.0"})" + std::string(members.empty() ? "" : ",") + std::string(members) +
         "}";
}

/// The reason for which `read()` refuses, or an empty text if it does not.
template <class Read>
std::string reason_of(Read read) {
  try {
    read();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::code::kValidation);
    EXPECT_FALSE(error.reason().empty()) << error.message();
    return error.reason();
  }
  return "";
}

inline std::string model_reason(std::string_view json, std::size_t binary = 0) {
  return reason_of([&] { read_model(json, binary); });
}

}  // namespace formats
