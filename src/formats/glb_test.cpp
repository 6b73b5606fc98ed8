#include "formats/glb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/glb_testing.h"
#include "formats/hostile_testing.h"

namespace formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;

TEST(Glb, ReadsAModelWithJoints) {
  const GlbModel model = read_model(kArm, kArmBinary);
  EXPECT_EQ(model.spec_version, "2.0");
  EXPECT_THAT(model.generator, Optional(std::string("kulisse 1")));
  EXPECT_THAT(model.nodes, ElementsAre("base", "base_visual_0", "lift", "slide", "slide_visual_0", "spin",
                                       "wheel", "wheel_visual_0"));
  EXPECT_EQ(model.stats.nodes, 8);
  EXPECT_EQ(model.stats.triangles, 36);
  EXPECT_EQ(model.stats.textures, 0);
  EXPECT_EQ(model.stats.animations, 0);
  EXPECT_EQ(model.joints.items().size(), 2U);
  EXPECT_EQ(model.joints.items().at(1)["mimic"]["joint"].as_string(), "lift");
  EXPECT_THAT(model.extensions_used, IsEmpty());
  EXPECT_THAT(model.warnings, IsEmpty());
}

TEST(Glb, SaysFromTheStartHowMuchToRead) {
  const std::string file = glb_of(kArm, kArmBinary);
  EXPECT_EQ(glb_head_size(file.substr(0, kGlbStart), file.size()), file.size() - kArmBinary);
  EXPECT_EQ(read_glb(std::string_view(file).substr(0, file.size() - kArmBinary), file.size()).stats.nodes, 8);
  EXPECT_EQ(reason_of([&] { read_glb(std::string_view(file).substr(0, 100), file.size()); }),
            "bad_structure");
  const std::string bare = glb_of(R"({"asset":{"version":"2.0"}})");
  EXPECT_EQ(glb_head_size(bare, bare.size()), bare.size());
  EXPECT_EQ(read_glb(bare, bare.size()).bounds, std::nullopt);
}

TEST(Glb, RefusesFilesBeyondTheLimitBeforeReadingThem) {
  EXPECT_EQ(reason_of([] { glb_head_size("", (std::uint64_t{50} << 20) + 1); }), "too_large");
  const std::string file = glb_of(kArm, kArmBinary);
  EXPECT_EQ(reason_of([&] { glb_head_size(file, file.size(), {.bytes = file.size() - 1}); }), "too_large");
  EXPECT_EQ(reason_of([&] { glb_head_size(file, file.size(), {.json_bytes = 1'000}); }), "bad_structure");
}

TEST(Glb, RefusesHeadersThatDoNotFitTheFile) {
  const std::string file = glb_of(kArm, kArmBinary);
  const auto reason = [&](std::size_t at, char byte) {
    std::string changed = file;
    changed[at] = byte;
    return reason_of([&] { read_glb(changed, changed.size()); });
  };
  EXPECT_EQ(reason(0, 'G'), "bad_header");
  EXPECT_EQ(reason(4, 1), "bad_header");
  EXPECT_EQ(reason(8, 0), "bad_header");
  EXPECT_EQ(reason_of([&] { read_glb(file, file.size() + 1); }), "bad_header");
  EXPECT_EQ(reason_of([&] { read_glb(file.substr(0, 19), 19); }), "bad_header");
  EXPECT_EQ(reason(16, 'B'), "bad_structure");                            // first chunk
  EXPECT_EQ(reason(14, 0x10), "bad_structure");                           // length of the JSON chunk
  EXPECT_EQ(reason(file.size() - kArmBinary - 1, 'x'), "bad_structure");  // second chunk
  EXPECT_EQ(reason(file.size() - kArmBinary - 6, 1), "bad_structure");    // length of the binary chunk
  // Between the JSON chunk and the end there is less than a chunk's header.
  const std::string cut = glb_of(kArm, 0, "BIN");
  EXPECT_THAT(refusal_of([&] { read_glb(cut, cut.size()); }), HasSubstr("cut off"));
  std::string beyond = file;
  beyond[14] = 0x10;
  EXPECT_THAT(refusal_of([&] { read_glb(beyond, beyond.size()); }),
              HasSubstr("JSON chunk runs past the end"));
}

TEST(Glb, RefusesDocumentsThatAreNoModel) {
  EXPECT_EQ(model_reason("[]"), "bad_structure");
  EXPECT_EQ(model_reason("{"), "bad_structure");
  EXPECT_EQ(model_reason("{}"), "bad_structure");
  EXPECT_EQ(model_reason(R"({"asset":{"version":"1.0"}})"), "bad_structure");
  EXPECT_EQ(model_reason(model_with(R"("nodes":{})")), "bad_structure");
  EXPECT_EQ(model_reason(model_with(R"("nodes":[1])")), "bad_structure");
  EXPECT_EQ(model_reason(model_with("")), "");
}

TEST(Glb, RefusesDataOutsideTheFile) {
  EXPECT_EQ(model_reason(model_with(R"("images":[{"uri":"texture.png"}])")), "external_reference");
  EXPECT_EQ(model_reason(model_with(R"("buffers":[{"byteLength":4,"uri":"data:;base64,AAAA"}])")),
            "external_reference");
}

TEST(Glb, RefusesExtensionsThatNoViewerHas) {
  EXPECT_EQ(model_reason(model_with(R"("extensionsRequired":["KHR_materials_unlit"])")),
            "unsupported_extension");
  EXPECT_EQ(model_reason(model_with(R"("extensionsRequired":[1])")), "bad_structure");
  const GlbModel model = read_model(model_with(
      R"("extensionsUsed":["KHR_mesh_quantization","EXT_other"],"extensionsRequired":["KHR_mesh_quantization"])"));
  EXPECT_THAT(model.extensions_used, ElementsAre("KHR_mesh_quantization", "EXT_other"));
  EXPECT_THAT(model.warnings, ElementsAre(HasSubstr("EXT_other")));
}

TEST(Glb, WarnsOfNamesThatCannotBeBound) {
  const GlbModel model =
      read_model(model_with(R"("nodes":[{"name":"a"},{"name":"Arm 1"},{"name":"a"},{},{"name":""}])"));
  EXPECT_THAT(model.nodes, ElementsAre("Arm 1", "a"));
  EXPECT_THAT(model.warnings, ElementsAre(HasSubstr(R"(["a"])"), HasSubstr(R"(["Arm 1"])")));
  EXPECT_EQ(model_reason(model_with(R"("nodes":[{"name":"a\u0000"}])")), "bad_structure");
}

TEST(Glb, CountsTrianglesByMode) {
  const auto triangles = [](std::string_view primitive) {
    return read_model(model_with(R"("accessors":[{"count":9},{"count":2}],"meshes":[{"primitives":[)" +
                                 std::string(primitive) + "]}]"))
        .stats.triangles;
  };
  EXPECT_EQ(triangles(R"({"indices":0})"), 3);
  EXPECT_EQ(triangles(R"({"attributes":{"POSITION":0},"mode":4})"), 3);
  EXPECT_EQ(triangles(R"({"indices":1,"attributes":{"POSITION":0}})"), 0);
  EXPECT_EQ(triangles(R"({"indices":0,"mode":5},{"indices":0,"mode":6},{"indices":1,"mode":6})"), 14);
  EXPECT_EQ(triangles(R"({"indices":0,"mode":1},{"attributes":{}},{})"), 0);
}

TEST(Glb, RefusesWhatNeedsTooMuchOfAViewer) {
  const auto nodes = [](std::size_t count) {
    std::string list = "{}";
    for (std::size_t node = 1; node < count; ++node) list += ",{}";
    return model_with(R"("nodes":[)" + list + "]");
  };
  EXPECT_EQ(model_reason(nodes(10'000)), "");
  EXPECT_EQ(model_reason(nodes(10'001)), "over_budget");
  const auto mesh = [](std::string_view count) {
    return model_with(
        R"("accessors":[{"count":)" + std::string(count) +
        R"(}],"meshes":[{"primitives":[{"indices":0},{"indices":0,"mode":5},{"indices":0,"mode":5}]}])");
  };
  EXPECT_EQ(model_reason(mesh("857144")), "");
  EXPECT_EQ(model_reason(mesh("900000")), "over_budget");
  EXPECT_EQ(model_reason(mesh("9223372036854775807")), "over_budget");
}

TEST(Glb, RefusesWhatRunsPastTheBinaryChunk) {
  const auto reason = [](std::string_view old_part, std::string_view new_part) {
    return model_reason(with(kArm, old_part, new_part), kArmBinary);
  };
  EXPECT_EQ(model_reason(kArm, kArmBinary - 4), "bad_structure");
  EXPECT_EQ(reason(R"("byteOffset":864,"byteLength":144)", R"("byteOffset":868,"byteLength":144)"),
            "bad_structure");
  EXPECT_EQ(reason(R"("byteOffset":864)", R"("byteOffset":9223372036854775807)"), "bad_structure");
  EXPECT_EQ(reason(R"("byteOffset":864)", R"("byteOffset":-1)"), "bad_structure");
  EXPECT_EQ(reason(R"("byteLength":144)", R"("byteStride":1)"), "bad_structure");
  EXPECT_EQ(reason(R"({"buffer":0,)", R"({"buffer":1,)"), "bad_structure");
  EXPECT_EQ(reason(R"("count":36)", R"("count":37)"), "bad_structure");
  EXPECT_EQ(reason(R"("count":36)", R"("count":9223372036854775807)"), "bad_structure");
  EXPECT_EQ(reason(R"("count":36)", R"("count":-1)"), "bad_structure");
  EXPECT_EQ(reason(R"({"bufferView":8,)", R"({"bufferView":9,)"), "bad_structure");
  EXPECT_EQ(reason(R"({"bufferView":8,)", R"({"bufferView":8,"byteOffset":4,)"), "bad_structure");
  EXPECT_EQ(reason(R"("type":"SCALAR")", R"("type":"VEC3")"), "bad_structure");
  EXPECT_EQ(reason(R"("type":"SCALAR")", R"("type":"VEC9")"), "bad_structure");
  EXPECT_EQ(reason(R"("indices":8)", R"("indices":9)"), "bad_structure");
  EXPECT_EQ(reason(R"([{"byteLength":1008}])", R"([{"byteLength":1008},{"byteLength":4}])"), "bad_structure");
}

TEST(Glb, TakesMeshoptFallbacksWithoutData) {
  const std::string fallback = R"([{"byteLength":1008},{"byteLength":4000,)"
                               R"("extensions":{"EXT_meshopt_compression":{"fallback":true}}}])";
  std::string document = with(kArm, R"([{"byteLength":1008}])", fallback);
  EXPECT_EQ(model_reason(document, kArmBinary), "");
  const std::string view =
      R"(,{"buffer":1,"byteOffset":0,"byteLength":4000,"extensions":{"EXT_meshopt_compression":)"
      R"({"buffer":0,"byteOffset":1000,"byteLength":8}}}],"buffers")";
  document = with(document, R"(],"buffers")", view);
  EXPECT_EQ(model_reason(document, kArmBinary), "");
  EXPECT_EQ(model_reason(with(document, R"("byteOffset":1000,)", R"("byteOffset":1001,)"), kArmBinary),
            "bad_structure");
}

TEST(Glb, SurvivesDamage) {
  const std::string file = glb_of(kArm, kArmBinary);
  const std::string head = file.substr(0, file.size() - kArmBinary);
  expect_only_refusals(head, [&](const std::string& bytes) { read_glb(bytes, file.size()); });
  const std::string box = glb_of(kBox, kBoxBinary);
  expect_only_refusals(box, [&](const std::string& bytes) { read_glb(bytes, bytes.size()); });
}

}  // namespace
}  // namespace formats
