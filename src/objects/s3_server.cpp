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
#include "objects/s3_metrics.h"
#include "objects/s3_operation.h"
#include "objects/s3_route.h"

namespace objects {
namespace {

/// What any failure is to a client.
net::HttpResponse answer_to(const std::exception& failure, std::string_view path) {
  if (const auto* refused = dynamic_cast<const S3Error*>(&failure)) return refused->answer(path);
  base::log::error("objects.request_failed", {{"path", path}, {"error", failure.what()}});
  return S3Error(500, "InternalError", "The object store failed to handle this request.").answer(path);
}

/// Where an answer goes, and what is counted of it.
struct Reply {
  net::Respond respond;
  std::shared_ptr<S3Metrics> metrics;
  bool has_body = true;  ///< HEAD is answered without
  OperationKind kind = OperationKind::kUnknown;

  void count(const net::HttpResponse& response) const {
    const std::uint64_t size = response.source ? response.source->size() : response.body.size();
    metrics->answered(kind, response.status, has_body ? size : 0);
  }
};

void send(const Reply& reply, net::HttpResponse response) {
  if (!response.headers.get("x-amz-request-id")) response.headers.add("x-amz-request-id", base::uuid4());
  response.headers.set("X-Content-Type-Options", "nosniff");
  add_cors(response);
  reply.count(response);
  reply.respond(std::move(response));
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
  Exchange(S3Context context, const Route& route, Reply reply)
      : context_(std::move(context)),
        reply_(std::move(reply)),
        operation_(route.make(context_)),
        payload_(*context_.request, how_body_is_signed(context_), chunk_key(context_), operation_->wants()) {}

  /// False once it is answered.
  bool take(std::string_view piece) {
    reply_.metrics->received(piece.size());
    return attempt([&] {
      begin();
      payload_.take(piece, [this](std::string_view bytes) { operation_->take(bytes); });
    });
  }

  void finish() {
    attempt([&] {
      begin();
      payload_.finish();
      send(reply_, operation_->finish(payload_));
    });
  }

  void give_up() {
    send(reply_, S3Error(503, "SlowDown", "The object store has too much to do.").answer(""));
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
      send(reply_, std::move(refusal));
      return false;
    }
  }

  const S3Context context_;
  const Reply reply_;
  std::unique_ptr<Operation> operation_;
  Payload payload_;
  bool has_begun_ = false;
  bool has_failed_ = false;
};

/// Carries an exchange from the event loop to the workers, and there to its end: what it holds are open
/// files.
class WorkerSink final : public net::BodySink {
 public:
  /// `finishers` do the last step.
  WorkerSink(std::shared_ptr<Exchange> exchange, net::WorkerPool& workers, net::WorkerPool& finishers)
      : exchange_(std::move(exchange)), workers_(workers), finishers_(finishers) {}
  ~WorkerSink() override {
    // Not among ourselves if it can be helped: closing and removing a large file takes time.
    [[maybe_unused]] const bool queued = workers_.post([exchange = std::move(exchange_)] {});
  }
  WorkerSink(const WorkerSink&) = delete;
  WorkerSink& operator=(const WorkerSink&) = delete;

  void on_piece(std::string piece, std::function<void()> resume) override {
    auto shared = std::make_shared<std::string>(std::move(piece));
    post(workers_, [exchange = exchange_, shared, resume = std::move(resume)] {
      if (exchange->take(*shared)) resume();
    });
  }
  void on_end() override {
    post(finishers_, [exchange = exchange_] { exchange->finish(); });
  }
  void on_broken() override {}

 private:
  void post(net::WorkerPool& pool, std::function<void()> step) {
    if (!pool.post(std::move(step))) exchange_->give_up();
  }

  std::shared_ptr<Exchange> exchange_;
  net::WorkerPool& workers_;
  net::WorkerPool& finishers_;
};

net::WorkerPool& finishers_of(OperationKind kind, const S3Workers& workers) {
  if (kind == OperationKind::kCopyObject || kind == OperationKind::kUploadPartCopy) return workers.copies;
  return kind == OperationKind::kCompleteMultipartUpload ? workers.joins : workers.pieces;
}

std::unique_ptr<net::BodySink> handle(net::HttpRequest request, Reply reply, EmbeddedStore& store,
                                      const S3Workers& workers) {
  if (request.method == "OPTIONS") {
    net::HttpResponse answer = answer_preflight(request);
    reply.kind = OperationKind::kPreflight;
    reply.count(answer);
    reply.respond(std::move(answer));
    return nullptr;
  }
  const std::string path = request.path;
  try {
    const auto asked = std::make_shared<const S3Request>(std::move(request));
    std::shared_ptr<const Caller> caller;
    if (!is_form(*asked)) {
      caller = std::make_shared<const Caller>(Caller::of(asked->http, store.key(), base::now_micros()));
    }
    const Route route = route_of(*asked);
    reply.kind = route.kind;
    auto exchange = std::make_shared<Exchange>(S3Context{store, workers.pieces, asked, caller}, route, reply);
    return std::make_unique<WorkerSink>(std::move(exchange), workers.pieces,
                                        finishers_of(route.kind, workers));
  } catch (const std::exception& failure) {
    send(reply, answer_to(failure, path));
    return nullptr;
  }
}

}  // namespace

void serve_s3(net::Router& router, EmbeddedStore& store, const S3Workers& workers,
              base::metrics::Registry& registry) {
  router.stream("*", "/*",
                [&store, workers, metrics = std::make_shared<S3Metrics>(registry)](
                    net::HttpRequest request, const net::Respond& respond) {
                  const Reply reply{respond, metrics, request.method != "HEAD"};
                  return handle(std::move(request), reply, store, workers);
                });
}

}  // namespace objects
