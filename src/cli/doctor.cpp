#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/commands.h"
#include "net/event_loop.h"
#include "net/server.h"
#include "net/tls.h"
#include "platform/data_directory.h"
#include "platform/settings.h"
#include "platform/start_error.h"

namespace cli {
namespace {

constexpr std::uintmax_t kEnoughDisk = 1024ULL * 1024 * 1024;
constexpr std::int64_t kBuiltAfter = 1'760'000'000'000'000;  // the program is younger than this moment

/// Says what it looked at; a problem is what keeps `up` from running.
class Examination {
 public:
  void good(const std::string& text) { fmt::print("ok       {}\n", text); }
  void problem(const std::string& text) {
    fmt::print("PROBLEM  {}\n", text);
    ++problems_;
  }
  int problems() const { return problems_; }

 private:
  int problems_ = 0;
};

void look_at_port(Examination& examination, const platform::Settings& settings, std::uint16_t port,
                  const char* what) {
  try {
    net::EventLoop loop(1);
    net::ServerOptions options;
    options.addresses = settings.listen;
    options.port = port;
    const net::Server probe(loop, options, net::Router());
    examination.good(fmt::format("port {} is free ({})", port, what));
  } catch (const base::Error& error) {
    examination.problem(error.message());
  }
}

void look_at_certificate(Examination& examination, const platform::Settings& settings) {
  if (settings.tls_certificate.empty()) return;
  try {
    const net::TlsIdentity identity(settings.tls_certificate, settings.tls_key);
    const std::string end = base::format_datetime(identity.ends_at());
    if (identity.ends_at() <= base::now_micros()) {
      examination.problem(
          fmt::format("the certificate in {} ended at {}: renew it", settings.tls_certificate, end));
    } else {
      examination.good(fmt::format("the certificate for {} is good until {}",
                                   identity.host_name().empty() ? "no host name" : identity.host_name(),
                                   end));
    }
  } catch (const base::Error& error) {
    examination.problem(error.message());
  }
}

// The nearest directory that exists: the data directory may not be there yet.
std::filesystem::path existing_part(std::filesystem::path path) {
  path = std::filesystem::absolute(path);
  while (!std::filesystem::exists(path)) path = path.parent_path();
  return path;
}

void look_at_directory(Examination& examination, const std::string& data) {
  if (platform::DataDirectory::is_locked(data)) {
    examination.problem(fmt::format("{} is locked: another arkitektd is running on it", data));
  } else {
    examination.good(fmt::format("no other process uses {}", data));
  }
  std::error_code error;
  const std::filesystem::path place = existing_part(data);
  const std::filesystem::space_info space = std::filesystem::space(place, error);
  const std::uintmax_t megabytes = space.available / (1024 * 1024);
  if (error) {
    examination.problem(
        fmt::format("the disk of {} cannot be asked for its space: {}", place.string(), error.message()));
  } else if (space.available < kEnoughDisk) {
    examination.problem(
        fmt::format("only {} MB are free on the disk of {}: make room", megabytes, place.string()));
  } else {
    examination.good(fmt::format("{} MB are free on the disk of {}", megabytes, place.string()));
  }
}

void look_at_clock(Examination& examination) {
  const std::int64_t now = base::now_micros();
  if (now < kBuiltAfter) {
    examination.problem(
        fmt::format("the clock says {}: set it, tokens depend on it", base::format_datetime(now)));
  } else {
    examination.good(fmt::format("the clock says {}", base::format_datetime(now)));
  }
}

int doctor(const platform::Flags& flags) {
  Examination examination;
  try {
    const platform::Settings settings = platform::read_settings(flags);
    examination.good("the configuration can be read");
    look_at_port(examination, settings, settings.port, "all services");
    look_at_port(examination, settings, settings.object_store_port, "object store");
    look_at_certificate(examination, settings);
  } catch (const base::Error& error) {
    examination.problem(error.message());
  }
  look_at_directory(examination, flags.data);
  look_at_clock(examination);
  if (examination.problems() == 0) {
    fmt::print("\nNothing stands in the way. Start with `arkitektd up`.\n");
    return 0;
  }
  fmt::print("\n{} problem(s) found.\n", examination.problems());
  return static_cast<int>(platform::Exit::kInternal);
}

}  // namespace

void add_doctor(CLI::App& app, int& exit_code) {
  auto flags = std::make_shared<platform::Flags>();
  CLI::App* command = app.add_subcommand("doctor", "Say what would keep `up` from running; starts nothing");
  command->add_option("--data", flags->data, "The data directory `up` would use")->capture_default_str();
  command->add_option("--port", flags->port, "The port `up` would use (8000)")->check(CLI::Range(1, 65534));
  command->add_option("--listen", flags->listen, "Numeric address `up` would listen on, repeatable");
  command->add_option("--tls-certificate", flags->tls_certificate, "The certificate `up` would show");
  command->add_option("--tls-key", flags->tls_key, "Its key");
  command->add_option("--config", flags->config_file, "The configuration `up` would read");
  command->footer(
      "Looks at the configuration, the ports, the certificate, the data directory's lock, the disk and\n"
      "the clock. Exit code 0 if nothing stands in the way.");
  command->callback([flags, &exit_code] { exit_code = doctor(*flags); });
}

}  // namespace cli
