// Bytes read and not yet used. Small while a connection is idle, since there
// are thousands of those. For net/ only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace net {

class ReadBuffer {
 public:
  /// Enough for most requests and frames, so that a busy connection keeps it.
  static constexpr std::size_t kSmall = 2048;

  std::span<char> unread() { return {data_.get() + begin_, end_ - begin_}; }
  std::string_view view() const { return {data_.get() + begin_, end_ - begin_}; }
  std::size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }

  void consume(std::size_t size) {
    begin_ += size;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  /// Room for at least `least` more bytes.
  std::span<char> prepare(std::size_t least) {
    if (capacity_ - end_ < least) make_room(least);
    return {data_.get() + end_, capacity_ - end_};
  }
  void commit(std::size_t size) { end_ += size; }

  void append(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(prepare(bytes.size()).data(), bytes.data(), bytes.size());
    commit(bytes.size());
  }

  /// Gives memory back if it is empty and large.
  void shrink() {
    if (!empty() || capacity_ <= kSmall) return;
    data_.reset();
    capacity_ = 0;
  }

 private:
  void make_room(std::size_t least) {
    const std::size_t used = size();
    const std::size_t needed = used + least;
    if (needed <= capacity_) {
      std::memmove(data_.get(), data_.get() + begin_, used);
    } else {
      const std::size_t larger = std::max({kSmall, capacity_ * 2, needed});
      auto data = std::make_unique_for_overwrite<char[]>(larger);
      if (used != 0) std::memcpy(data.get(), data_.get() + begin_, used);
      data_ = std::move(data);
      capacity_ = larger;
    }
    begin_ = 0;
    end_ = used;
  }

  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace net
