// Digests of what passes by.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace objects {

/// MD5 stands here because S3 calls it an object's ETag; nothing's safety rests on it. For one thread at a
/// time.
class Digest {
 public:
  enum class Kind { kMd5, kSha1, kSha256 };
  explicit Digest(Kind kind);

  void update(std::string_view bytes);
  /// Raw bytes; once.
  std::string finish();

  static std::string of(Kind kind, std::string_view bytes);

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace objects
