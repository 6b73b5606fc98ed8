#include "net/asio_stream.h"

#include "net/socket_stream.h"

namespace net {

std::unique_ptr<Stream> make_stream(tcp::socket socket) {
  return std::make_unique<SocketStream<tcp::socket>>(std::move(socket));
}

}  // namespace net
