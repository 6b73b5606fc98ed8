#include "entity/input.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "entity/lookup.h"

namespace entity {
namespace {

[[noreturn]] void refuse(const base::Json& value, std::string_view wanted) {
  throw base::Error(base::code::kValidation, "{} is no {}.", value.dump(), wanted);
}

}  // namespace

std::optional<std::int64_t> Id::row() const { return row_id(text); }

std::int64_t Id::row(std::string_view what) const {
  if (const auto id = row()) return *id;
  throw base::Error(base::code::kNotFound, "No {} with the id {}.", what, text);
}

void read(base::Json&& value, base::Json& out) { out = std::move(value); }

void read(base::Json&& value, std::string& out) {
  if (!value.is_string()) refuse(value, "text");
  out = value.as_string();
}

void read(base::Json&& value, std::int64_t& out) {
  const auto number = value.is_number() ? value.as_int64() : std::nullopt;
  if (!number) refuse(value, "whole number");
  out = *number;
}

void read(base::Json&& value, double& out) {
  const auto number = value.is_number() ? value.as_double() : std::nullopt;
  if (!number) refuse(value, "number");
  out = *number;
}

void read(base::Json&& value, bool& out) {
  if (!value.is_bool()) refuse(value, "boolean");
  out = value.as_bool();
}

void read(base::Json&& value, Id& out) {
  if (!value.is_string()) refuse(value, "id");
  out.text = value.as_string();
}

void read(base::Json&& value, Time& out) {
  const auto micros = value.is_string() ? base::parse_datetime(value.as_string()) : std::nullopt;
  if (!micros) refuse(value, "point in time");
  out.micros = *micros;
}

std::size_t read_choice(std::span<const std::string_view> choices, const base::Json& value) {
  const auto found = value.is_string() ? std::ranges::find(choices, value.as_string()) : choices.end();
  if (found == choices.end()) refuse(value, fmt::format("one of {}", fmt::join(choices, ", ")));
  return static_cast<std::size_t>(found - choices.begin());
}

void read_object(const InputShape& shape, base::Json&& value, void* object) {
  if (!value.is_object()) refuse(value, shape.name);
  for (const InputMember& member : shape.members) {
    base::Json* given = value.find(member.name);
    if (given == nullptr) {
      if (!member.required) continue;
      throw base::Error(base::code::kValidation, "{}.{} is missing.", shape.name, member.name);
    }
    try {
      member.read(std::move(*given), static_cast<std::byte*>(object) + member.offset);
    } catch (const base::Error& error) {
      throw base::Error(error.code(), "{}.{}: {}", shape.name, member.name, error.message());
    }
  }
}

template void read_member<std::string>(base::Json&&, void*);
template void read_member<std::optional<std::string>>(base::Json&&, void*);
template void read_member<std::vector<std::string>>(base::Json&&, void*);
template void read_member<std::optional<std::vector<std::string>>>(base::Json&&, void*);
template void read_member<std::int64_t>(base::Json&&, void*);
template void read_member<std::optional<std::int64_t>>(base::Json&&, void*);
template void read_member<double>(base::Json&&, void*);
template void read_member<std::optional<double>>(base::Json&&, void*);
template void read_member<bool>(base::Json&&, void*);
template void read_member<std::optional<bool>>(base::Json&&, void*);
template void read_member<base::Json>(base::Json&&, void*);
template void read_member<std::optional<base::Json>>(base::Json&&, void*);
template void read_member<Id>(base::Json&&, void*);
template void read_member<std::optional<Id>>(base::Json&&, void*);
template void read_member<std::vector<Id>>(base::Json&&, void*);
template void read_member<std::optional<std::vector<Id>>>(base::Json&&, void*);
template void read_member<std::optional<Time>>(base::Json&&, void*);

}  // namespace entity
