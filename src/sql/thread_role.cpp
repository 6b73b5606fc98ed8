#include "sql/thread_role.h"

#include "base/error.h"

namespace sql {
namespace {
thread_local ThreadRole current_role = ThreadRole::kPlain;
}

RoleScope::RoleScope(ThreadRole role) : previous_(current_role) { current_role = role; }
RoleScope::~RoleScope() { current_role = previous_; }

void require_plain_thread(std::string_view call) {
  switch (current_role) {
    case ThreadRole::kPlain:
      return;
    case ThreadRole::kReading:
      throw base::Error(base::code::kInternal,
                        "Database::{} was called inside a read: a thread holding a connection never waits "
                        "for another.",
                        call);
    case ThreadRole::kWriter:
    case ThreadRole::kInBody:
      throw base::Error(
          base::code::kInternal,
          "Database::{} was called while this thread writes, in a body or after its commit: it would "
          "wait for itself.",
          call);
  }
}

void require_outside_body(std::string_view call) {
  if (current_role != ThreadRole::kInBody) return;
  throw base::Error(base::code::kInternal,
                    "Database::{} was called inside a write body, which may run again or be undone.", call);
}

}  // namespace sql
