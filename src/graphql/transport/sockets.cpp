#include "graphql/transport/sockets.h"

#include <optional>
#include <utility>

#include "base/clock.h"
#include "graphql/transport/lost_links.h"
#include "graphql/transport/operation_socket.h"

namespace graphql {
namespace {

using base::Json;

std::string text_member(const Json& message, std::string_view key) {
  const Json& value = message[key];
  return value.is_string() ? value.as_string() : std::string();
}

std::string frame(std::string_view type, const std::string& id, std::string_view payload) {
  std::string text = "{\"type\":\"";
  text += type;
  text += "\",\"id\":";
  base::append_json_string(text, id);
  if (!payload.empty()) {
    text += ",\"payload\":";
    text += payload;
  }
  text += '}';
  return text;
}

// How long an acknowledgement waits for a `start` that makes it unnecessary. A
// link that comes back is broken by it, a new one does nothing before it comes.
std::chrono::milliseconds patience_with(Link link) {
  switch (link) {
    case Link::kNew:
      return std::chrono::milliseconds(50);
    case Link::kPerhapsBack:
      return std::chrono::seconds(5);
    case Link::kBack:
      break;
  }
  return std::chrono::minutes(10);
}

constexpr std::uint16_t kNoCloseFrame = 1006;
constexpr std::uint16_t kInternalError = 1011;

// The token a message carries: `headers` of a start payload are fresh, the
// init payload's token is that of the socket's first moment.
struct MessageCredentials {
  net::Headers headers;
  Credentials credentials;

  MessageCredentials(const Json& payload, const Json& init_payload) {
    credentials.init_payload = &init_payload;
    credentials.token = text_member(init_payload, "token");
    if (!payload["headers"].is_object()) return;
    for (const auto& [name, value] : payload["headers"].members()) {
      if (value.is_string()) headers.add(name, value.as_string());
    }
    if (headers.get("authorization")) credentials.headers = &headers;
  }
};

// `graphql-ws`, the Apollo protocol of the Python clients, with what their
// reconnecting needs (docs/subscriptions.md).
class LegacySocket : public OperationSocket {
 public:
  using OperationSocket::OperationSocket;
  void on_binary(std::string) override { socket_->close(1002, "Text frames only."); }

 protected:
  void receive_unreadable() override {}
  bool allows_queries() const override { return false; }

  void receive(const Json& message) override {
    const std::string type = text_member(message, "type");
    if (type == "connection_init") {
      init(message);
    } else if (type == "start") {
      start(message);
    } else if (type == "stop") {
      end(text_member(message, "id"));
    } else if (type == "connection_terminate") {
      socket_->close(1000, "");
    }
  }

  void closed(std::uint16_t code) override {
    acknowledgement_.cancel();
    if (!initialized_) return;
    // The official client breaks, with this code, when an acknowledgement is
    // not its link's first; a program that merely ends has said `start` before.
    const bool broke = acknowledged_ && !started_ && code == kInternalError;
    if (!broke && code != kNoCloseFrame) return;
    machinery_.lost_links.lost(token(), broke ? Link::kBack : Link::kPerhapsBack, base::now_micros());
  }

  void send_next(const std::string& id, const std::string& response) override {
    send(frame("data", id, response));
  }
  void send_errors(const std::string& id, const std::vector<ResponseError>& errors) override {
    send(frame("error", id, errors.front().to_json().dump()));
  }
  void send_complete(const std::string& id) override { send(frame("complete", id, "")); }

 private:
  void init(const Json& message) {
    if (initialized_) return;
    const Json& payload = message["payload"];
    if (!payload.is_null() && !payload.is_object()) {
      send(R"({"type":"connection_error"})");
      socket_->close(1000, "");
      return;
    }
    initialized_ = true;
    init_payload_ = payload;
    const Link link =
        machinery_.lost_links.recognize(token(), machinery_.host.issued_at(token()), base::now_micros());
    const std::weak_ptr<OperationSocket> weak = weak_from_this();
    acknowledgement_ = machinery_.loop.after(patience_with(link), [weak, this] {
      const auto alive = weak.lock();
      if (!alive) return;
      strand_.post([alive, this] { acknowledge(); });
    });
  }

  void acknowledge() {
    if (started_ || std::exchange(acknowledged_, true)) return;
    send(R"({"type":"connection_ack"})");
  }

  void start(const Json& message) {
    if (!initialized_) {
      socket_->close(4401, "Unauthorized");
      return;
    }
    started_ = true;
    acknowledgement_.cancel();
    const std::string id = text_member(message, "id");
    end(id);  // a second start of a live id replaces the first
    const MessageCredentials with(message["payload"], init_payload_);
    begin(id, message["payload"], with.credentials);
  }

  std::string token() const { return text_member(init_payload_, "token"); }

  bool initialized_ = false;
  bool acknowledged_ = false;
  bool started_ = false;
  Json init_payload_;
  net::EventLoop::Timer acknowledgement_;
};

// `graphql-transport-ws`: https://github.com/enisdenjo/graphql-ws PROTOCOL.md.
class TransportSocket : public OperationSocket {
 public:
  using OperationSocket::OperationSocket;

  void on_open(std::shared_ptr<net::WebSocket> socket) override {
    OperationSocket::on_open(socket);
    const std::weak_ptr<OperationSocket> weak = weak_from_this();
    deadline_ = machinery_.loop.after(std::chrono::seconds(60), [weak, this] {
      const auto alive = weak.lock();
      if (!alive) return;
      strand_.post([alive, this] {
        if (!initialized_) socket_->close(4408, "Connection initialisation timeout");
      });
    });
  }
  void on_binary(std::string) override { socket_->close(4400, "Text frames only."); }

 protected:
  void receive_unreadable() override { socket_->close(4400, "Invalid message"); }
  bool allows_queries() const override { return true; }
  void closed(std::uint16_t) override { deadline_.cancel(); }

  void receive(const Json& message) override {
    const std::string type = text_member(message, "type");
    if (type == "connection_init") {
      init(message);
    } else if (type == "ping") {
      send(R"({"type":"pong"})");
    } else if (type == "subscribe") {
      subscribe(message);
    } else if (type == "complete") {
      end(text_member(message, "id"));
    } else if (type != "pong") {
      socket_->close(4400, "Invalid message");
    }
  }

  void send_next(const std::string& id, const std::string& response) override {
    send(frame("next", id, response));
  }
  void send_errors(const std::string& id, const std::vector<ResponseError>& errors) override {
    Json list = Json::array();
    for (const ResponseError& error : errors) list.push_back(error.to_json());
    send(frame("error", id, list.dump()));
  }
  void send_complete(const std::string& id) override { send(frame("complete", id, "")); }

 private:
  void init(const Json& message) {
    if (std::exchange(initialized_, true)) {
      socket_->close(4429, "Too many initialisation requests");
      return;
    }
    deadline_.cancel();
    init_payload_ = message["payload"];
    send(R"({"type":"connection_ack"})");
  }

  void subscribe(const Json& message) {
    const std::string id = text_member(message, "id");
    if (!initialized_) {
      socket_->close(4401, "Unauthorized");
    } else if (id.empty() || !message["payload"].is_object()) {
      socket_->close(4400, "Invalid message");
    } else if (is_running(id)) {
      socket_->close(4409, "Subscriber for " + id + " already exists");
    } else {
      const MessageCredentials with(message["payload"], init_payload_);
      begin(id, message["payload"], with.credentials);
    }
  }

  bool initialized_ = false;
  Json init_payload_;
  net::EventLoop::Timer deadline_;
};

// No sub-protocol we speak: said the way clients understand.
class RefusedSocket : public net::WebSocketSession {
 public:
  void on_open(std::shared_ptr<net::WebSocket> socket) override {
    socket->close(4406, "Subprotocol not acceptable");
  }
  void on_text(std::string) override {}
  void on_binary(std::string) override {}
  void on_close(std::uint16_t) override {}
};

}  // namespace

net::WebSocketAccept accept_socket(const net::HttpRequest& request, const Machinery& machinery) {
  net::WebSocketAccept accept;
  for (const std::string& offered : net::offered_subprotocols(request)) {
    if (offered == "graphql-ws") accept.session = std::make_shared<LegacySocket>(machinery, request.origin());
    if (offered == "graphql-transport-ws")
      accept.session = std::make_shared<TransportSocket>(machinery, request.origin());
    if (accept.session == nullptr) continue;
    accept.subprotocol = offered;
    return accept;
  }
  accept.session = std::make_shared<RefusedSocket>();
  return accept;
}

}  // namespace graphql
