// An object store of somebody else: S3 at another address, where permission comes from its security token
// service.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "net/http_client.h"
#include "objects/object_store.h"
#include "objects/presign.h"

namespace objects {

struct ExternalSettings {
  std::string endpoint;  ///< `http://rustfs:9000`, as this server reaches it
  std::string region = "us-east-1";
  std::string access_key;
  std::string secret_key;
  /// Whose permission is narrowed; any text of the right shape for stores that know no roles.
  std::string role_arn;
  std::string session_name = "arkitektd";
  /// Of its security token service; empty: where the store is, as other stores than Amazon's have it.
  std::string sts_endpoint;
  std::string external_id;  ///< what the role's trust policy asks for; empty: nothing
  /// Hand the keys above themselves to clients, who then may do everything that these may: where the store
  /// has no security token service.
  bool allow_permanent_keys = false;
  std::chrono::milliseconds timeout{10'000};
};

/// How requests are sent; `net::send` unless a test looks.
using Send = std::function<net::HttpResponse(const net::Outgoing&, std::chrono::milliseconds)>;

/// Grants by AssumeRole with an inline policy (AWS Security Token Service API, version 2011-06-15). A grant's
/// byte limit is not passed on, and nothing is sealed: such stores know neither. Keys end by their time.
class ExternalStore final : public ObjectStore {
 public:
  explicit ExternalStore(ExternalSettings settings, Send send = net::send);

  Credentials grant(const Grant& grant) override;
  std::string region() const override { return settings_.region; }
  std::string presigned_get(std::string_view bucket, std::string_view key, std::string_view host,
                            std::chrono::seconds lifetime) override;
  PostForm presigned_post(const PostRequest& request) override;
  std::optional<ObjectFacts> head(std::string_view bucket, std::string_view key) override;
  std::string read(std::string_view bucket, std::string_view key, std::uint64_t offset,
                   std::size_t size) override;
  ObjectList list(std::string_view bucket, const ListRequest& request) override;
  bool remove(std::string_view bucket, std::string_view key) override;
  void hold(std::string_view, std::string_view) override {}
  void release(std::string_view, std::string_view) noexcept override {}
  bool refuse_writes_to(IsFinished) override { return false; }

 private:
  net::HttpResponse ask(std::string method, std::string_view bucket, std::string_view key,
                        const std::string& query = "", net::Headers headers = {},
                        std::size_t largest = net::kLargestFetch) const;
  Credentials own() const { return {settings_.access_key, settings_.secret_key, ""}; }

  const ExternalSettings settings_;
  const SigningScope scope_;
  const Send send_;
  std::string host_;  ///< of the endpoint, with its port
  std::string path_;  ///< before a bucket's name
};

/// The policy that a grant is, as AWS policies are written. Throws S3Error(InvalidArgument) for names that
/// mean more in a policy than themselves.
std::string inline_policy(const Grant& grant);

}  // namespace objects
