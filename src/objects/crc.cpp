#include "objects/crc.h"

#include <array>
#include <bit>
#include <cstring>

namespace objects {
namespace {

// Polynomials with their lowest power in the highest bit, as the registers are used here.
constexpr std::uint32_t kCrc32 = 0xedb88320;
constexpr std::uint32_t kCrc32c = 0x82f63b78;
constexpr std::uint64_t kCrc64Nvme = 0x9a6c9329ac4bc9b5;

constexpr std::size_t kSlices = 16;
constexpr std::size_t kWord = 8;
constexpr unsigned int kByte = 0xff;

/// Sixteen bytes a step by sixteen look-ups that do not wait for each other ("slicing").
template <class Word, Word kPolynomial>
class Crc {
 public:
  static Word update(Word crc, std::string_view bytes) {
    static_assert(std::endian::native == std::endian::little);
    crc = ~crc;
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= kSlices; left -= kSlices, at += kSlices) {
      std::uint64_t first = 0;
      std::uint64_t second = 0;
      std::memcpy(&first, at, kWord);
      std::memcpy(&second, at + kWord, kWord);
      first ^= crc;
      crc = 0;
      for (std::size_t i = 0; i < kWord; ++i) {
        crc ^= kTables[kSlices - 1 - i][first >> (8 * i) & kByte];
        crc ^= kTables[kWord - 1 - i][second >> (8 * i) & kByte];
      }
    }
    for (; left > 0; --left, ++at) {
      crc = kTables[0][(crc ^ static_cast<unsigned char>(*at)) & kByte] ^ (crc >> 8U);
    }
    return ~crc;
  }

  static Word combine(Word first, Word second, std::uint64_t size) {
    // What one zero bit does to a register, as a matrix; squared, what two do, and so on.
    Matrix power{};
    power[0] = kPolynomial;
    for (std::size_t bit = 1; bit < kBits; ++bit) power[bit] = Word{1} << (bit - 1);
    for (int i = 0; i < 3; ++i) power = squared(power);  // one zero byte
    for (; size > 0; size >>= 1U) {
      if ((size & 1U) != 0) first = times(power, first);
      power = squared(power);
    }
    return first ^ second;
  }

 private:
  static constexpr std::size_t kBits = 8 * sizeof(Word);
  using Matrix = std::array<Word, kBits>;
  using Tables = std::array<std::array<Word, 256>, kSlices>;

  static constexpr Tables make_tables() {
    Tables tables{};
    for (unsigned int byte = 0; byte < 256; ++byte) {
      Word crc = byte;
      for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? (crc >> 1U) ^ kPolynomial : crc >> 1U;
      tables[0][byte] = crc;
    }
    for (std::size_t slice = 1; slice < kSlices; ++slice) {
      for (std::size_t byte = 0; byte < 256; ++byte) {
        const Word before = tables[slice - 1][byte];
        tables[slice][byte] = tables[0][before & kByte] ^ (before >> 8U);
      }
    }
    return tables;
  }

  static Word times(const Matrix& matrix, Word vector) {
    Word sum = 0;
    for (std::size_t bit = 0; vector != 0; ++bit, vector >>= 1U) {
      if ((vector & 1U) != 0) sum ^= matrix[bit];
    }
    return sum;
  }
  static Matrix squared(const Matrix& matrix) {
    Matrix out{};
    for (std::size_t bit = 0; bit < kBits; ++bit) out[bit] = times(matrix, matrix[bit]);
    return out;
  }

  static constexpr Tables kTables = make_tables();
};

}  // namespace

std::uint32_t crc32(std::uint32_t crc, std::string_view bytes) {
  return Crc<std::uint32_t, kCrc32>::update(crc, bytes);
}
std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes) {
  return Crc<std::uint32_t, kCrc32c>::update(crc, bytes);
}
std::uint64_t crc64_nvme(std::uint64_t crc, std::string_view bytes) {
  return Crc<std::uint64_t, kCrc64Nvme>::update(crc, bytes);
}

std::uint32_t combine_crc32(std::uint32_t first, std::uint32_t second, std::uint64_t size) {
  return Crc<std::uint32_t, kCrc32>::combine(first, second, size);
}
std::uint32_t combine_crc32c(std::uint32_t first, std::uint32_t second, std::uint64_t size) {
  return Crc<std::uint32_t, kCrc32c>::combine(first, second, size);
}
std::uint64_t combine_crc64_nvme(std::uint64_t first, std::uint64_t second, std::uint64_t size) {
  return Crc<std::uint64_t, kCrc64Nvme>::combine(first, second, size);
}

}  // namespace objects
