// Worker pools: threads for plain, blocking functions. One pool a purpose
// (resolvers, password hashing, object files), so that none can starve another.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace net {

class EventLoop;

/// Thread-safe. Destruction finishes running functions and drops queued ones.
class WorkerPool {
 public:
  /// `name` appears in thread names and metrics.
  WorkerPool(std::string name, std::size_t threads, std::size_t max_queue = 100'000);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False if the queue is full or the pool is stopping: answer 503 then.
  [[nodiscard]] bool post(std::function<void()> task);
  std::size_t queued() const;
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Runs `task` on the pool, however full it is: for what was accepted already
/// and must go on. Dropped only when the pool and the loop stop.
void post_patiently(WorkerPool& workers, EventLoop& loop, std::function<void()> task);

}  // namespace net
