// Bodies too large for memory: taken and given piece by piece, one under way at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace net {

/// Takes one request's body. Called on the connection's event-loop thread, so it hands work to a pool;
/// dropped when nothing more will come.
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// A piece of some hundred KiB at most. The next is read from the socket once `resume` was called, from any
  /// thread; a sender that is faster than the sink waits in the kernel.
  virtual void on_piece(std::string piece, std::function<void()> resume) = 0;
  /// The body is complete: answer now.
  virtual void on_end() = 0;
  /// The connection ended, or what came is no body. No answer reaches anybody.
  virtual void on_broken() = 0;
};

/// Gives one response's body.
class BodySource {
 public:
  using Take = std::function<void(std::string piece)>;

  virtual ~BodySource() = default;
  /// Bytes in all.
  virtual std::uint64_t size() const = 0;
  /// Called on an event-loop thread. Hands the next piece, of at most `limit` bytes, to `take`, once, from
  /// any thread. An empty one means that there is no more to be had: the connection is then cut, so that
  /// nobody takes a part for the whole.
  virtual void read(std::size_t limit, Take take) = 0;
};

}  // namespace net
