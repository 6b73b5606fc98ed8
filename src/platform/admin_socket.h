// The door for whoever runs the platform: a Unix socket in the data directory
// that only its owner can open. One command a connection: a line of JSON
// `{"command": "user list", "arguments": {}}`, answered with a line
// `{"result": ...}` or `{"error": {"code": ..., "message": ...}}`.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "base/json.h"

namespace platform {

/// Serves from construction on until it is destroyed, on a thread of its own.
class AdminSocket {
 public:
  /// What answers a command; may throw base::Error.
  using Run = std::function<base::Json(std::string_view command, const base::Json& arguments)>;

  /// `directory` is the data directory, whose lock the caller has. Throws StartError(kUnavailable).
  AdminSocket(const std::string& directory, Run run);
  ~AdminSocket();
  AdminSocket(const AdminSocket&) = delete;
  AdminSocket& operator=(const AdminSocket&) = delete;

 private:
  void serve();
  void answer(int connection) const;

  const Run run_;
  int directory_ = -1;
  int listener_ = -1;
  int stop_ = -1;
  std::thread thread_;
};

/// Asks the platform that runs on the directory. Throws base::Error: kUnavailable if none runs there, else
/// what it answered.
base::Json ask_admin(const std::string& directory, std::string_view command, const base::Json& arguments);

}  // namespace platform
