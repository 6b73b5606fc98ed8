#include "objects/s3_server.h"

#include <algorithm>
#include <array>
#include <atomic>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "objects/s3_cors.h"
#include "objects/s3_error.h"
#include "objects/s3_operation.h"

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

std::unique_ptr<Operation> operation_on_upload(const S3Context& context) {
  const S3Request& request = *context.request;
  const std::string& method = request.http.method;
  if (method == "PUT" && request.header("x-amz-copy-source").empty()) return upload_part(context);
  if (method == "PUT") return copy_part(context);
  if (method == "GET") return list_parts(context);
  if (method == "POST") return complete_upload(context);
  if (method == "DELETE") return abort_upload(context);
  return nullptr;
}

std::unique_ptr<Operation> operation_on_object(const S3Context& context) {
  const S3Request& request = *context.request;
  const std::string& method = request.http.method;
  if (request.has("uploadId")) return operation_on_upload(context);
  if (method == "GET" || method == "HEAD") return get_object(context);
  if (request.has("partNumber"))
    throw S3Error(400, "InvalidArgument", "The uploadId of the part is missing.");
  if (method == "PUT" && request.header("x-amz-copy-source").empty()) return put_object(context);
  if (method == "PUT") return copy_object(context);
  if (method == "POST" && request.has("uploads")) return create_upload(context);
  if (method == "DELETE") return delete_object(context);
  return nullptr;
}

std::unique_ptr<Operation> operation_on_bucket(const S3Context& context) {
  const S3Request& request = *context.request;
  const std::string& method = request.http.method;
  if (method == "HEAD" || (method == "GET" && request.has("location"))) return probe_bucket(context);
  if (method == "GET" && request.has("uploads")) return list_uploads(context);
  if (method == "GET") return list_objects(context);
  if (method == "PUT") return make_bucket(context);
  if (method == "POST" && request.has("delete")) return delete_objects(context);
  return nullptr;
}

std::unique_ptr<Operation> operation_for(const S3Context& context) {
  const S3Request& request = *context.request;
  check_known(request);
  if (!context.caller) return post_form(context);
  std::unique_ptr<Operation> operation;
  if (request.bucket.empty()) {
    if (request.http.method == "GET") operation = list_buckets(context);
  } else {
    operation = request.key.empty() ? operation_on_bucket(context) : operation_on_object(context);
  }
  if (!operation) throw S3Error(405, "MethodNotAllowed", "{} is not possible here.", request.http.method);
  return operation;
}

/// What any failure is to a client.
net::HttpResponse answer_to(const std::exception& failure, std::string_view path) {
  if (const auto* refused = dynamic_cast<const S3Error*>(&failure)) return refused->answer(path);
  base::log::error("objects.request_failed", {{"path", path}, {"error", failure.what()}});
  return S3Error(500, "InternalError", "The object store failed to handle this request.").answer(path);
}

void send(const net::Respond& respond, net::HttpResponse response) {
  if (!response.headers.get("x-amz-request-id")) response.headers.add("x-amz-request-id", base::uuid4());
  response.headers.set("X-Content-Type-Options", "nosniff");
  add_cors(response);
  respond(std::move(response));
}

Signature how_body_is_signed(const S3Context& context) {
  if (context.caller) return context.caller->signature();
  Signature none;
  none.payload_hash = kUnsignedPayload;
  return none;
}

std::string chunk_key(const S3Context& context) { return context.caller ? context.caller->chunk_key() : ""; }

/// A request from its head to its answer. Its functions are called one after the other, on workers.
class Exchange {
 public:
  Exchange(S3Context context, net::Respond respond)
      : context_(std::move(context)),
        respond_(std::move(respond)),
        operation_(operation_for(context_)),
        payload_(*context_.request, how_body_is_signed(context_), chunk_key(context_), operation_->wants()) {}

  /// False once it is answered.
  bool take(std::string_view piece) {
    return attempt([&] {
      begin();
      payload_.take(piece, [this](std::string_view bytes) { operation_->take(bytes); });
    });
  }

  void finish() {
    attempt([&] {
      begin();
      payload_.finish();
      send(respond_, operation_->finish(payload_));
    });
  }

  void give_up() {
    send(respond_, S3Error(503, "SlowDown", "The object store has too much to do.").answer(""));
  }

 private:
  void begin() {
    if (!std::exchange(has_begun_, true)) operation_->begin(payload_);
  }

  template <class Step>
  bool attempt(const Step& step) {
    if (has_failed_) return false;
    try {
      step();
      return true;
    } catch (const std::exception& failure) {
      has_failed_ = true;
      net::HttpResponse refusal = answer_to(failure, context_.request->http.path);
      operation_.reset();  // nothing of it is left when the client hears of it
      send(respond_, std::move(refusal));
      return false;
    }
  }

  const S3Context context_;
  const net::Respond respond_;
  std::unique_ptr<Operation> operation_;
  Payload payload_;
  bool has_begun_ = false;
  bool has_failed_ = false;
};

/// Carries an exchange from the event loop to the workers, and there to its end: what it holds are open
/// files.
class WorkerSink final : public net::BodySink {
 public:
  WorkerSink(std::shared_ptr<Exchange> exchange, net::WorkerPool& workers)
      : exchange_(std::move(exchange)), workers_(workers) {}
  ~WorkerSink() override {
    // Not among ourselves if it can be helped: closing and removing a large file takes time.
    [[maybe_unused]] const bool queued = workers_.post([exchange = std::move(exchange_)] {});
  }
  WorkerSink(const WorkerSink&) = delete;
  WorkerSink& operator=(const WorkerSink&) = delete;

  void on_piece(std::string piece, std::function<void()> resume) override {
    auto shared = std::make_shared<std::string>(std::move(piece));
    post([exchange = exchange_, shared, resume = std::move(resume)] {
      if (exchange->take(*shared)) resume();
    });
  }
  void on_end() override {
    post([exchange = exchange_] { exchange->finish(); });
  }
  void on_broken() override {}

 private:
  void post(std::function<void()> step) {
    if (!workers_.post(std::move(step))) exchange_->give_up();
  }

  std::shared_ptr<Exchange> exchange_;
  net::WorkerPool& workers_;
};

/// A form says in itself who sends it.
bool is_form(const S3Request& request) {
  return request.http.method == "POST" && !request.bucket.empty() && request.key.empty() &&
         request.header("Authorization").empty() && request.parameters.empty() &&
         request.header("Content-Type").starts_with("multipart/form-data");
}

std::unique_ptr<net::BodySink> handle(net::HttpRequest request, const net::Respond& respond,
                                      EmbeddedStore& store, net::WorkerPool& workers) {
  if (request.method == "OPTIONS") {
    respond(answer_preflight(request));
    return nullptr;
  }
  const std::string path = request.path;
  try {
    const auto asked = std::make_shared<const S3Request>(std::move(request));
    std::shared_ptr<const Caller> caller;
    if (!is_form(*asked)) {
      caller = std::make_shared<const Caller>(Caller::of(asked->http, store.key(), base::now_micros()));
    }
    auto exchange = std::make_shared<Exchange>(S3Context{store, workers, asked, caller}, respond);
    return std::make_unique<WorkerSink>(std::move(exchange), workers);
  } catch (const std::exception& failure) {
    send(respond, answer_to(failure, path));
    return nullptr;
  }
}

}  // namespace

void serve_s3(net::Router& router, EmbeddedStore& store, net::WorkerPool& workers) {
  router.stream("*", "/*", [&store, &workers](net::HttpRequest request, const net::Respond& respond) {
    return handle(std::move(request), respond, store, workers);
  });
}

}  // namespace objects
