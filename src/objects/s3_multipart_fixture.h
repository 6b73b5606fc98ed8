// Uploads in parts, as a client sends them. For tests only.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "objects/digest.h"
#include "objects/hmac.h"
#include "objects/s3_fixture.h"

namespace objects {

inline constexpr std::size_t kPart = 5 << 20U;

class S3Multipart : public S3Test {
 protected:
  static std::string bytes(std::size_t size, char first) {
    std::string out(size, first);
    for (std::size_t i = 0; i < size; i += 997) out[i] = static_cast<char>(i / 997);
    return out;
  }
  std::string create(const std::string& path = "/zarr/big", Fields headers = {}) {
    return inside(
        ask({.method = "POST", .path = path, .query = "uploads=", .headers = std::move(headers)}).body,
        "UploadId");
  }
  Response put_part(const std::string& id, int number, const std::string& body,
                    const std::string& path = "/zarr/big", Fields headers = {}) {
    return ask({.method = "PUT",
                .path = path,
                .query = "partNumber=" + std::to_string(number) + "&uploadId=" + id,
                .body = body,
                .headers = std::move(headers),
                .payload_hash = "UNSIGNED-PAYLOAD"});
  }
  std::string etag_of(const Response& response) { return header(response, "ETag"); }
  static std::string listed(const std::vector<std::pair<int, std::string>>& parts) {
    std::string xml = "<CompleteMultipartUpload>";
    for (const auto& [number, etag] : parts)
      xml += "<Part><ETag>" + etag + "</ETag><PartNumber>" + std::to_string(number) + "</PartNumber></Part>";
    return xml + "</CompleteMultipartUpload>";
  }
  Response complete(const std::string& id, const std::vector<std::pair<int, std::string>>& parts,
                    const std::string& path = "/zarr/big", Fields headers = {}) {
    return ask({.method = "POST",
                .path = path,
                .query = "uploadId=" + id,
                .body = listed(parts),
                .headers = std::move(headers)});
  }
  static std::string joined_etag(const std::vector<std::string>& parts) {
    Digest whole(Digest::Kind::kMd5);
    for (const std::string& part : parts) whole.update(Digest::of(Digest::Kind::kMd5, part));
    return hex(whole.finish()) + "-" + std::to_string(parts.size());
  }
  std::string whole(const std::string& key = "big") {
    return store_->head("zarr", key) ? store_->read("zarr", key, 0, 1 << 30U) : "nothing";
  }
  ino_t inode(const std::string& path) const {
    struct stat status{};
    return ::stat((folder_ + path).c_str(), &status) == 0 ? status.st_ino : 0;
  }

  const std::string first_ = bytes(kPart, 'a');
  const std::string second_ = bytes(kPart, 'b');
  const std::string last_ = bytes(1000, 'c');
};

}  // namespace objects
