#include "objects/s3_operation.h"

#include <fmt/format.h>

#include "base/markup.h"
#include "base/text.h"
#include "objects/held_bytes.h"
#include "objects/s3_error.h"

namespace objects {
namespace {

/// Ten thousand parts with their checksums fit, and a thousand keys that are as long as keys can be.
constexpr std::uint64_t kLargestDocument = 4 * 1024 * 1024;

class Bodyless final : public Operation {
 public:
  explicit Bodyless(std::function<net::HttpResponse()> run) : run_(std::move(run)) {}
  void take(std::string_view bytes) override { static_cast<void>(bytes); }
  net::HttpResponse finish(const Payload&) override { return run_(); }
  Payload::Wants wants() const override { return {.max_bytes = kLargestDocument}; }

 private:
  const std::function<net::HttpResponse()> run_;
};

class WithDocument final : public Operation {
 public:
  WithDocument(std::function<net::HttpResponse(std::string)> run, bool has_own_checksum)
      : run_(std::move(run)), has_own_checksum_(has_own_checksum) {}
  void take(std::string_view bytes) override {
    held_.add(bytes.size());
    body_ += bytes;
  }
  net::HttpResponse finish(const Payload&) override { return run_(std::move(body_)); }
  Payload::Wants wants() const override {
    return {.max_bytes = kLargestDocument, .has_own_checksum = has_own_checksum_};
  }

 private:
  const std::function<net::HttpResponse(std::string)> run_;
  const bool has_own_checksum_;
  std::string body_;
  HeldBytes held_{HeldBytes::Of::kDocuments};
};

}  // namespace

std::unique_ptr<Operation> bodyless(std::function<net::HttpResponse()> run) {
  return std::make_unique<Bodyless>(std::move(run));
}

std::unique_ptr<Operation> with_document(std::function<net::HttpResponse(std::string)> run,
                                         bool has_own_checksum) {
  return std::make_unique<WithDocument>(std::move(run), has_own_checksum);
}

net::HttpResponse xml_answer(int status, std::string_view content) {
  net::HttpResponse response;
  response.status = status;
  response.headers.add("Content-Type", "application/xml");
  response.body = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}", content);
  return response;
}

std::string xml_key(std::string_view key, bool is_url_encoded) {
  if (!is_url_encoded) return base::escaped(key);
  std::string out = net::percent_encode(key);
  for (std::size_t at = out.find("%2F"); at != std::string::npos; at = out.find("%2F", at))
    out.replace(at, 3, "/");
  return out;
}

bool wants_url_encoding(const S3Request& request) {
  const std::string_view encoding = request.parameter("encoding-type").value_or("");
  if (!encoding.empty() && encoding != "url")
    throw S3Error(400, "InvalidArgument", "The only encoding-type is `url`.");
  return !encoding.empty();
}

std::string xml_time(std::int64_t micros) {
  constexpr std::int64_t kMicros = 1'000'000;
  constexpr std::int64_t kMicrosAMilli = 1'000;
  constexpr std::size_t kToSeconds = 19;  // 2026-11-23T18:06:10
  return fmt::format("{}.{:03}Z", base::format_datetime(micros).substr(0, kToSeconds),
                     micros % kMicros / kMicrosAMilli);
}

}  // namespace objects
