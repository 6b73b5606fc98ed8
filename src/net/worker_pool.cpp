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
  struct Worker {
    std::condition_variable wake;
    bool is_called = false;
  };
  std::deque<Worker> workers;  ///< as long as the pool: whoever calls one does so without the mutex
  std::deque<std::function<void()>> queue;
  bool stopping = false;
  std::vector<Worker*>
      idle;             ///< the last to become idle at the end: its caches are the warmest, it is called
  bool waking = false;  ///< an idle worker was called and has not come yet
  std::atomic<std::size_t> queued{0};
  std::mutex join_mutex;
  std::vector<std::thread> threads;

  State(std::string pool_name, std::size_t limit, std::size_t size)
      : name(std::move(pool_name)),
        max_queue(limit),
        depth(base::metrics::process().gauge("arkitektd_worker_queue", "Functions waiting for a worker.",
                                             {{"pool", name}})),
        workers(size) {}

  // A burst calls one worker, which calls the next if there is something left: waking a thread takes longer
  // than most functions, and calling one for each would have more of them running than there are processors.
  // With the mutex held; the worker to notify once it is released, or null.
  Worker* call_another() {
    if (idle.empty() || waking || queue.empty()) return nullptr;
    waking = true;
    Worker* called = idle.back();
    idle.pop_back();
    called->is_called = true;
    return called;
  }

  void wait_for_work(Worker& self, std::unique_lock<std::mutex>& lock) {
    while (!stopping && queue.empty()) {
      idle.push_back(&self);
      self.wake.wait(lock, [&] { return self.is_called || stopping; });
      self.is_called = false;
      waking = false;
    }
  }

  void run(std::size_t index) {
    name_this_thread(name + "-" + std::to_string(index));
    Worker& self = workers[index];
    while (true) {
      std::function<void()> task;
      Worker* another = nullptr;
      {
        std::unique_lock lock(mutex);
        wait_for_work(self, lock);
        if (stopping) return;
        task = std::move(queue.front());
        queue.pop_front();
        another = call_another();
      }
      if (another != nullptr) another->wake.notify_one();
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
    : state_(std::make_unique<State>(std::move(name), max_queue, threads)) {
  for (std::size_t i = 0; i < threads; ++i) {
    state_->threads.emplace_back([state = state_.get(), i] { state->run(i); });
  }
}

WorkerPool::~WorkerPool() { stop(); }

bool WorkerPool::post(std::function<void()> task) {
  State::Worker* called = nullptr;
  {
    std::lock_guard lock(state_->mutex);
    if (state_->stopping || state_->queue.size() >= state_->max_queue) return false;
    state_->queue.push_back(std::move(task));
    ++state_->queued;
    state_->depth.add(1);
    called = state_->call_another();
  }
  if (called != nullptr) called->wake.notify_one();
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
    for (State::Worker* each : state_->idle) each->wake.notify_one();
    state_->idle.clear();
    dropped.swap(state_->queue);
    state_->queued -= dropped.size();
    state_->depth.add(-static_cast<std::int64_t>(dropped.size()));
  }
  std::lock_guard lock(state_->join_mutex);
  for (std::thread& thread : state_->threads) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace net
