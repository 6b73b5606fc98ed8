// One operation of S3: what its file does with a request that may do it. Internal to the server.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/http.h"
#include "net/worker_pool.h"
#include "objects/embedded_store.h"
#include "objects/payload.h"
#include "objects/s3_caller.h"
#include "objects/s3_request.h"

namespace objects {

/// What every operation is given. `caller` is null for a form.
struct S3Context {
  EmbeddedStore& store;
  net::WorkerPool& workers;
  std::shared_ptr<const S3Request> request;
  std::shared_ptr<const Caller> caller;
};

/// Runs on a worker, one function after the other; made on an event loop, where it must not touch the disk.
/// What it throws is answered, and nothing of it stays.
class Operation {
 public:
  virtual ~Operation() = default;
  /// Before the body, whose sending a refusal spares.
  virtual void begin(Payload& payload) { static_cast<void>(payload); }
  virtual void take(std::string_view bytes) = 0;
  /// The body was what its sender says it was.
  virtual net::HttpResponse finish(const Payload& payload) = 0;

  virtual Payload::Wants wants() const = 0;
};

/// One without a body.
std::unique_ptr<Operation> bodyless(std::function<net::HttpResponse()> run);
/// One whose body is a small document; whether its checksum headers are that document's, see Payload::Wants.
std::unique_ptr<Operation> with_document(std::function<net::HttpResponse(std::string body)> run,
                                         bool has_own_checksum = true);

/// Each makes the operation if the caller may, and throws S3Error if not.
std::unique_ptr<Operation> list_buckets(const S3Context& context);
std::unique_ptr<Operation> probe_bucket(const S3Context& context);
std::unique_ptr<Operation> make_bucket(const S3Context& context);
std::unique_ptr<Operation> list_objects(const S3Context& context);
std::unique_ptr<Operation> get_object(const S3Context& context);
std::unique_ptr<Operation> put_object(const S3Context& context);
std::unique_ptr<Operation> delete_object(const S3Context& context);
std::unique_ptr<Operation> delete_objects(const S3Context& context);
std::unique_ptr<Operation> copy_object(const S3Context& context);
std::unique_ptr<Operation> create_upload(const S3Context& context);
std::unique_ptr<Operation> upload_part(const S3Context& context);
std::unique_ptr<Operation> copy_part(const S3Context& context);
std::unique_ptr<Operation> complete_upload(const S3Context& context);
std::unique_ptr<Operation> abort_upload(const S3Context& context);
std::unique_ptr<Operation> list_parts(const S3Context& context);
std::unique_ptr<Operation> list_uploads(const S3Context& context);
/// A form that a page sends: its own fields say what it may.
std::unique_ptr<Operation> post_form(const S3Context& context);

/// `partNumber`. Throws S3Error(InvalidArgument) if it is none from 1 to 10,000.
int part_number(const S3Request& request);
std::string upload_id(const S3Request& request);

/// An answer in XML; `content` is the root element.
net::HttpResponse xml_answer(int status, std::string_view content);
inline constexpr std::string_view kNamespace = "http://s3.amazonaws.com/doc/2006-03-01/";
/// A key, or what it begins with, as the client wants it: in XML's own escapes, or percent-encoded before
/// that but for the slashes (`encoding-type=url`).
std::string xml_key(std::string_view key, bool is_url_encoded);
/// `encoding-type=url`. Throws S3Error(InvalidArgument) for another.
bool wants_url_encoding(const S3Request& request);
/// `2026-11-23T18:06:10.123Z`, as XML has times.
std::string xml_time(std::int64_t micros);

}  // namespace objects
