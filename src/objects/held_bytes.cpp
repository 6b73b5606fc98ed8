#include "objects/held_bytes.h"

#include <atomic>
#include <utility>

#include "objects/s3_error.h"

namespace objects {
namespace {

constexpr std::size_t kMost = 64 * 1024 * 1024;
std::atomic<std::size_t> all{0};

}  // namespace

void HeldBytes::add(std::size_t bytes) {
  if (all.fetch_add(bytes) + bytes > kMost) {
    all.fetch_sub(bytes);
    throw S3Error(503, "SlowDown", "The object store receives too much at once. Try again in a moment.");
  }
  bytes_ += bytes;
}

void HeldBytes::release() { all.fetch_sub(std::exchange(bytes_, 0)); }

}  // namespace objects
