// What all requests together keep in memory until it can be judged.
#pragma once

#include <cstddef>

namespace objects {

/// One request's share. For one thread at a time; the sums are the process's.
class HeldBytes {
 public:
  /// Each has a budget of its own: a form's sender is not known before its fields are read, and must not keep
  /// those from completing uploads who have signed for it.
  enum class Of { kDocuments, kForms };

  explicit HeldBytes(Of kind) : kind_(kind) {}
  ~HeldBytes() { release(); }
  HeldBytes(const HeldBytes&) = delete;
  HeldBytes& operator=(const HeldBytes&) = delete;

  /// Throws S3Error(SlowDown) beyond 32 MiB of all of the kind together.
  void add(std::size_t bytes);
  void release();

 private:
  const Of kind_;
  std::size_t bytes_ = 0;
};

}  // namespace objects
