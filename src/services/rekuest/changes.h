// Changing something and telling of it: the one way from a write body to
// whoever has to hear what it led to.
#pragma once

#include <exception>
#include <functional>

#include "services/rekuest/delivery.h"
#include "services/rekuest/replicas.h"
#include "sql/database.h"

namespace rekuest {

/// Thread-safe; what it refers to outlives it.
class Changes {
 public:
  Changes(sql::Database& database, Delivery& delivery, Replicas& replicas)
      : database_(database), delivery_(delivery), replicas_(replicas) {}

  using Body = std::function<Outcome(sql::Writer&)>;
  using Done = std::function<void(std::exception_ptr)>;
  /// Runs the body and tells what it led to once that is committed. Without
  /// `done`, which is called by whoever writes, a failure is logged.
  void run(Body body, Done done = nullptr) const;
  /// The same, waiting; rethrows.
  void run_and_wait(const Body& body) const;
  /// For a body of another: tells after its commit, and only then.
  void tell(sql::Writer& writer, Outcome told) const;

 private:
  sql::Database& database_;
  Delivery& delivery_;
  Replicas& replicas_;
};

}  // namespace rekuest
