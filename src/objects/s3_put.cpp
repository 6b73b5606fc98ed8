// PutObject and DeleteObject.
#include <fmt/format.h>

#include <algorithm>

#include "objects/hmac.h"
#include "objects/s3_error.h"
#include "objects/s3_headers.h"
#include "objects/s3_operation.h"

namespace objects {
namespace {

constexpr std::uint64_t kLargestPut = 5ULL << 30U;

class PutObject final : public Operation {
 public:
  explicit PutObject(const S3Context& context)
      : context_(context),
        facts_(facts_from(context.request->http.headers)),
        condition_(condition_from(context.request->http.headers)) {}

  void begin(Payload&) override {
    const S3Request& request = *context_.request;
    context_.store.seals().check(request.bucket, request.key);
    // Decided again at the end; this only spares the body its way.
    if (condition_.only_new && context_.store.head(request.bucket, request.key)) {
      throw S3Error(
          412, "PreconditionFailed",
          "At least one of the pre-conditions you specified did not hold: there is an object of this key.")
          .with_condition("If-None-Match");
    }
    incoming_ = context_.store.files().begin();
  }

  void take(std::string_view bytes) override { incoming_->write(bytes); }

  net::HttpResponse finish(const Payload& payload) override {
    facts_.etag = hex(payload.md5());
    const auto checksum = checksum_headers(payload);
    facts_.headers.insert(facts_.headers.end(), checksum.begin(), checksum.end());
    context_.store.commit(std::move(incoming_), context_.request->bucket, context_.request->key, facts_,
                          condition_);
    net::HttpResponse response;
    response.headers.add("ETag", fmt::format("\"{}\"", facts_.etag));
    for (const auto& [name, value] : checksum) response.headers.add(name, value);
    return response;
  }

  Payload::Wants wants() const override {
    return {.max_bytes = std::min(kLargestPut, context_.caller->grant().max_bytes.value_or(kLargestPut)),
            .md5 = true};
  }

 private:
  const S3Context context_;
  ObjectFacts facts_;
  const WriteCondition condition_;
  std::unique_ptr<IncomingObject> incoming_;
};

}  // namespace

std::unique_ptr<Operation> put_object(const S3Context& context) {
  context.caller->must_write(context.request->bucket, context.request->key);
  return std::make_unique<PutObject>(context);
}

std::unique_ptr<Operation> delete_object(const S3Context& context) {
  context.caller->must_delete(context.request->bucket, context.request->key);
  const net::Headers& headers = context.request->http.headers;
  for (const char* name : {"If-None-Match", "If-Unmodified-Since"}) {
    if (headers.get(name)) throw S3Error(501, "NotImplemented", "A delete knows no {}.", name);
  }
  RemoveCondition condition = remove_condition(headers.get("If-Match"), headers.get("x-amz-if-match-size"),
                                               headers.get("x-amz-if-match-last-modified-time"));
  return bodyless([context, condition = std::move(condition)] {
    context.store.erase(context.request->bucket, context.request->key, condition);
    net::HttpResponse response;
    response.status = 204;  // whether there was one or not
    return response;
  });
}

}  // namespace objects
