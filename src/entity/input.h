// Coerced GraphQL values as C++ values. The structs and the tables that say
// where their members are come from the schema (tools/schemac); the one
// decoder that reads all tables is here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/json.h"

namespace entity {

/// An `ID` as a client sent it.
struct Id {
  std::string text;
  /// nullopt for anything that cannot be a row's id.
  std::optional<std::int64_t> row() const;
  /// Throws base::Error(kNotFound): `No task with the id x.`
  std::int64_t row(std::string_view what) const;
};

/// A `DateTime`.
struct Time {
  std::int64_t micros = 0;  ///< UTC
};

/// A member that may be left out, be null or have a value: what an update
/// leaves, clears or sets.
template <class T>
struct Given {
  bool is_given = false;
  std::optional<T> value;

  explicit operator bool() const { return value.has_value(); }
  const T& operator*() const { return *value; }
  const T* operator->() const { return &*value; }
};

/// Where a member of a generated struct is and how it is read.
struct InputMember {
  std::string_view name;
  std::size_t offset = 0;
  void (*read)(base::Json&& value, void* member) = nullptr;
  bool required = false;  ///< non-null and without a default
};

/// A generated struct: its `kName_` and `kMembers_`.
struct InputShape {
  std::string_view name;
  std::span<const InputMember> members;
};

/// Readers of single values; they take what they can out of `value`. Throw
/// base::Error(kValidation) for a value of another kind. Coerced values have the
/// right kind, so that only a mistake in a service ends there.
void read(base::Json&& value, base::Json& out);
void read(base::Json&& value, std::string& out);
void read(base::Json&& value, std::int64_t& out);
void read(base::Json&& value, double& out);
void read(base::Json&& value, bool& out);
void read(base::Json&& value, Id& out);
void read(base::Json&& value, Time& out);
void read_object(const InputShape& shape, base::Json&& value, void* object);
std::size_t read_choice(std::span<const std::string_view> choices, const base::Json& value);

template <class T>
void read(base::Json&& value, std::optional<T>& out);
template <class T>
void read(base::Json&& value, Given<T>& out);
template <class T>
void read(base::Json&& value, std::shared_ptr<const T>& out);
template <class T>
void read(base::Json&& value, std::vector<T>& out);

/// An enum (with its generated `texts_of`) or a generated struct.
template <class T>
void read(base::Json&& value, T& out) {
  if constexpr (std::is_enum_v<T>) {
    out = static_cast<T>(read_choice(texts_of(T()), value));
  } else {
    read_object({T::kName_, T::template kMembers_<T>}, std::move(value), &out);
  }
}

template <class T>
void read(base::Json&& value, std::optional<T>& out) {
  out.reset();
  if (!value.is_null()) read(std::move(value), out.emplace());
}

template <class T>
void read(base::Json&& value, Given<T>& out) {
  out.is_given = true;
  read(std::move(value), out.value);
}

// Types that contain themselves.
template <class T>
void read(base::Json&& value, std::shared_ptr<const T>& out) {
  out.reset();
  if (value.is_null()) return;
  auto made = std::make_shared<T>();
  read(std::move(value), *made);
  out = std::move(made);
}

template <class T>
void read(base::Json&& value, std::vector<T>& out) {
  out.clear();
  out.reserve(value.items().size());
  for (base::Json& item : value.items()) {
    T element{};
    read(std::move(item), element);
    out.push_back(std::move(element));
  }
}

/// The reader of a member of type `T`, for the tables.
template <class T>
void read_member(base::Json&& value, void* member) {
  read(std::move(value), *static_cast<T*>(member));
}

extern template void read_member<std::string>(base::Json&&, void*);
extern template void read_member<std::optional<std::string>>(base::Json&&, void*);
extern template void read_member<std::vector<std::string>>(base::Json&&, void*);
extern template void read_member<std::optional<std::vector<std::string>>>(base::Json&&, void*);
extern template void read_member<std::int64_t>(base::Json&&, void*);
extern template void read_member<std::optional<std::int64_t>>(base::Json&&, void*);
extern template void read_member<double>(base::Json&&, void*);
extern template void read_member<std::optional<double>>(base::Json&&, void*);
extern template void read_member<bool>(base::Json&&, void*);
extern template void read_member<std::optional<bool>>(base::Json&&, void*);
extern template void read_member<base::Json>(base::Json&&, void*);
extern template void read_member<std::optional<base::Json>>(base::Json&&, void*);
extern template void read_member<Id>(base::Json&&, void*);
extern template void read_member<std::optional<Id>>(base::Json&&, void*);
extern template void read_member<std::vector<Id>>(base::Json&&, void*);
extern template void read_member<std::optional<std::vector<Id>>>(base::Json&&, void*);
extern template void read_member<std::optional<Time>>(base::Json&&, void*);

/// A coerced value as its C++ type. Throws base::Error(kValidation) naming type
/// and member of what does not fit.
template <class T>
T decode(base::Json value) {
  T out{};
  read(std::move(value), out);
  return out;
}

/// `ASK` for `TaskPolicy::kAsk`.
template <class Enum>
  requires std::is_enum_v<Enum>
constexpr std::string_view text_of(Enum value) {
  return texts_of(value)[static_cast<std::size_t>(value)];
}

/// nullopt for a text that is no value of the enum.
template <class Enum>
constexpr std::optional<Enum> value_of(std::string_view text) {
  const std::span<const std::string_view> texts = texts_of(Enum());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i] == text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace entity
