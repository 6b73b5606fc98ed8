// Small dense matrices of doubles, multiplied and inverted in the order of operations that the
// official client's numpy uses, so that both sides read the same digits.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace mikro::space {

/// As it is on the wire: rows outermost. Rows need not be equally long until checked.
using Rows = std::vector<std::vector<double>>;

/// `rows` x `columns` doubles, all zero at first. A value; not checked against indices outside.
class Matrix {
 public:
  Matrix() = default;
  Matrix(std::size_t rows, std::size_t columns)
      : rows_(rows), columns_(columns), values_(rows * columns, 0.0) {}
  static Matrix identity(std::size_t size);

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  bool square() const { return rows_ == columns_; }
  double& at(std::size_t row, std::size_t column) { return values_[row * columns_ + column]; }
  double at(std::size_t row, std::size_t column) const { return values_[row * columns_ + column]; }
  double* row(std::size_t index) { return values_.data() + index * columns_; }
  const double* row(std::size_t index) const { return values_.data() + index * columns_; }
  Rows to_rows() const;

  bool operator==(const Matrix&) const = default;

 private:
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  std::vector<double> values_;
};

/// `left` after `right`: sums run over the inner index in order, each product rounded on its own.
/// `left.columns()` must equal `right.rows()`.
Matrix product(const Matrix& left, const Matrix& right);

/// M x (N+1) rows, last column the translation, as a homogeneous (M+1) x (N+1) matrix. Rows of N
/// numbers (a rotation without translation) get a zero translation first. Empty if the rows have neither
/// length.
Matrix homogeneous(const Rows& rows, std::size_t inputs);

/// The inverse by LU with partial pivoting and reciprocal pivots, as LAPACK's `gesv` solves for the
/// identity: for a scale with a translation bit for bit what `numpy.linalg.inv` gives, for others
/// within its rounding. nullopt if a pivot is zero or the result leaves the finite doubles.
std::optional<Matrix> inverse(const Matrix& square);

/// Whether a square matrix counts as singular when an edge is written: Gauss-Jordan elimination with
/// partial pivoting meets a pivot of at most 1e-12 * max(1, largest absolute value).
bool singular(const Matrix& square);

}  // namespace mikro::space
