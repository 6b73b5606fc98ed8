#include "objects/form_reader.h"

#include <gtest/gtest.h>

#include <random>

#include "objects/s3_error.h"

namespace objects {
namespace {

constexpr const char* kType = "multipart/form-data; boundary=\"x-y\"";

/// Fields, file and bytes, or the code of what is thrown; in pieces of `step` bytes.
std::string read(const std::string& body, std::size_t step = 1 << 20U, const std::string& type = kType) {
  std::string out;
  try {
    FormReader reader(type, {[&](const auto& fields, const auto& file) {
                               for (const auto& field : fields) out += field.name + "=" + field.value + ";";
                               out += "<" + file.name + "," + file.content_type + ">";
                             },
                             [&](std::string_view bytes) { out += bytes; }});
    for (std::size_t at = 0; at < body.size(); at += step) reader.take(body.substr(at, step));
    reader.finish();
  } catch (const S3Error& error) {
    return error.code();
  }
  return out;
}

std::string field(const std::string& name, const std::string& value) {
  return "--x-y\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
}

std::string file(const std::string& bytes) {
  return "--x-y\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a;b.png\"\r\n"
         "Content-Type: image/png\r\n\r\n" +
         bytes + "\r\n--x-y--\r\n";
}

TEST(FormReader, TellsFieldsThenTheFile) {
  const std::string body = field("Key", "a/b") + field("empty", "") + file("\x89PNG\r\n--x-\r\n\r\n");
  for (const std::size_t step : {1, 2, 3, 7, 100, 10'000})
    EXPECT_EQ(read(body, step), "key=a/b;empty=;<a;b.png,image/png>\x89PNG\r\n--x-\r\n\r\n") << step;
  EXPECT_EQ(read("preamble\r\n" + file("")), "<a;b.png,image/png>");
  EXPECT_EQ(read(file("1") + field("after", "ignored")), "<a;b.png,image/png>1");
}

TEST(FormReader, PassesAnyBytesOnInAnyPieces) {
  const unsigned int seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    std::string bytes;
    const std::size_t size = random() % 200;
    while (bytes.size() < size) bytes += "\r\n-xy"[random() % 5];
    if (bytes.find("\r\n--x-y") != std::string::npos) continue;
    EXPECT_EQ(read(file(bytes), 1 + random() % 30), "<a;b.png,image/png>" + bytes);
  }
}

TEST(FormReader, RefusesWhatIsNoForm) {
  EXPECT_EQ(read(file("1"), 100, "text/plain"), "MalformedPOSTRequest");
  EXPECT_EQ(read(file("1"), 100, "multipart/form-data"), "MalformedPOSTRequest");
  EXPECT_EQ(read(file("1"), 100, "multipart/form-data; boundary="), "MalformedPOSTRequest");
  EXPECT_EQ(read(field("a", "b") + "--x-y--\r\n"), "MalformedPOSTRequest");
  EXPECT_EQ(read("--x-y\r\nContent-Type: a\r\n\r\nb\r\n" + file("1")), "MalformedPOSTRequest");
  EXPECT_EQ(read(field("a", std::string(70'000, 'b')) + file("1"), 1000), "MaxPostPreDataLengthExceeded");
  std::string many;
  for (int i = 0; i < 2000; ++i) many += field("a", "b");
  EXPECT_EQ(read(many + file("1"), 1000), "MaxPostPreDataLengthExceeded");
  const std::string whole = file("123");
  EXPECT_EQ(read(whole.substr(0, whole.find("\r\n--x-y--") + 5)), "IncompleteBody");
  EXPECT_EQ(read(""), "IncompleteBody");
}

}  // namespace
}  // namespace objects
