#include "base/config_document.h"

#include <yaml-cpp/yaml.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/error.h"

namespace base {
namespace {

using Node = Config::Node;

std::string place(const std::string& file, const YAML::Mark& mark) {
  return fmt::format("{}:{}", file, mark.line + 1);
}

void convert(const YAML::Node& from, const std::string& file, Node& to) {
  to.origin = place(file, from.Mark());
  switch (from.Type()) {
    case YAML::NodeType::Undefined:
    case YAML::NodeType::Null:
      to.kind = Node::Kind::kNull;
      return;
    case YAML::NodeType::Scalar:
      to.kind = Node::Kind::kScalar;
      to.scalar = from.Scalar();
      to.quoted = from.Tag() == "!";
      return;
    case YAML::NodeType::Sequence:
      to.kind = Node::Kind::kList;
      for (const YAML::Node& item : from)
        convert(item, file, *to.items.emplace_back(std::make_unique<Node>()));
      return;
    case YAML::NodeType::Map:
      break;
  }
  to.kind = Node::Kind::kMapping;
  for (const auto& entry : from) {
    const YAML::Node& key = entry.first;
    if (!key.IsScalar()) throw Error(code::kValidation, "{}: A key is not a text.", place(file, key.Mark()));
    if (to.member(key.Scalar()) != nullptr) {
      throw Error(code::kValidation, "{}: '{}' stands here a second time.", place(file, key.Mark()),
                  key.Scalar());
    }
    Node& child = *to.members.emplace_back(key.Scalar(), std::make_unique<Node>()).second;
    convert(entry.second, file, child);
    child.origin = place(file, key.Mark());
  }
}

// What has JSON's spelling of a number or a truth is one.
Json plain_value(const std::string& text) {
  if (text == "true" || text == "false") return text == "true";
  if (text.empty() || (text.front() != '-' && (text.front() < '0' || text.front() > '9'))) return text;
  try {
    return Json::parse(text);
  } catch (const Error&) {
    return text;
  }
}

}  // namespace

const Node* Config::Node::member(std::string_view key) const {
  for (const auto& [name, node] : members) {
    if (name == key) return node.get();
  }
  return nullptr;
}

Node* Config::Node::member(std::string_view key) {
  return const_cast<Node*>(std::as_const(*this).member(key));
}

void read_yaml(const std::string& text, const std::string& file, Node& root) {
  YAML::Node parsed;
  try {
    parsed = YAML::Load(text);
  } catch (const YAML::Exception& error) {
    throw Error(code::kValidation, "{}: This is not YAML: {}.", place(file, error.mark), error.msg);
  }
  if (parsed.IsDefined() && !parsed.IsNull() && !parsed.IsMap()) {
    throw Error(code::kValidation, "{}: Expected settings as `key: value` lines.", file);
  }
  convert(parsed, file, root);
  root.kind = Node::Kind::kMapping;
}

void merge(Node& into, Node over) {
  if (into.kind != Node::Kind::kMapping || over.kind != Node::Kind::kMapping) {
    into = std::move(over);
    return;
  }
  for (auto& [key, child] : over.members) {
    if (Node* known = into.member(key)) {
      merge(*known, std::move(*child));
    } else {
      into.members.emplace_back(key, std::move(child));
    }
  }
}

void override_value(Node& root, const std::vector<std::string>& path, std::string value, std::string origin) {
  Node* node = &root;
  for (const std::string& key : path) {
    if (node->kind != Node::Kind::kMapping && node->kind != Node::Kind::kNull) {
      throw Error(code::kValidation, "{}: '{}' cannot be set inside the value of {}.", origin, key,
                  node->origin);
    }
    node->kind = Node::Kind::kMapping;
    Node* child = node->member(key);
    if (child == nullptr) {
      child = node->members.emplace_back(key, std::make_unique<Node>()).second.get();
      child->origin = origin;
    }
    node = child;
  }
  *node = Node{};
  node->kind = Node::Kind::kScalar;
  node->scalar = std::move(value);
  node->origin = std::move(origin);
  node->overrides = true;
}

Json to_json(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return {};
    case Node::Kind::kScalar:
      return node.quoted ? Json(node.scalar) : plain_value(node.scalar);
    case Node::Kind::kList: {
      Json list = Json::array();
      for (const auto& item : node.items) list.push_back(to_json(*item));
      return list;
    }
    case Node::Kind::kMapping:
      break;
  }
  Json mapping = Json::object();
  for (const auto& [key, child] : node.members) mapping.set(key, to_json(*child));
  return mapping;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  if (file) content << file.rdbuf();
  // An empty file sets failbit on the copy; only an unreadable one is an error.
  if (!file || file.bad()) {
    throw Error(code::kValidation, "Cannot read '{}': {}.", path, std::strerror(errno));
  }
  return std::move(content).str();
}

}  // namespace base
