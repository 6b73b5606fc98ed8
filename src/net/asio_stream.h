// Streams of accepted Asio sockets. For net/'s Asio units only.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "net/stream.h"
#include "net/tls.h"

namespace net {

std::unique_ptr<Stream> make_stream(boost::asio::ip::tcp::socket socket);
std::unique_ptr<Stream> make_tls_stream(boost::asio::ip::tcp::socket socket, const TlsIdentity& identity);

}  // namespace net
