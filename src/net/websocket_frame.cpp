#include "net/websocket_frame.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace net {
namespace {

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kReserved = 0x70;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::size_t kMaxControl = 125;

void append_header(std::string& out, std::uint8_t opcode, std::size_t size) {
  const auto push = [&](std::size_t byte) { out += static_cast<char>(byte & 0xff); };
  push(kFinal | opcode);
  int bytes = 0;
  if (size <= 125) {
    push(size);
  } else if (size <= 0xffff) {
    push(126);
    bytes = 2;
  } else {
    push(127);
    bytes = 8;
  }
  for (int i = bytes - 1; i >= 0; --i) push(size >> (8 * i));
}

}  // namespace

FrameDecoder::Event FrameDecoder::broken_by(std::uint16_t code, std::string_view why) {
  return {Kind::kBroken, code, std::string(why)};
}

FrameDecoder::Event FrameDecoder::next(std::span<char>& bytes) {
  while (true) {
    if (!in_payload_) {
      Event broken{Kind::kMore, 0, {}};
      if (!take_header(bytes, broken)) return broken;
      in_payload_ = true;
    }
    const std::size_t take = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    apply_mask(bytes.first(take), mask_, mask_at_);
    mask_at_ = (mask_at_ + take) % 4;
    (is_control() ? control_ : message_).append(bytes.data(), take);
    bytes = bytes.subspan(take);
    left_ -= take;
    if (left_ > 0) return {Kind::kMore, 0, {}};
    in_payload_ = false;
    Event event = finish_frame();
    if (event.kind != Kind::kMore) return event;
  }
}

bool FrameDecoder::take_header(std::span<char>& bytes, Event& broken) {
  if (bytes.size() < 2) return false;
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  if (!check_header(at(0), at(1), broken)) return false;

  const std::uint8_t length = at(1) & 0x7f;
  const std::size_t extra = length == 127 ? 8 : length == 126 ? 2 : 0;
  const std::size_t size = 2 + extra + 4;
  if (bytes.size() < size) return false;
  std::uint64_t payload = extra == 0 ? length : 0;
  for (std::size_t i = 0; i < extra; ++i) payload = payload << 8 | at(2 + i);
  if (payload >> 63 != 0 || (length == 126 && payload < 126) || (length == 127 && payload <= 0xffff)) {
    broken = broken_by(close_code::kProtocolError, "length not in its shortest form");
    return false;
  }
  const bool control = (at(0) & 8) != 0;
  if (!control && payload > max_message_ - std::min(max_message_, message_.size())) {
    broken = broken_by(close_code::kTooBig, "message larger than " + std::to_string(max_message_) + " bytes");
    return false;
  }

  opcode_ = static_cast<Opcode>(at(0) & 0x0f);
  final_ = (at(0) & kFinal) != 0;
  left_ = payload;
  std::memcpy(mask_, bytes.data() + 2 + extra, 4);
  mask_at_ = 0;
  if (!control && opcode_ != Opcode::kContinuation) {
    in_message_ = true;
    message_is_text_ = opcode_ == Opcode::kText;
  }
  if (control) {
    control_.clear();
  } else if (final_ && message_.empty()) {
    message_.reserve(std::min<std::size_t>(payload, 64 * 1024));
  }
  bytes = bytes.subspan(size);
  return true;
}

bool FrameDecoder::check_header(std::uint8_t first, std::uint8_t second, Event& broken) {
  const std::uint8_t opcode = first & 0x0f;
  const bool control = opcode >= 8;
  std::string_view why;
  if ((first & kReserved) != 0) {
    why = "reserved bit set";
  } else if ((opcode > 2 && opcode < 8) || opcode > 10) {
    why = "unknown opcode";
  } else if ((second & kMasked) == 0) {
    why = "frame not masked";
  } else if (control && (first & kFinal) == 0) {
    why = "control frame fragmented";
  } else if (control && (second & 0x7f) > kMaxControl) {
    why = "control frame too long";
  } else if (opcode == 0 && !in_message_) {
    why = "continuation of nothing";
  } else if (!control && opcode != 0 && in_message_) {
    why = "new message inside a fragmented one";
  }
  if (why.empty()) return true;
  broken = broken_by(close_code::kProtocolError, why);
  return false;
}

FrameDecoder::Event FrameDecoder::finish_frame() {
  if (is_control()) return finish_control();
  if (!final_) return {Kind::kMore, 0, {}};
  in_message_ = false;
  std::string message = std::move(message_);
  message_.clear();
  if (!message_is_text_) return {Kind::kBinary, 0, std::move(message)};
  if (!base::is_valid_utf8(message)) return broken_by(close_code::kInvalidData, "text is not valid UTF-8");
  return {Kind::kText, 0, std::move(message)};
}

FrameDecoder::Event FrameDecoder::finish_control() {
  if (opcode_ == Opcode::kPing) return {Kind::kPing, 0, std::move(control_)};
  if (opcode_ == Opcode::kPong) return {Kind::kPong, 0, std::move(control_)};
  if (control_.empty()) return {Kind::kClose, close_code::kNoStatus, {}};
  if (control_.size() == 1) return broken_by(close_code::kProtocolError, "close code cut off");
  const auto code = static_cast<std::uint16_t>(static_cast<std::uint8_t>(control_[0]) << 8 |
                                               static_cast<std::uint8_t>(control_[1]));
  if (!is_valid_close_code(code)) return broken_by(close_code::kProtocolError, "close code not allowed");
  std::string reason = control_.substr(2);
  if (!base::is_valid_utf8(reason))
    return broken_by(close_code::kInvalidData, "close reason is not valid UTF-8");
  return {Kind::kClose, code, std::move(reason)};
}

void append_text_header(std::string& out, std::size_t payload_size) { append_header(out, 1, payload_size); }

std::string pong_frame(std::string_view payload) {
  std::string out;
  append_header(out, 10, std::min(payload.size(), kMaxControl));
  return out.append(payload.substr(0, kMaxControl));
}

std::string close_frame(std::uint16_t code, std::string_view reason) {
  std::string out;
  if (code == close_code::kNoStatus) {
    append_header(out, 8, 0);
    return out;
  }
  std::size_t size = std::min(reason.size(), kMaxControl - 2);
  while (size < reason.size() && size > 0 && (static_cast<std::uint8_t>(reason[size]) & 0xc0) == 0x80) --size;
  append_header(out, 8, size + 2);
  out += static_cast<char>(code >> 8);
  out += static_cast<char>(code & 0xff);
  return out.append(reason.substr(0, size));
}

bool is_valid_close_code(std::uint16_t code) {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

void apply_mask(std::span<char> bytes, const std::uint8_t (&mask)[4], std::size_t offset) {
  std::uint8_t turned[8];
  for (std::size_t i = 0; i < 8; ++i) turned[i] = mask[(offset + i) % 4];
  std::uint64_t wide;
  std::memcpy(&wide, turned, sizeof wide);
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + i, sizeof word);
    word ^= wide;
    std::memcpy(bytes.data() + i, &word, sizeof word);
  }
  for (; i < bytes.size(); ++i) bytes[i] = static_cast<char>(bytes[i] ^ turned[i % 8]);
}

}  // namespace net
