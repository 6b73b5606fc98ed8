// What a write body leads to, told after its commit.
#pragma once

#include <iterator>
#include <utility>
#include <vector>

#include "services/rekuest/dispatch.h"
#include "services/rekuest/task_store.h"

namespace rekuest {

struct Outcome {
  std::vector<TaskNotice> notices;
  std::vector<AgentMessage> messages;

  void add(std::vector<TaskNotice> more) {
    notices.insert(notices.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
  }
};

}  // namespace rekuest
