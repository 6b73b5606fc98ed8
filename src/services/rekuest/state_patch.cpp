#include "services/rekuest/state_patch.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

namespace rekuest {
namespace {

using base::Json;
using Tokens = std::vector<std::string>;

std::optional<std::size_t> index_of(const std::string& token) {
  if (token.size() > 1 && token.front() == '0') return std::nullopt;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  if (error != std::errc() || end != token.data() + token.size()) return std::nullopt;
  return index;
}

Json* child_of(Json& parent, const std::string& token) {
  if (!parent.is_array()) return parent.find(token);
  const auto index = index_of(token);
  return index && *index < parent.items().size() ? &parent.items()[*index] : nullptr;
}

Json* value_at(Json& document, std::span<const std::string> tokens) {
  Json* at = &document;
  for (const std::string& token : tokens) {
    if (at == nullptr) return nullptr;
    at = child_of(*at, token);
  }
  return at;
}

std::size_t depth_of(const Json& value) {
  std::size_t deepest = 0;
  if (value.is_array()) {
    for (const Json& item : value.items()) deepest = std::max(deepest, depth_of(item));
  } else if (value.is_object()) {
    for (const auto& [key, member] : value.members()) deepest = std::max(deepest, depth_of(member));
  } else {
    return 0;
  }
  return deepest + 1;
}

bool is_readable(const Tokens& path, const Json& value) {
  return path.size() + depth_of(value) <= Json::Limits{}.depth;
}

bool add(Json& document, const Tokens& path, Json value) {
  if (!is_readable(path, value)) return false;
  if (path.empty()) {
    document = std::move(value);
    return true;
  }
  Json* parent = value_at(document, std::span(path).first(path.size() - 1));
  if (parent == nullptr) return false;
  if (parent->is_object()) {
    parent->set(path.back(), std::move(value));
    return true;
  }
  if (!parent->is_array()) return false;
  auto& items = parent->items();
  const auto index = path.back() == "-" ? items.size() : index_of(path.back());
  if (!index || *index > items.size()) return false;
  items.insert(items.begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
  return true;
}

bool replace(Json& document, const Tokens& path, Json value) {
  Json* target = value_at(document, path);
  if (target == nullptr || !is_readable(path, value)) return false;
  *target = std::move(value);
  return true;
}

bool remove(Json& document, const Tokens& path) {
  if (path.empty() || value_at(document, path) == nullptr) return false;
  Json& parent = *value_at(document, std::span(path).first(path.size() - 1));
  if (parent.is_array()) {
    parent.items().erase(parent.items().begin() + static_cast<std::ptrdiff_t>(*index_of(path.back())));
  } else {
    parent.erase(path.back());
  }
  return true;
}

bool copy(Json& document, const Tokens& from, const Tokens& path) {
  const Json* source = value_at(document, from);
  return source != nullptr && add(document, path, *source);
}

bool move(Json& document, const Tokens& from, const Tokens& path) {
  const bool into_itself = path.size() > from.size() && std::equal(from.begin(), from.end(), path.begin());
  if (into_itself || value_at(document, from) == nullptr) return false;
  if (from == path) return true;
  Json before = document;
  Json taken = *value_at(document, from);
  if (remove(document, from) && add(document, path, std::move(taken))) return true;
  document = std::move(before);
  return false;
}

}  // namespace

// `~1` is a slash in a key, `~0` a tilde.
std::optional<Tokens> pointer_tokens(std::string_view pointer) {
  Tokens tokens;
  if (pointer.empty()) return tokens;
  if (pointer.front() != '/') return std::nullopt;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      tokens.emplace_back();
    } else if (pointer[i] != '~') {
      tokens.back() += pointer[i];
    } else {
      if (++i == pointer.size() || (pointer[i] != '0' && pointer[i] != '1')) return std::nullopt;
      tokens.back() += pointer[i] == '0' ? '~' : '/';
    }
  }
  return tokens;
}

bool apply_patch(Json& document, const PatchOperation& operation, Json value) {
  const auto path = pointer_tokens(operation.path);
  if (!path) return false;
  if (operation.op == "add") return add(document, *path, std::move(value));
  if (operation.op == "replace") return replace(document, *path, std::move(value));
  if (operation.op == "remove") return remove(document, *path);
  if (operation.op == "test") {
    const Json* target = value_at(document, *path);
    return target != nullptr && *target == value;
  }
  const auto from = pointer_tokens(operation.from);
  if (!from || (operation.op != "move" && operation.op != "copy")) return false;
  return operation.op == "copy" ? copy(document, *from, *path) : move(document, *from, *path);
}

}  // namespace rekuest
