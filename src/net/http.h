// HTTP as values: what a handler is given and what it answers. Nothing here
// knows sockets.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/body.h"

namespace net {

/// Header fields in the order received; names compare without case.
class Headers {
 public:
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  void set(std::string_view name, std::string value);
  /// The first field of that name, or nullopt.
  std::optional<std::string_view> get(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct HttpRequest {
  std::string method;  ///< upper case
  std::string target;  ///< as sent: path and query
  std::string path;    ///< percent-decoded, starts with `/`; a target whose path decodes to NUL or invalid
                       ///< UTF-8 is refused with 400
  std::string query;   ///< raw, without `?`
  Headers headers;
  std::string body;
  std::string peer;        ///< address of the other end of the socket
  std::string client;      ///< address of the person's machine: the peer's, or what trusted proxies say it is
  std::string scheme;      ///< `http` or `https`, as the person's browser sees it
  std::string host;        ///< host name without port, brackets kept for IPv6
  std::uint16_t port = 0;  ///< the port the person used

  /// `http://host[:port]`, default ports left out.
  std::string origin() const;
  /// The first query parameter of that name, percent-decoded.
  std::optional<std::string> query_parameter(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  Headers headers;
  std::string body;
  std::shared_ptr<BodySource> source;  ///< gives the body instead, if it is set

  static HttpResponse json(int status, std::string body);
  static HttpResponse text(int status, std::string body);
  static HttpResponse html(int status, std::string body);
};

/// Answers one request; callable once, from any thread. If every copy is
/// destroyed unanswered the client gets 500.
class Respond {
 public:
  struct Sink {
    virtual ~Sink() = default;
    virtual void send(HttpResponse response) = 0;
  };
  explicit Respond(std::shared_ptr<Sink> sink) : sink_(std::move(sink)) {}
  void operator()(HttpResponse response) const { sink_->send(std::move(response)); }

 private:
  std::shared_ptr<Sink> sink_;
};

/// Runs on an event-loop thread: hand work to a pool, then respond.
using HttpHandler = std::function<void(HttpRequest, Respond)>;

/// The same for a body that is taken as it arrives, whatever its length: given the head, says who takes it.
/// Null if it has answered already; the connection then ends after the answer.
using StreamHandler = std::function<std::unique_ptr<BodySink>(HttpRequest, Respond)>;

/// `a=b&c=d` of a form body or query; throws Error(kValidation) on a broken
/// escape. `+` is a space.
std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text);
std::string percent_decode(std::string_view text);
std::string percent_encode(std::string_view text);

}  // namespace net
