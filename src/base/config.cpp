#include "base/config.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/config_document.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"

namespace base {
namespace {

using Node = Config::Node;

constexpr std::string_view kPrefix = "ARKITEKT__";

std::vector<std::string> environment_path(std::string_view name) {
  std::vector<std::string> path;
  while (true) {
    const std::size_t end = name.find("__");
    std::string key(name.substr(0, end));
    std::ranges::transform(key, key.begin(), [](unsigned char c) { return std::tolower(c); });
    path.push_back(std::move(key));
    if (end == std::string_view::npos) return path;
    name.remove_prefix(end + 2);
  }
}

std::vector<std::string> dotted_path(std::string_view path) {
  const std::vector<std::string_view> parts = split(path, '.');
  return {parts.begin(), parts.end()};
}

std::optional<bool> parse_flag(std::string_view text) {
  const std::string folded = fold_case(text);
  if (folded == "true" || folded == "yes" || folded == "on" || folded == "1") return true;
  if (folded == "false" || folded == "no" || folded == "off" || folded == "0") return false;
  return std::nullopt;
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string without_last_line_break(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

// The key a person probably meant: at most every third character wrong.
std::string_view nearest(std::string_view key, const std::set<std::string, std::less<>>& known) {
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, key.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(key, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

bool is_plain_name(const Config::Sources& sources, std::string_view name) {
  return std::ranges::any_of(sources.plain_names, [&](const std::string& known) {
    return known.ends_with("__") ? name.starts_with(known) : name == known;
  });
}

// First those without the prefix, so that those with it have the last word.
void read_environment(const Config::Sources& sources, Node& root) {
  for (const bool prefixed : {false, true}) {
    for (const std::string& entry : sources.environment) {
      const std::size_t equals = entry.find('=');
      if (equals == std::string::npos) continue;
      const std::string name = entry.substr(0, equals);
      if (prefixed ? !name.starts_with(kPrefix) : !is_plain_name(sources, name)) continue;
      const std::string_view path = std::string_view(name).substr(prefixed ? kPrefix.size() : 0);
      override_value(root, environment_path(path), entry.substr(equals + 1), name);
    }
  }
}

void collect_unknown(const Node& node, const std::string& path, std::vector<std::string>& problems) {
  for (const auto& [key, child] : node.members) {
    const std::string child_path = path.empty() ? key : path + "." + key;
    if (child->ignored) continue;
    if (!child->read && !node.declared.contains(key)) {
      const std::string_view meant = nearest(key, node.declared);
      const std::string hint = meant.empty() ? "." : fmt::format("; did you mean '{}'?", meant);
      problems.push_back(fmt::format("{}: '{}' is not a setting{}", child->origin, child_path, hint));
      continue;
    }
    collect_unknown(*child, child_path, problems);
    for (std::size_t i = 0; i < child->items.size(); ++i) {
      collect_unknown(*child->items[i], fmt::format("{}[{}]", child_path, i), problems);
    }
  }
}

}  // namespace

Config Config::load(const Sources& sources, Unknown unknown) {
  auto document = std::make_shared<Document>();
  document->file = sources.file;
  document->unknown = unknown;
  document->root.kind = Node::Kind::kMapping;
  if (sources.text) {
    read_yaml(*sources.text, sources.file, document->root);
  } else if (!sources.file.empty()) {
    read_yaml(read_file(sources.file), sources.file, document->root);
  }
  if (!sources.overlay.empty()) {
    Node over;
    read_yaml(read_file(sources.overlay), sources.overlay, over);
    merge(document->root, std::move(over));
  }
  read_environment(sources, document->root);
  for (const auto& [path, value] : sources.flags) {
    override_value(document->root, dotted_path(path), value, "--" + path);
  }
  const Node* root = &document->root;
  return Config(std::move(document), root, "");
}

std::vector<std::string> Config::process_environment() {
  std::vector<std::string> entries;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) entries.emplace_back(*entry);
  return entries;
}

std::string Config::full_path(std::string_view path) const {
  return path_.empty() ? std::string(path) : fmt::format("{}.{}", path_, path);
}

const Node* Config::find(std::string_view path) const {
  const Node* node = node_;
  for (const std::string& key : dotted_path(path)) {
    if (node == nullptr || node->kind == Node::Kind::kNull) return nullptr;
    if (node->kind != Node::Kind::kMapping) fail_at(node, path, "must be a mapping on the way there");
    node->declared.insert(key);
    node = node->member(key);
    if (node != nullptr) node->read = true;
  }
  return node == nullptr || node->kind == Node::Kind::kNull ? nullptr : node;
}

void Config::fail_at(const Node* node, std::string_view path, std::string_view problem) const {
  const std::string& where = node != nullptr ? node->origin : document_->file;
  throw Error(code::kValidation, "{}{}'{}' {}.", where, where.empty() ? "" : ": ", full_path(path), problem);
}

void Config::fail(std::string_view path, std::string_view problem) const {
  fail_at(find(path), path, problem);
}

bool Config::has(std::string_view path) const { return find(path) != nullptr; }

std::optional<std::string> Config::text(std::string_view path) const {
  const Node* node = find(path);
  if (node == nullptr) return std::nullopt;
  if (node->kind != Node::Kind::kScalar) fail_at(node, path, "must be a text");
  return node->scalar;
}

std::string Config::text(std::string_view path, std::string_view fallback) const {
  return text(path).value_or(std::string(fallback));
}

std::optional<std::int64_t> Config::integer(std::string_view path) const {
  const Node* node = find(path);
  if (node == nullptr) return std::nullopt;
  const auto value = parse_number<std::int64_t>(node->scalar);
  if (node->kind != Node::Kind::kScalar || !value) fail_at(node, path, "must be a whole number");
  return value;
}

std::int64_t Config::integer(std::string_view path, std::int64_t fallback) const {
  return integer(path).value_or(fallback);
}

double Config::number(std::string_view path, double fallback) const {
  const Node* node = find(path);
  if (node == nullptr) return fallback;
  const auto value = parse_number<double>(node->scalar);
  if (node->kind != Node::Kind::kScalar || !value) fail_at(node, path, "must be a number");
  return *value;
}

bool Config::flag(std::string_view path, bool fallback) const {
  const Node* node = find(path);
  if (node == nullptr) return fallback;
  const std::optional<bool> value = parse_flag(node->scalar);
  if (node->kind != Node::Kind::kScalar || !value) fail_at(node, path, "must be true or false");
  return *value;
}

std::vector<std::string> Config::texts(std::string_view path) const {
  const Node* node = find(path);
  std::vector<std::string> values;
  if (node == nullptr) return values;
  if (node->kind == Node::Kind::kScalar && node->overrides) {
    for (const std::string_view part : split(node->scalar, ',')) values.emplace_back(trim(part));
    return values;
  }
  if (node->kind != Node::Kind::kList) fail_at(node, path, "must be a list of texts");
  for (const auto& item : node->items) {
    if (item->kind != Node::Kind::kScalar) fail_at(item.get(), path, "must contain texts only");
    values.push_back(item->scalar);
  }
  return values;
}

std::optional<std::string> Config::secret(std::string_view path) const {
  const Node* node = find(path);
  const Node* file = find(fmt::format("{}_file", path));
  if (file != nullptr && file->overrides) return without_last_line_break(read_file(file->scalar));
  if (node == nullptr) return std::nullopt;
  if (node->kind == Node::Kind::kScalar) return node->scalar;
  const std::optional<std::string> named = text(fmt::format("{}.file", path));
  if (!named) fail_at(node, path, "must be a text or {file: path}");
  return without_last_line_break(read_file(*named));
}

std::vector<Config> Config::list(std::string_view path) const {
  const Node* node = find(path);
  std::vector<Config> entries;
  if (node == nullptr) return entries;
  if (node->kind != Node::Kind::kList) fail_at(node, path, "must be a list");
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    const Node* item = node->items[i].get();
    if (item->kind != Node::Kind::kMapping) fail_at(item, path, "must contain mappings only");
    entries.push_back(Config(document_, item, fmt::format("{}[{}]", full_path(path), i)));
  }
  return entries;
}

Config Config::section(std::string_view path) const {
  static const Node kEmpty = [] {
    Node node;
    node.kind = Node::Kind::kMapping;
    return node;
  }();
  const Node* node = find(path);
  if (node == nullptr) return Config(document_, &kEmpty, full_path(path));
  if (node->kind != Node::Kind::kMapping) fail_at(node, path, "must be a mapping");
  return Config(document_, node, full_path(path));
}

std::vector<std::string> Config::keys() const {
  std::vector<std::string> names;
  for (const auto& [key, child] : node_->members) {
    names.push_back(key);
    child->read = true;
  }
  return names;
}

Json Config::json(std::string_view path) const {
  const Node* node = path.empty() ? node_ : find(path);
  return node == nullptr ? Json() : to_json(*node);
}

void Config::ignore(std::string_view path) const {
  if (const Node* node = find(path)) node->ignored = true;
}

std::vector<std::string> Config::unknown_keys() const {
  std::vector<std::string> problems;
  collect_unknown(document_->root, "", problems);
  return problems;
}

void Config::finish() const {
  const std::vector<std::string> problems = unknown_keys();
  if (problems.empty()) return;
  if (document_->unknown == Unknown::kRefuse) throw Error(code::kValidation, join(problems, "\n"));
  Json::Array keys(problems.begin(), problems.end());
  log::warning("config.unknown_keys", {{"file", document_->file}, {"keys", Json(std::move(keys))}});
}

}  // namespace base
