#include "net/http_client.h"

#include <netdb.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <future>
#include <thread>

#include "base/error.h"
#include "net/fetch_url.h"

namespace net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::use_awaitable;
using asio::ip::tcp;
using Deadline = std::chrono::steady_clock::time_point;
using Endpoints = std::vector<tcp::endpoint>;

constexpr std::uint32_t kLargestHead = 16 * 1024;

/// Something about the other server that is no error of the connection.
[[noreturn]] void give_up(const std::string& why) { throw std::runtime_error(why); }

Endpoints look_up(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0) {
    give_up(fmt::format("the name {} cannot be looked up ({})", host, gai_strerror(error)));
  }
  Endpoints endpoints;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    tcp::endpoint& endpoint = endpoints.emplace_back();
    endpoint.resize(each->ai_addrlen);
    std::memcpy(endpoint.data(), each->ai_addr, each->ai_addrlen);
  }
  freeaddrinfo(found);
  return endpoints;
}

/// A name server that does not answer holds the C library for longer than anybody wants to wait, so the
/// thread that asks is left behind then.
Endpoints look_up_until(Deadline deadline, const FetchUrl& url) {
  std::packaged_task<Endpoints()> task([host = url.host, port = url.port] { return look_up(host, port); });
  std::future<Endpoints> answer = task.get_future();
  std::thread(std::move(task)).detach();
  if (answer.wait_until(deadline) != std::future_status::ready) {
    give_up(fmt::format("the name {} was not looked up in time", url.host));
  }
  return answer.get();
}

/// What follows on a connection, the same with and without TLS.
template <class Stream>
asio::awaitable<HttpResponse> exchange(Stream& stream, const FetchUrl& url, const Outgoing& outgoing) {
  http::request<http::string_body> request;
  request.method_string(outgoing.method);
  request.target(url.target);
  request.version(11);
  for (const auto& [name, value] : outgoing.headers.fields()) request.set(name, value);
  request.set(http::field::host, url.authority);
  request.set(http::field::user_agent, "arkitektd/" ARKITEKTD_VERSION);
  request.set(http::field::connection, "close");
  request.body() = outgoing.body;
  request.prepare_payload();
  co_await http::async_write(stream, request, use_awaitable);

  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.header_limit(kLargestHead);
  parser.body_limit(outgoing.largest_answer);
  parser.skip(outgoing.method == "HEAD");
  co_await http::async_read_header(stream, buffer, parser, use_awaitable);
  HttpResponse response;
  response.status = static_cast<int>(parser.get().result_int());
  for (const auto& field : parser.get().base()) {
    response.headers.add(std::string(field.name_string()), std::string(field.value()));
  }
  if (!parser.is_done()) co_await http::async_read(stream, buffer, parser, use_awaitable);
  response.body = std::move(parser.get().body());
  co_return response;
}

asio::awaitable<HttpResponse> ask(const FetchUrl& url, const Endpoints& endpoints, Deadline deadline,
                                  const Outgoing& outgoing) {
  beast::tcp_stream plain(co_await asio::this_coro::executor);
  plain.expires_at(deadline);
  co_await plain.async_connect(endpoints, use_awaitable);
  if (!url.tls) co_return co_await exchange(plain, url, outgoing);

  asio::ssl::context context(asio::ssl::context::tls_client);
  context.set_default_verify_paths();
  asio::ssl::stream<beast::tcp_stream> stream(std::move(plain), context);
  stream.set_verify_mode(asio::ssl::verify_peer);
  stream.set_verify_callback(asio::ssl::host_name_verification(url.host));
  boost::system::error_code no_address;
  asio::ip::make_address(url.host, no_address);
  if (no_address) SSL_set_tlsext_host_name(stream.native_handle(), url.host.c_str());
  co_await stream.async_handshake(asio::ssl::stream_base::client, use_awaitable);
  co_return co_await exchange(stream, url, outgoing);
}

}  // namespace

HttpResponse send(const Outgoing& request, std::chrono::milliseconds timeout) {
  const std::string& url = request.url;
  const FetchUrl parsed = parse_fetch_url(url);
  const Deadline deadline = std::chrono::steady_clock::now() + timeout;
  try {
    const Endpoints endpoints = look_up_until(deadline, parsed);
    asio::io_context context{1};
    std::future<HttpResponse> response =
        asio::co_spawn(context, ask(parsed, endpoints, deadline, request), asio::use_future);
    context.run();
    return response.get();
  } catch (const boost::system::system_error& error) {
    throw base::Error(base::code::kUnavailable, "'{}' could not be fetched: {}.", url,
                      error.code() == beast::error::timeout
                          ? fmt::format("no answer within {} ms", timeout.count())
                          : error.code().message());
  } catch (const std::exception& error) {
    throw base::Error(base::code::kUnavailable, "'{}' could not be fetched: {}.", url, error.what());
  }
}

std::string fetch(const std::string& url, std::chrono::milliseconds timeout) {
  Outgoing request;
  request.url = url;
  request.headers.add("Accept", "application/json");
  HttpResponse response = send(request, timeout);
  if (response.status == 200) return std::move(response.body);
  const bool is_redirect = response.status >= 300 && response.status < 400;
  throw base::Error(base::code::kUnavailable, "'{}' could not be fetched: it answered {}{}.", url,
                    response.status,
                    is_redirect ? ", and redirects are not followed; use the final address" : "");
}

}  // namespace net
