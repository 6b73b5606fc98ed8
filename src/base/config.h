// Configuration: a YAML document, environment overrides and flags, in rising
// precedence, read through typed getters.
//
//   const auto config = Config::load({.file = "rekuest.yaml"}, Config::Unknown::kRefuse);
//   const auto port = config.integer("http.port", 8000);
//   config.finish();
//
// Reading a key declares it: what stands in the document but was never asked
// for is unknown, and `finish` says so with file, line and the nearest key.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace base {

/// A handle to one mapping of the document; copies are cheap and share which
/// keys were read. Used by one thread. Paths are dotted: `postgres.host`.
class Config {
 public:
  /// What `finish` does about keys nobody read: refuse the start (our own
  /// files), or one warning in the log (files that other tools write).
  enum class Unknown { kRefuse, kWarn };

  struct Sources {
    std::string file;                 ///< path of a YAML file; empty: none
    std::optional<std::string> text;  ///< used instead of reading `file`, which then only names it
    /// `NAME=value` pairs of the process. `ARKITEKT__POSTGRES__HOST` sets
    /// `postgres.host`; others are ignored. A list is written with commas.
    std::vector<std::string> environment;
    /// Dotted path and value, from the command line.
    std::vector<std::pair<std::string, std::string>> flags;
    /// A second YAML file over the first: mappings are merged, anything else is replaced. Empty: none.
    std::string overlay = "";
    /// Variables that also count without the prefix: by name, `OIDC_ISSUER`, or all that
    /// begin so, `POSTGRES__`. Those with the prefix override them.
    std::vector<std::string> plain_names = {};
  };

  /// Throws Error(kValidation) if the file cannot be read or is no YAML
  /// mapping, naming the line.
  static Config load(const Sources& sources, Unknown unknown);
  /// The process's environment, for Sources.
  static std::vector<std::string> process_environment();

  /// Whether there is a value; null counts as none. Declares the key.
  bool has(std::string_view path) const;

  /// Each throws Error(kValidation) naming file and line if the value is of
  /// another type. The forms without default return nullopt if there is none.
  std::string text(std::string_view path, std::string_view fallback) const;
  std::optional<std::string> text(std::string_view path) const;
  std::int64_t integer(std::string_view path, std::int64_t fallback) const;
  std::optional<std::int64_t> integer(std::string_view path) const;
  double number(std::string_view path, double fallback) const;
  bool flag(std::string_view path, bool fallback) const;
  std::vector<std::string> texts(std::string_view path) const;

  /// As `text`, and the value may stand in a file: `{file: path}` in the
  /// document, or `ARKITEKT__..._KEY_FILE=path` in the environment. One line
  /// break at the file's end is not part of it. Never appears in a message.
  std::optional<std::string> secret(std::string_view path) const;

  /// The mappings of a list; empty if there is none.
  std::vector<Config> list(std::string_view path) const;
  /// A mapping; one without keys if there is none.
  Config section(std::string_view path) const;
  /// The keys of this mapping, all of which this declares (not what is below).
  std::vector<std::string> keys() const;

  /// What stands at the path, with everything below; null if there is nothing. The empty path is this
  /// mapping. Declares the key alone. Quoted texts stay texts, others become what YAML takes them for.
  Json json(std::string_view path = "") const;

  /// Known but of no use to this program, with everything below.
  void ignore(std::string_view path) const;

  /// An error about this key for the person, naming where it stands.
  [[noreturn]] void fail(std::string_view path, std::string_view problem) const;

  /// Throws Error(kValidation), or warns, about keys that were never read.
  /// Call on the whole document when everything was read.
  void finish() const;
  /// What `finish` complains about, one sentence each.
  std::vector<std::string> unknown_keys() const;

  struct Node;

 private:
  struct Document;
  Config(std::shared_ptr<Document> document, const Node* node, std::string path)
      : document_(std::move(document)), node_(node), path_(std::move(path)) {}
  const Node* find(std::string_view path) const;
  [[noreturn]] void fail_at(const Node* node, std::string_view path, std::string_view problem) const;
  std::string full_path(std::string_view path) const;

  std::shared_ptr<Document> document_;
  const Node* node_;  ///< a mapping inside `document_`
  std::string path_;  ///< of `node_`, empty at the top
};

}  // namespace base
