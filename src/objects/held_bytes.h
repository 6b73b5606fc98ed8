// What all requests together keep in memory until it can be judged.
#pragma once

#include <cstddef>

namespace objects {

/// One request's share. For one thread at a time; the sum is the process's.
class HeldBytes {
 public:
  HeldBytes() = default;
  ~HeldBytes() { release(); }
  HeldBytes(const HeldBytes&) = delete;
  HeldBytes& operator=(const HeldBytes&) = delete;

  /// Throws S3Error(SlowDown) beyond 64 MiB of all together.
  void add(std::size_t bytes);
  void release();

 private:
  std::size_t bytes_ = 0;
};

}  // namespace objects
