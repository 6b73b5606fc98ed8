#include "services/rekuest/changes.h"

#include <memory>
#include <utility>

#include "base/log.h"

namespace rekuest {
namespace {

void log_failure(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& failure) {
    base::log::error("rekuest.change_failed", {{"error", failure.what()}});
  }
}

}  // namespace

void Changes::run(Body body, Done done) const {
  database_.write_async([this, body = std::move(body)](sql::Writer& writer) { tell(writer, body(writer)); },
                        [done = std::move(done)](std::exception_ptr error) {
                          if (done) return done(std::move(error));
                          if (error) log_failure(error);
                        });
}

void Changes::run_and_wait(const Body& body) const {
  database_.write([&](sql::Writer& writer) { tell(writer, body(writer)); });
}

void Changes::tell(sql::Writer& writer, Outcome told) const {
  if (replicas_.listens()) return replicas_.announce(writer, std::move(told));
  writer.after_commit(
      [this, told = std::make_shared<Outcome>(std::move(told))] { delivery_.deliver(std::move(*told)); });
}

}  // namespace rekuest
