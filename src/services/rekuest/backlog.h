// What an agent that has just registered still has to hear, read from rows in
// chunks while it is sent, however much it is.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "services/rekuest/dispatch.h"
#include "sql/database.h"

namespace rekuest {

/// Which part of the rows: what came later was sent by itself.
struct BacklogBounds {
  std::int64_t agent = 0;
  std::int64_t after_task = 0;  ///< up to this one they were sent
  std::int64_t newest_task = 0;
  std::int64_t newest_instruct = 0;
  /// The same process is back: it also waits for answers and mirrors that went
  /// down with its connection, and for decisions.
  bool comes_back = false;
};
/// Inside the write body that lets the agent hear of its tasks.
BacklogBounds backlog_bounds(sql::Reader& reader, std::int64_t agent, std::int64_t newest_task);

/// Frame by frame: ASSIGNs of open tasks it never spoke of, controls it has not
/// confirmed, DECIDEs, then the answers and mirrors of its child calls. Hearing
/// one of them twice does an agent no harm. Used by one thread at a time; what it
/// refers to outlives it.
class Backlog {
 public:
  Backlog(sql::Database& database, const ProvenanceSigner& signer, BacklogBounds bounds)
      : database_(database), signer_(signer), bounds_(bounds), cursor_(bounds.after_task) {}

  /// Null: that was all. Blocks while it reads.
  std::optional<std::string> next();

 private:
  enum class Part { kAssigns, kControls, kDecisions, kChildren, kMirrors, kDone };
  void read_more();
  void go_to(Part part);
  void read_assigns(sql::Reader& reader);
  void read_controls(sql::Reader& reader);
  void read_decisions(sql::Reader& reader);
  void read_children(sql::Reader& reader);
  void read_mirrors(sql::Reader& reader);

  sql::Database& database_;
  const ProvenanceSigner& signer_;
  const BacklogBounds bounds_;
  Part part_ = Part::kAssigns;
  std::int64_t cursor_;  ///< the last task, or event, that was read
  std::deque<std::string> frames_;
  std::deque<std::int64_t> children_;
};

}  // namespace rekuest
