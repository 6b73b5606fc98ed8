// RFC 6455 frames, server side: bytes to messages and messages to frames. Pure
// functions of bytes, tested and fuzzed without sockets. For net/ only.
//
// Ours rather than Beast's stream, because that writes one frame a system call
// and cannot gather a burst of messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace net {

/// Close codes of RFC 6455, section 7.4.
namespace close_code {
inline constexpr std::uint16_t kNormal = 1000;
inline constexpr std::uint16_t kProtocolError = 1002;
inline constexpr std::uint16_t kNoStatus = 1005;
inline constexpr std::uint16_t kAbnormal = 1006;
inline constexpr std::uint16_t kInvalidData = 1007;
inline constexpr std::uint16_t kTooBig = 1009;
inline constexpr std::uint16_t kInternalError = 1011;
inline constexpr std::uint16_t kServiceRestart = 1012;
inline constexpr std::uint16_t kTryAgainLater = 1013;
}  // namespace close_code

/// Decodes what a client sends. After kBroken or kClose nothing more is to be
/// decoded.
class FrameDecoder {
 public:
  enum class Kind {
    kMore,  ///< give it more bytes
    kText,
    kBinary,
    kPing,
    kPong,
    kClose,   ///< `code` (1005 if none), `payload` is the reason
    kBroken,  ///< close with `code`; `payload` says why
  };
  struct Event {
    Kind kind;
    std::uint16_t code = 0;
    std::string payload;
  };

  explicit FrameDecoder(std::size_t max_message) : max_message_(max_message) {}

  /// Takes bytes off the front of `bytes` until something is complete. The
  /// bytes are unmasked in place.
  Event next(std::span<char>& bytes);

  /// Bytes of the message that is not complete yet.
  std::size_t pending_bytes() const { return message_.size(); }

 private:
  enum class Opcode : std::uint8_t {
    kContinuation = 0,
    kText = 1,
    kBinary = 2,
    kClose = 8,
    kPing = 9,
    kPong = 10
  };

  bool take_header(std::span<char>& bytes, Event& broken);
  bool check_header(std::uint8_t first, std::uint8_t second, Event& broken);
  Event finish_frame();
  Event finish_control();
  static Event broken_by(std::uint16_t code, std::string_view why);
  bool is_control() const { return static_cast<std::uint8_t>(opcode_) >= 8; }

  const std::size_t max_message_;
  bool in_payload_ = false;
  Opcode opcode_ = Opcode::kContinuation;
  bool final_ = false;
  std::uint64_t left_ = 0;  ///< payload bytes still to come
  std::uint8_t mask_[4] = {};
  std::size_t mask_at_ = 0;
  bool in_message_ = false;  ///< a first fragment was seen
  bool message_is_text_ = false;
  std::string message_;
  std::string control_;
};

/// The header of an unfragmented, unmasked frame, appended to `out`.
void append_text_header(std::string& out, std::size_t payload_size);
/// A whole pong or close frame. A payload beyond 125 bytes is cut, a close
/// reason at a character's boundary.
std::string pong_frame(std::string_view payload);
std::string close_frame(std::uint16_t code, std::string_view reason);

/// Whether a peer may send this code in a close frame.
bool is_valid_close_code(std::uint16_t code);

/// Applies the mask, beginning `offset` bytes into it.
void apply_mask(std::span<char> bytes, const std::uint8_t (&mask)[4], std::size_t offset);

}  // namespace net
