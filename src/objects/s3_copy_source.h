// What `x-amz-copy-source` names. Internal to the server.
#pragma once

#include <memory>
#include <string>

#include "objects/s3_operation.h"

namespace objects {

struct CopySource {
  std::string bucket;
  std::string key;

  /// Throws S3Error for what cannot be read, and for what the caller may not read.
  static CopySource of(const S3Context& context);
  /// Throws S3Error: NoSuchKey, PreconditionFailed by the conditions of the request. On a worker.
  std::unique_ptr<OpenObject> open(const S3Context& context) const;
};

/// Hands bytes of an object to `take`, piece by piece.
void read_pieces(const OpenObject& object, std::uint64_t offset, std::uint64_t size,
                 const std::function<void(std::string_view)>& take);

}  // namespace objects
