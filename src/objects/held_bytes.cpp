#include "objects/held_bytes.h"

#include <array>
#include <atomic>
#include <utility>

#include "objects/s3_error.h"

namespace objects {
namespace {

constexpr std::size_t kMost = 32 * 1024 * 1024;
std::array<std::atomic<std::size_t>, 2> sums{};

std::atomic<std::size_t>& sum_of(HeldBytes::Of kind) { return sums[static_cast<std::size_t>(kind)]; }

}  // namespace

void HeldBytes::add(std::size_t bytes) {
  std::atomic<std::size_t>& all = sum_of(kind_);
  if (all.fetch_add(bytes) + bytes > kMost) {
    all.fetch_sub(bytes);
    throw S3Error(503, "SlowDown", "The object store receives too much at once. Try again in a moment.");
  }
  bytes_ += bytes;
}

void HeldBytes::release() { sum_of(kind_).fetch_sub(std::exchange(bytes_, 0)); }

}  // namespace objects
