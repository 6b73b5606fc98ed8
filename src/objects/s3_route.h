// Which operation a request is.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "objects/s3_operation.h"

namespace objects {

enum class OperationKind : std::uint8_t {
  kUnknown,  ///< refused before it was known
  kPreflight,
  kListBuckets,
  kHeadBucket,  ///< or its location
  kCreateBucket,
  kListObjects,
  kGetObject,
  kHeadObject,
  kPutObject,
  kPostObject,
  kDeleteObject,
  kDeleteObjects,
  kCopyObject,
  kCreateMultipartUpload,
  kUploadPart,
  kUploadPartCopy,
  kCompleteMultipartUpload,
  kAbortMultipartUpload,
  kListParts,
  kListMultipartUploads,
};

/// As S3's reference calls them.
inline constexpr std::array<std::string_view, 20> kOperationNames{"unknown",
                                                                  "Preflight",
                                                                  "ListBuckets",
                                                                  "HeadBucket",
                                                                  "CreateBucket",
                                                                  "ListObjects",
                                                                  "GetObject",
                                                                  "HeadObject",
                                                                  "PutObject",
                                                                  "PostObject",
                                                                  "DeleteObject",
                                                                  "DeleteObjects",
                                                                  "CopyObject",
                                                                  "CreateMultipartUpload",
                                                                  "UploadPart",
                                                                  "UploadPartCopy",
                                                                  "CompleteMultipartUpload",
                                                                  "AbortMultipartUpload",
                                                                  "ListParts",
                                                                  "ListMultipartUploads"};

struct Route {
  OperationKind kind;
  std::unique_ptr<Operation> (*make)(const S3Context&);
};

/// A form says in itself who sends it; every other request is signed.
bool is_form(const S3Request& request);

/// Throws S3Error: NotImplemented for what S3 has and we do not, MethodNotAllowed for what nobody has.
Route route_of(const S3Request& request);

}  // namespace objects
