// Who asks, and what they may: a signature, a session token, a grant.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "objects/grant.h"
#include "objects/s3_request.h"
#include "objects/sigv4.h"

namespace objects {

/// Somebody whose signature is good. Decisions are by decoded keys and the same whether there is an object or
/// not.
class Caller {
 public:
  /// Throws S3Error for a request that is not signed, or not well. Computes only.
  static Caller of(const net::HttpRequest& request, const GrantKey& key, std::int64_t now);
  /// Of a form, whose policy is signed instead of the request.
  Caller(Signature signature, GrantKey::Opened opened)
      : signature_(std::move(signature)), opened_(std::move(opened)) {}

  const Grant& grant() const { return opened_.grant; }
  const Signature& signature() const { return signature_; }
  /// Signs the pieces of this request's body.
  std::string chunk_key() const { return signing_key(opened_.secret_key, signature_); }

  /// Throw S3Error(AccessDenied) unless the grant says that they may.
  void must_read(std::string_view bucket, std::string_view key) const;
  void must_write(std::string_view bucket, std::string_view key) const;
  void must_delete(std::string_view bucket, std::string_view key) const;
  void must_list(std::string_view bucket, std::string_view prefix) const;
  void must_list_uploads(std::string_view bucket) const;
  /// Something of the bucket is theirs: enough to be told that there is one, which policies for other stores
  /// leave out.
  void must_know(std::string_view bucket) const;

 private:
  Signature signature_;
  GrantKey::Opened opened_;
};

}  // namespace objects
