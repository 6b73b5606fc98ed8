#include "objects/object_source.h"

#include <fcntl.h>

#include <algorithm>
#include <exception>
#include <mutex>

#include "base/log.h"

namespace objects {
namespace {

// Below what the allocator would map, fault in and unmap again for each (128 KiB): a third of the cost of a
// read.
constexpr std::uint64_t kPiece = 120 * 1024;

class ObjectSource final : public net::BodySource, public std::enable_shared_from_this<ObjectSource> {
 public:
  ObjectSource(std::shared_ptr<const OpenObject> object, std::uint64_t offset, std::uint64_t size,
               net::WorkerPool& workers)
      : object_(std::move(object)), workers_(workers), size_(size), next_(offset), end_(offset + size) {
    ::posix_fadvise(object_->descriptor(), static_cast<off_t>(offset), static_cast<off_t>(size),
                    POSIX_FADV_SEQUENTIAL);
  }
  ~ObjectSource() override {
    // Closing the last of a removed large file takes time that an event loop does not have.
    [[maybe_unused]] const bool queued = workers_.post([object = std::move(object_)] {});
  }
  ObjectSource(const ObjectSource&) = delete;
  ObjectSource& operator=(const ObjectSource&) = delete;

  std::uint64_t size() const override { return size_; }

  void read(std::size_t limit, Take take) override {
    std::string piece;
    {
      const std::lock_guard lock(mutex_);
      if (!is_ready_) {
        waiting_ = std::move(take);
        limit_ = limit;
        return;
      }
      piece = take_ready(limit);
    }
    take(std::move(piece));
    read_ahead();
  }

  /// Fills `ready_`. On a worker; only one at a time, and never while something is ready.
  void fill() {
    std::string piece;
    try {
      piece = object_->read(next_, std::min(kPiece, end_ - next_));
    } catch (const std::exception& error) {
      base::log::error("objects.read_failed", {{"error", error.what()}});
    }
    next_ += piece.size();
    Take waiting;
    {
      const std::lock_guard lock(mutex_);
      ready_ = std::move(piece);
      is_ready_ = true;
      is_reading_ = false;
      if (!waiting_) return;
      waiting = std::exchange(waiting_, nullptr);
      piece = take_ready(limit_);
    }
    waiting(std::move(piece));
    read_ahead();
  }

 private:
  std::string take_ready(std::size_t limit) {
    if (ready_.size() > limit) {
      std::string head = ready_.substr(0, limit);
      ready_.erase(0, limit);
      return head;
    }
    // An empty piece stays: it says that there is no more.
    is_ready_ = ready_.empty();
    return std::exchange(ready_, {});
  }

  void read_ahead() {
    {
      const std::lock_guard lock(mutex_);
      if (is_ready_ || is_reading_ || next_ == end_) return;
      is_reading_ = true;
    }
    if (!workers_.post([self = shared_from_this()] { self->fill(); })) give_up();
  }

  // The connection is cut, which clients take for what it is and try again.
  void give_up() {
    Take waiting;
    {
      const std::lock_guard lock(mutex_);
      is_reading_ = false;
      is_ready_ = true;
      waiting = std::exchange(waiting_, nullptr);
    }
    if (waiting) waiting({});
  }

  std::shared_ptr<const OpenObject> object_;
  net::WorkerPool& workers_;
  const std::uint64_t size_;
  std::uint64_t next_;  ///< to be read by whoever fills
  const std::uint64_t end_;
  std::mutex mutex_;  ///< guards what follows
  std::string ready_;
  bool is_ready_ = false;
  bool is_reading_ = false;
  Take waiting_;
  std::size_t limit_ = 0;
};

}  // namespace

std::shared_ptr<net::BodySource> open_source(std::shared_ptr<const OpenObject> object, std::uint64_t offset,
                                             std::uint64_t size, net::WorkerPool& workers) {
  auto source = std::make_shared<ObjectSource>(std::move(object), offset, size, workers);
  source->fill();
  return source;
}

}  // namespace objects
