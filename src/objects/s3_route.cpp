#include "objects/s3_route.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "objects/s3_error.h"

namespace objects {
namespace {

/// What S3 has and we do not: said so, since a client that is told nothing believes it was done.
constexpr std::array kNotHere{"accelerate",
                              "acl",
                              "analytics",
                              "attributes",
                              "cors",
                              "encryption",
                              "inventory",
                              "legal-hold",
                              "lifecycle",
                              "logging",
                              "metrics",
                              "notification",
                              "object-lock",
                              "ownershipControls",
                              "policy",
                              "policyStatus",
                              "publicAccessBlock",
                              "replication",
                              "requestPayment",
                              "restore",
                              "retention",
                              "select",
                              "session",
                              "tagging",
                              "torrent",
                              "versioning",
                              "versions",
                              "website",
                              "intelligent-tiering"};

/// Header fields that ask for what we do not have.
constexpr std::array kAsksTooMuch{
    "x-amz-server-side-encryption",    "x-amz-tagging", "x-amz-object-lock",
    "x-amz-website-redirect-location", "x-amz-grant-",  "x-amz-write-offset-bytes"};

[[noreturn]] void not_here(std::string_view what) {
  throw S3Error(501, "NotImplemented", "This object store has no {}.", what);
}

void check_known(const S3Request& request) {
  for (const auto& [name, value] : request.parameters) {
    if (std::ranges::find(kNotHere, std::string_view(name)) != kNotHere.end()) not_here(name);
    if (name == "versionId" && value != "null")
      throw S3Error(404, "NoSuchVersion", "There are no versions here but the latest.");
  }
  for (const auto& [name, value] : request.http.headers.fields()) {
    for (const std::string_view field : kAsksTooMuch) {
      if (name.size() >= field.size() && base::fold_case(name).starts_with(field)) not_here(name);
    }
  }
  const std::string_view acl = request.header("x-amz-acl");
  if (!acl.empty() && acl != "private" && !acl.starts_with("bucket-owner-")) not_here("public access");
}

std::optional<Route> route_on_upload(const S3Request& request) {
  const std::string& method = request.http.method;
  if (method == "PUT" && request.header("x-amz-copy-source").empty())
    return Route{OperationKind::kUploadPart, upload_part};
  if (method == "PUT") return Route{OperationKind::kUploadPartCopy, copy_part};
  if (method == "GET") return Route{OperationKind::kListParts, list_parts};
  if (method == "POST") return Route{OperationKind::kCompleteMultipartUpload, complete_upload};
  if (method == "DELETE") return Route{OperationKind::kAbortMultipartUpload, abort_upload};
  return std::nullopt;
}

std::optional<Route> route_on_object(const S3Request& request) {
  const std::string& method = request.http.method;
  if (request.has("uploadId")) return route_on_upload(request);
  if (method == "GET") return Route{OperationKind::kGetObject, get_object};
  if (method == "HEAD") return Route{OperationKind::kHeadObject, get_object};
  if (request.has("partNumber"))
    throw S3Error(400, "InvalidArgument", "The uploadId of the part is missing.");
  if (method == "PUT" && request.header("x-amz-copy-source").empty())
    return Route{OperationKind::kPutObject, put_object};
  if (method == "PUT") return Route{OperationKind::kCopyObject, copy_object};
  if (method == "POST" && request.has("uploads"))
    return Route{OperationKind::kCreateMultipartUpload, create_upload};
  if (method == "DELETE") return Route{OperationKind::kDeleteObject, delete_object};
  return std::nullopt;
}

std::optional<Route> route_on_bucket(const S3Request& request) {
  const std::string& method = request.http.method;
  if (method == "HEAD" || (method == "GET" && request.has("location")))
    return Route{OperationKind::kHeadBucket, probe_bucket};
  if (method == "GET" && request.has("uploads"))
    return Route{OperationKind::kListMultipartUploads, list_uploads};
  if (method == "GET") return Route{OperationKind::kListObjects, list_objects};
  if (method == "PUT") return Route{OperationKind::kCreateBucket, make_bucket};
  if (method == "POST" && request.has("delete")) return Route{OperationKind::kDeleteObjects, delete_objects};
  return std::nullopt;
}

}  // namespace

bool is_form(const S3Request& request) {
  return request.http.method == "POST" && !request.bucket.empty() && request.key.empty() &&
         request.header("Authorization").empty() && request.parameters.empty() &&
         request.header("Content-Type").starts_with("multipart/form-data");
}

Route route_of(const S3Request& request) {
  check_known(request);
  if (is_form(request)) return {OperationKind::kPostObject, post_form};
  std::optional<Route> route;
  if (!request.bucket.empty()) {
    route = request.key.empty() ? route_on_bucket(request) : route_on_object(request);
  } else if (request.http.method == "GET") {
    route = Route{OperationKind::kListBuckets, list_buckets};
  }
  if (!route) throw S3Error(405, "MethodNotAllowed", "{} is not possible here.", request.http.method);
  return *route;
}

}  // namespace objects
