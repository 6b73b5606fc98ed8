// What the current thread is doing with databases, so that a call which could
// wait for itself is refused instead: one that writes, waiting for its own
// queue, or a reader waiting for a second connection.
#pragma once

#include <string_view>

namespace sql {

enum class ThreadRole {
  kPlain,
  kReading,  ///< inside Database::read, holding a connection
  kWriter,   ///< whose turn it is to write, between bodies
  kInBody,   ///< the same, inside a body
};

/// Sets the thread's role for a scope. Roles are per thread, not per database:
/// services never call each other, so no thread needs two databases at once.
class RoleScope {
 public:
  explicit RoleScope(ThreadRole role);
  ~RoleScope();
  RoleScope(const RoleScope&) = delete;
  RoleScope& operator=(const RoleScope&) = delete;

 private:
  ThreadRole previous_;
};

/// Throws Error(kInternal) unless this thread may wait for a database.
void require_plain_thread(std::string_view call);
/// Throws Error(kInternal) inside a body.
void require_outside_body(std::string_view call);

}  // namespace sql
