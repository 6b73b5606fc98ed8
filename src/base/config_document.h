// The tree behind Config. For base/config*.cpp only.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/config.h"

namespace base {

struct Config::Node {
  enum class Kind { kNull, kScalar, kList, kMapping };
  using Member = std::pair<std::string, std::unique_ptr<Node>>;

  Kind kind = Kind::kNull;
  std::string origin;      ///< `lok.yaml:12`, `ARKITEKT__POSTGRES__HOST` or `--http.port`
  bool overrides = false;  ///< from the environment or a flag: a list is one text with commas
  std::string scalar;
  bool quoted = false;  ///< a text whatever it looks like
  std::vector<std::unique_ptr<Node>> items;
  std::vector<Member> members;

  // Bookkeeping of what the program knows; not part of the value.
  mutable bool read = false;
  mutable bool ignored = false;                         ///< with everything below
  mutable std::set<std::string, std::less<>> declared;  ///< keys asked for in this mapping

  const Node* member(std::string_view key) const;
  Node* member(std::string_view key);
};

struct Config::Document {
  std::string file;
  Unknown unknown;
  Node root;
};

/// Parses YAML into `root`; `file` names it in messages.
void read_yaml(const std::string& text, const std::string& file, Config::Node& root);
/// Lays `over` onto a tree: mappings are merged, anything else is replaced.
void merge(Config::Node& into, Config::Node over);
/// Sets one value, making mappings on the way.
void override_value(Config::Node& root, const std::vector<std::string>& path, std::string value,
                    std::string origin);
/// The value with everything below.
Json to_json(const Config::Node& node);
/// The contents of a file. Throws Error(kValidation).
std::string read_file(const std::string& path);

}  // namespace base
