#include "sql/testing/postgres_server.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

namespace sql_testing {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& message) {
  throw std::runtime_error("PostgreSQL for the tests: " + message);
}

/// PATH last: Debian keeps the server's programs out of it.
fs::path server_programs() {
  std::vector<fs::path> folders;
  for (int version = 18; version >= 13; --version) {
    folders.emplace_back("/usr/lib/postgresql/" + std::to_string(version) + "/bin");
  }
  std::istringstream path(std::getenv("PATH") == nullptr ? "" : std::getenv("PATH"));
  for (std::string folder; std::getline(path, folder, ':');) folders.emplace_back(folder);
  for (const fs::path& folder : folders) {
    if (fs::exists(folder / "initdb") && fs::exists(folder / "postgres")) return folder;
  }
  fail(
      "no server programs found. Install them (apt-get install postgresql-15) or set ARKITEKTD_TEST_POSTGRES "
      "to the URI of a server.");
}

/// PostgreSQL refuses to run as root, so it runs as somebody else then.
struct User {
  uid_t uid = getuid();
  gid_t gid = getgid();
};

User server_user() {
  if (getuid() != 0) return {};
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* entry = getpwnam(name)) return {entry->pw_uid, entry->pw_gid};
  }
  fail("it does not run as root, and there is no user `postgres` or `nobody` to run it as.");
}

/// Between fork and exec, so nothing here may allocate.
[[noreturn]] void become(const User& user, const char* folder, const char* log, char* const* arguments) {
  const int output = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (user.uid != getuid() && (setgid(user.gid) != 0 || setuid(user.uid) != 0)) _exit(126);
  prctl(PR_SET_PDEATHSIG, SIGQUIT);  // a test that crashes takes its server along
  if (output < 0 || chdir(folder) != 0) _exit(126);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execv(arguments[0], arguments);
  _exit(127);
}

class Server {
 public:
  Server() : user_(server_user()) {
    const fs::path programs = server_programs();
    std::string name = (fs::temp_directory_path() / "arkitektd-postgres-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) fail("cannot make a folder like " + name);
    folder_ = name;
    if (chown(name.c_str(), user_.uid, user_.gid) != 0) fail("cannot give away the folder " + name);
    initialise(programs);
    start(programs);
    wait_until_ready();
  }

  ~Server() {
    if (process_ > 0) {
      kill(process_, SIGINT);
      waitpid(process_, nullptr, 0);
    }
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::string uri() const { return "host=" + folder_.string() + " dbname=postgres user=test"; }

 private:
  pid_t spawn(std::vector<std::string> arguments) {
    std::vector<char*> pointers;
    pointers.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    const std::string folder = folder_.string();
    const std::string log = log_file().string();
    const pid_t child = fork();
    if (child == 0) become(user_, folder.c_str(), log.c_str(), pointers.data());
    if (child < 0) fail("fork failed.");
    return child;
  }

  void initialise(const fs::path& programs) {
    const pid_t child =
        spawn({(programs / "initdb").string(), "--pgdata=" + data().string(), "--username=test",
               "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"});
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0) fail_with_log("initdb failed");
  }

  void start(const fs::path& programs) {
    const char* fsync = std::getenv("ARKITEKTD_TEST_POSTGRES_FSYNC");
    process_ = spawn({(programs / "postgres").string(), "-D", data().string(), "-k", folder_.string(), "-c",
                      "listen_addresses=", "-c", "shared_buffers=32MB", "-c", "max_connections=100", "-c",
                      std::string("fsync=") + (fsync == nullptr ? "on" : fsync)});
  }

  void wait_until_ready() {
    using std::chrono::steady_clock;
    const auto deadline = steady_clock::now() + std::chrono::seconds(60);
    while (PQping(uri().c_str()) != PQPING_OK) {
      if (waitpid(process_, nullptr, WNOHANG) != 0) {
        process_ = 0;
        fail_with_log("the server stopped");
      }
      if (steady_clock::now() > deadline) fail_with_log("the server did not answer within 60 s");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  [[noreturn]] void fail_with_log(const std::string& what) {
    std::ostringstream log;
    log << std::ifstream(log_file()).rdbuf();
    fail(what + ":\n" + log.str());
  }

  fs::path data() const { return folder_ / "data"; }
  fs::path log_file() const { return folder_ / "log"; }

  const User user_;
  fs::path folder_;
  pid_t process_ = 0;
};

std::string start_or_find() {
  const char* given = std::getenv("ARKITEKTD_TEST_POSTGRES");
  if (given != nullptr && *given != '\0') return given;
  static const Server server;
  return server.uri();
}

}  // namespace

const std::string& postgres_uri() {
  static const std::string uri = start_or_find();
  return uri;
}

}  // namespace sql_testing
