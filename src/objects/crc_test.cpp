#include "objects/crc.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace objects {
namespace {

// The check values of their catalogue: of the digits one to nine.
TEST(Crc, GivesTheKnownValues) {
  EXPECT_EQ(crc32(0, "123456789"), 0xcbf43926U);
  EXPECT_EQ(crc32c(0, "123456789"), 0xe3069283U);
  EXPECT_EQ(crc64_nvme(0, "123456789"), 0xae8b14860a799888U);
  EXPECT_EQ(crc32(0, ""), 0U);
  EXPECT_EQ(crc32c(0, std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(crc32c(0, std::string(32, '\xff')), 0x62a8ab43U);
}

TEST(Crc, IsTheSameInPiecesAndPutTogether) {
  const unsigned int seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    std::string bytes(random() % 300, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    const std::size_t cut = random() % (bytes.size() + 1);
    const std::string first = bytes.substr(0, cut);
    const std::string second = bytes.substr(cut);
    EXPECT_EQ(crc32(crc32(0, first), second), crc32(0, bytes));
    EXPECT_EQ(combine_crc32(crc32(0, first), crc32(0, second), second.size()), crc32(0, bytes));
    EXPECT_EQ(combine_crc32c(crc32c(0, first), crc32c(0, second), second.size()), crc32c(0, bytes));
    EXPECT_EQ(combine_crc64_nvme(crc64_nvme(0, first), crc64_nvme(0, second), second.size()),
              crc64_nvme(0, bytes));
  }
}

}  // namespace
}  // namespace objects
