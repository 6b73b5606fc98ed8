#include "platform/admin_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "base/error.h"
#include "base/log.h"
#include "platform/start_error.h"

namespace platform {
namespace {

using base::Json;

constexpr const char* kName = "admin.sock";
constexpr std::size_t kLongestLine = 1024 * 1024;
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
constexpr int kServerPatience = 5;   ///< seconds a command may take to arrive
constexpr int kClientPatience = 60;  ///< seconds an answer may take

// Names of sockets have at most 107 bytes, paths of directories more; by its
// open directory a socket has a short one.
sockaddr_un address_in(int directory) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = fmt::format("/proc/self/fd/{}/{}", directory, kName);
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

void set_patience(int socket, int seconds) {
  const timeval limit{seconds, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/// Up to the end of the line; empty if it does not come.
std::string read_line(int socket) {
  std::string line;
  char piece[4096];
  while (line.size() <= kLongestLine) {
    const ssize_t size = ::recv(socket, piece, sizeof piece, 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return "";
    line.append(piece, static_cast<std::size_t>(size));
    if (line.back() == '\n') return line;
  }
  return "";
}

bool write_line(int socket, const Json& value) {
  const std::string line = value.dump() + "\n";
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t size = ::send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

Json failure(std::string_view code, std::string message) {
  return Json::object({{"error", Json::object({{"code", code}, {"message", std::move(message)}})}});
}

/// Closes what it is given.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

int open_directory(const std::string& path) { return ::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC); }

int open_socket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }

}  // namespace

AdminSocket::AdminSocket(const std::string& directory, Run run)
    : run_(std::move(run)),
      directory_(open_directory(directory)),
      listener_(open_socket()),
      stop_(::eventfd(0, EFD_CLOEXEC)) {
  const sockaddr_un address = address_in(directory_);
  // Nobody can connect before it listens, and then its mode is right.
  ::unlinkat(directory_, kName, 0);
  const bool listens = ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                       ::fchmodat(directory_, kName, 0600, 0) == 0 && ::listen(listener_, 16) == 0;
  if (!listens) {
    throw StartError(Exit::kUnavailable,
                     fmt::format("Cannot open the socket {}/{}: {}", directory, kName, std::strerror(errno)));
  }
  thread_ = std::thread([this] { serve(); });
}

AdminSocket::~AdminSocket() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(stop_, &one, sizeof one);
  thread_.join();
  ::unlinkat(directory_, kName, 0);
  for (const int each : {listener_, stop_, directory_}) ::close(each);
}

void AdminSocket::serve() {
  pollfd wanted[] = {{stop_, POLLIN, 0}, {listener_, POLLIN, 0}};
  while (true) {
    if (::poll(wanted, 2, -1) < 0) continue;
    if (wanted[0].revents != 0) return;
    const Descriptor connection(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
    if (connection.number() >= 0) {
      answer(connection.number());
    } else {
      // Out of descriptors, most likely; who waits would be reported again at once.
      std::this_thread::sleep_for(kAcceptPause);
    }
  }
}

void AdminSocket::answer(int connection) const {
  set_patience(connection, kServerPatience);
  const std::string line = read_line(connection);
  if (line.empty()) return;
  Json reply;
  try {
    const Json asked = Json::parse(line);
    const std::string& command = asked["command"].as_string();
    reply = Json::object({{"result", run_(command, asked["arguments"])}});
    base::log::info("platform.administration", {{"command", command}});
  } catch (const base::Error& error) {
    reply = failure(error.code(), error.message());
  } catch (const std::exception& error) {
    reply = failure(base::code::kInternal, error.what());
  }
  write_line(connection, reply);
}

Json ask_admin(const std::string& directory, std::string_view command, const Json& arguments) {
  const Descriptor place(open_directory(directory));
  if (place.number() < 0) {
    throw base::Error(
        base::code::kUnavailable,
        "There is no data directory '{}'. Name the one of the running `arkitektd up` with --data.",
        directory);
  }
  const Descriptor socket(open_socket());
  const sockaddr_un address = address_in(place.number());
  if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (errno == EACCES || errno == EPERM) {
      throw base::Error(base::code::kUnavailable, "Only the owner of '{}' may do this. Run it as that user.",
                        directory);
    }
    throw base::Error(
        base::code::kUnavailable,
        "No arkitektd is running on '{0}'. Start it with `arkitektd up --data {0}` and try again.",
        directory);
  }
  set_patience(socket.number(), kClientPatience);
  std::string line;
  if (write_line(socket.number(), Json::object({{"command", command}, {"arguments", arguments}}))) {
    line = read_line(socket.number());
  }
  if (line.empty()) {
    throw base::Error(
        base::code::kUnavailable,
        std::string("The running arkitektd gave no answer. Look at its log, and at what was done."));
  }
  Json reply = Json::parse(line);
  if (const Json* error = reply.find("error")) {
    throw base::Error((*error)["code"].as_string(), (*error)["message"].as_string());
  }
  return reply["result"];
}

}  // namespace platform
