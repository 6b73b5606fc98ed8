#include <deque>
#include <exception>
#include <mutex>

#include "base/log.h"
#include "net/event_loop.h"

namespace net {

struct Strand::State : std::enable_shared_from_this<Strand::State> {
  /// Functions run in one go before the thread is given back.
  static constexpr std::size_t kTurn = 64;

  explicit State(Executor run_elsewhere) : executor(std::move(run_elsewhere)) {}

  /// One scheduled turn. If the executor drops it unrun (a full pool), the
  /// next post schedules another one.
  struct Turn {
    std::shared_ptr<State> state;
    bool ran = false;
    explicit Turn(std::shared_ptr<State> owner) : state(std::move(owner)) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      if (ran) return;
      std::lock_guard lock(state->mutex);
      state->scheduled = false;
    }
    void run() {
      ran = true;
      state->run();
    }
  };

  void schedule() {
    auto turn = std::make_shared<Turn>(shared_from_this());
    executor([turn] { turn->run(); });
  }

  void run() {
    for (std::size_t i = 0; i < kTurn; ++i) {
      std::function<void()> task;
      {
        std::lock_guard lock(mutex);
        if (tasks.empty()) {
          scheduled = false;
          return;
        }
        task = std::move(tasks.front());
        tasks.pop_front();
      }
      try {
        task();
      } catch (const std::exception& error) {
        base::log::error("strand.task_failed", {{"error", error.what()}});
      }
    }
    schedule();
  }

  const Executor executor;
  std::mutex mutex;
  std::deque<std::function<void()>> tasks;
  bool scheduled = false;
};

Strand::Strand(Executor executor) : state_(std::make_shared<State>(std::move(executor))) {}

void Strand::post(std::function<void()> task) {
  {
    std::lock_guard lock(state_->mutex);
    state_->tasks.push_back(std::move(task));
    if (state_->scheduled) return;
    state_->scheduled = true;
  }
  state_->schedule();
}

}  // namespace net
