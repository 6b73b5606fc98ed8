#include "services/rekuest/assets/image_header.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/error.h"
#include "services/rekuest/assets/pictures_testing.h"

namespace rekuest {
namespace {

std::string told(const std::string& file) {
  try {
    const ImageFacts facts = read_image_header(file);
    return fmt::format("{} {}x{}", facts.format, facts.width, facts.height);
  } catch (const base::Error& error) {
    return error.code();
  }
}

TEST(ImageHeader, SaysHowLargeAPictureIs) {
  EXPECT_EQ(told(png_of(640, 480)), "PNG 640x480");
  EXPECT_EQ(told(jpeg_of(640, 480)), "JPEG 640x480");
  EXPECT_EQ(told(webp_of("VP8 ", 640, 480)), "WEBP 640x480");
  EXPECT_EQ(told(webp_of("VP8L", 640, 480)), "WEBP 640x480");
  EXPECT_EQ(told(webp_of("VP8X", 640, 480)), "WEBP 640x480");
  EXPECT_EQ(told(webp_of("VP8X", 70'000, 1)), "WEBP 70000x1");
  EXPECT_EQ(told(webp_of("VP8L", 16'384, 1)), "WEBP 16384x1");
}

TEST(ImageHeader, PassesWhatAJpegHasBeforeItsFrame) {
  // A comment that looks like a frame, a table, fill bytes, a marker without length.
  const std::string comment = std::string("\xff\xfe\x00\x07\xff\xc0\x00\x11\x08", 9);
  const std::string table = std::string("\xff\xc4\x00\x03\x00", 5);
  EXPECT_EQ(told(jpeg_of(3, 2, comment + table + std::string("\xff\xff\xff\xfe\x00\x02\xff\x01", 8))),
            "JPEG 3x2");
  EXPECT_EQ(told(jpeg_of(3, 2, "", '\xc2')), "JPEG 3x2") << "a progressive one";
}

TEST(ImageHeader, RefusesWhatIsNoPicture) {
  for (const std::string& file :
       {std::string(), std::string("GIF89a"), std::string("%PDF-1.7"), std::string("<svg/>"),
        std::string("RIFF\x10\x00\x00\x00WAVEfmt ", 16), png_of(0, 5), jpeg_of(5, 0), webp_of("VP8 ", 0, 1),
        webp_of("VP9 ", 1, 1), jpeg_of(3, 2, std::string("\xff\xda\x00\x02", 4)),
        jpeg_of(3, 2, std::string("\xff\xfe\x00\x01", 4)), jpeg_of(3, 2, "junk")}) {
    EXPECT_EQ(told(file), "bad_image") << file;
  }
}

TEST(ImageHeader, RefusesWhateverIsCutOff) {
  for (const std::string& file : {png_of(640, 480), jpeg_of(640, 480), webp_of("VP8 ", 640, 480),
                                  webp_of("VP8L", 640, 480), webp_of("VP8X", 640, 480)}) {
    const std::string whole = told(file);
    ASSERT_NE(whole, "bad_image");
    bool is_told = false;
    for (std::size_t size = 0; size <= file.size(); ++size) {
      const std::string answer = told(file.substr(0, size));
      if (answer == whole) is_told = true;
      EXPECT_EQ(answer, is_told ? whole : "bad_image") << size;
    }
  }
}

TEST(ImageHeader, SurvivesNonsense) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const std::string starts[] = {png_of(9, 9), jpeg_of(9, 9), webp_of("VP8L", 9, 9)};
  for (int round = 0; round < 20'000; ++round) {
    std::string file = starts[static_cast<std::size_t>(round) % 3];
    for (int change = 0; change < 3; ++change) file[random() % file.size()] = static_cast<char>(random());
    file.resize(random() % (file.size() + 1));
    told(file);
  }
}

}  // namespace
}  // namespace rekuest
