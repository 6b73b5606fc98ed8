#include "net/worker_pool.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "net/event_loop.h"
#include "net/thread_name.h"

namespace net {

struct WorkerPool::State {
  std::string name;
  std::size_t max_queue;
  base::metrics::Gauge& depth;

  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::function<void()>> queue;
  bool stopping = false;
  std::size_t idle = 0;
  bool waking = false;  ///< an idle worker was called and has not come yet
  std::atomic<std::size_t> queued{0};
  std::mutex join_mutex;
  std::vector<std::thread> threads;

  State(std::string pool_name, std::size_t limit)
      : name(std::move(pool_name)),
        max_queue(limit),
        depth(base::metrics::process().gauge("arkitektd_worker_queue", "Functions waiting for a worker.",
                                             {{"pool", name}})) {}

  // A burst calls one worker, which calls the next if there is something left: waking a thread takes longer
  // than most functions, and calling one for each would have more of them running than there are processors.
  // With the mutex held; true: notify once it is released.
  bool call_another() {
    if (idle == 0 || waking || queue.empty()) return false;
    return waking = true;
  }

  void wait_for_work(std::unique_lock<std::mutex>& lock) {
    while (!stopping && queue.empty()) {
      ++idle;
      wake.wait(lock);
      --idle;
      waking = false;
    }
  }

  void run(std::size_t index) {
    name_this_thread(name + "-" + std::to_string(index));
    while (true) {
      std::function<void()> task;
      bool more = false;
      {
        std::unique_lock lock(mutex);
        wait_for_work(lock);
        if (stopping) return;
        task = std::move(queue.front());
        queue.pop_front();
        more = call_another();
      }
      if (more) wake.notify_one();
      --queued;
      depth.add(-1);
      try {
        task();
      } catch (const std::exception& error) {
        base::log::error("worker.task_failed", {{"pool", name}, {"error", error.what()}});
      }
    }
  }
};

WorkerPool::WorkerPool(std::string name, std::size_t threads, std::size_t max_queue)
    : state_(std::make_unique<State>(std::move(name), max_queue)) {
  for (std::size_t i = 0; i < threads; ++i) {
    state_->threads.emplace_back([state = state_.get(), i] { state->run(i); });
  }
}

WorkerPool::~WorkerPool() { stop(); }

bool WorkerPool::post(std::function<void()> task) {
  bool wanted = false;
  {
    std::lock_guard lock(state_->mutex);
    if (state_->stopping || state_->queue.size() >= state_->max_queue) return false;
    state_->queue.push_back(std::move(task));
    ++state_->queued;
    state_->depth.add(1);
    wanted = state_->call_another();
  }
  if (wanted) state_->wake.notify_one();
  return true;
}

std::size_t WorkerPool::queued() const { return state_->queued.load(std::memory_order_relaxed); }

void post_patiently(WorkerPool& workers, EventLoop& loop, std::function<void()> task) {
  if (workers.post(task)) return;
  auto timer = std::make_shared<EventLoop::Timer>();
  *timer =
      loop.after(std::chrono::milliseconds(20), [&workers, &loop, timer, task = std::move(task)]() mutable {
        post_patiently(workers, loop, std::move(task));
      });
}

void WorkerPool::stop() {
  std::deque<std::function<void()>> dropped;
  {
    std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    dropped.swap(state_->queue);
    state_->queued -= dropped.size();
    state_->depth.add(-static_cast<std::int64_t>(dropped.size()));
  }
  state_->wake.notify_all();
  std::lock_guard lock(state_->join_mutex);
  for (std::thread& thread : state_->threads) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace net
