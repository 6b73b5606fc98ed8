#include <charconv>
#include <cmath>

#include "base/error.h"
#include "base/json.h"
#include "sql/database.h"

namespace sql {
namespace {

using base::Error;

constexpr double kTwoTo63 = 9223372036854775808.0;

template <class Number>
bool parse_whole(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

[[noreturn]] void wrong_kind(std::size_t row, std::size_t column, std::string_view wanted) {
  throw Error(base::code::kInternal, "The database's answer has no {} in row {}, column {}.", wanted, row,
              column);
}

}  // namespace

bool Rows::is_null(std::size_t row, std::size_t column) const {
  return std::holds_alternative<Null>(cells_[row * columns_ + column]);
}

std::int64_t Rows::integer(std::size_t row, std::size_t column) const {
  const Cell& cell = cells_[row * columns_ + column];
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return *whole;
  if (const auto* real = std::get_if<double>(&cell)) {
    if (std::trunc(*real) == *real && *real >= -kTwoTo63 && *real < kTwoTo63) {
      return static_cast<std::int64_t>(*real);
    }
  }
  if (const auto* slice = std::get_if<Slice>(&cell)) {
    std::int64_t parsed = 0;
    if (parse_whole(std::string_view(bytes_).substr(slice->offset, slice->length), parsed)) return parsed;
  }
  wrong_kind(row, column, "integer");
}

double Rows::real(std::size_t row, std::size_t column) const {
  const Cell& cell = cells_[row * columns_ + column];
  if (const auto* real = std::get_if<double>(&cell)) return *real;
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return static_cast<double>(*whole);
  if (const auto* slice = std::get_if<Slice>(&cell)) {
    double parsed = 0;
    if (parse_whole(std::string_view(bytes_).substr(slice->offset, slice->length), parsed)) return parsed;
  }
  wrong_kind(row, column, "number");
}

std::string_view Rows::text(std::size_t row, std::size_t column) const {
  const Cell& cell = cells_[row * columns_ + column];
  if (const auto* slice = std::get_if<Slice>(&cell)) {
    return std::string_view(bytes_).substr(slice->offset, slice->length);
  }
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) {
    return spelled_.emplace_front(std::to_string(*whole));
  }
  if (const auto* real = std::get_if<double>(&cell)) {
    return spelled_.emplace_front(base::python_repr(*real));
  }
  wrong_kind(row, column, "value");
}

}  // namespace sql
