// One accepted byte stream behind an interface without Asio, so that the
// protocols above it compile quickly and know no sockets. For net/ only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace net {

/// Used on its loop's thread only. At most one read and one write at a time.
/// An operation keeps the owner it was given alive until it has reported, also
/// after `close`; reports never come from inside the call that began them.
class Stream {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    /// `size` bytes were read; 0: the peer ended, or an error, or `close`.
    virtual void on_read(std::size_t size) = 0;
    /// Everything was written, or nothing more can be.
    virtual void on_written(bool ok) = 0;
    /// The end that `finish` began.
    virtual void on_finished() = 0;
  };

  virtual ~Stream() = default;
  virtual void read(std::span<char> into, std::shared_ptr<Owner> owner) = 0;
  /// Gathered into as few system calls as possible. The bytes stay the
  /// caller's and must live until reported.
  virtual void write(std::span<const std::string_view> pieces, std::shared_ptr<Owner> owner) = 0;
  /// Says that nothing more will be sent, then reads and discards until the
  /// peer has ended too. Closing with unread bytes would reset the connection
  /// and could destroy an answer still on its way. No other operation may be
  /// under way.
  virtual void finish(std::shared_ptr<Owner> owner) = 0;
  virtual void close() = 0;

  /// Bytes written so far, for noticing progress.
  virtual std::uint64_t written() const = 0;
  virtual std::string peer_address() const = 0;
  /// As in a URL: IPv6 in brackets.
  virtual std::string local_host() const = 0;
  virtual std::uint16_t local_port() const = 0;
  /// Lets the kernel find out, in a quarter of an hour, that an idle peer's
  /// machine is gone.
  virtual void detect_dead_peer() = 0;
};

}  // namespace net
