#include "services/mikro/space/matrix.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mikro::space {
namespace {

std::size_t pivot_row(const Matrix& matrix, std::size_t column) {
  std::size_t best = column;
  for (std::size_t row = column + 1; row < matrix.rows(); ++row) {
    if (std::abs(matrix.at(row, column)) > std::abs(matrix.at(best, column))) best = row;
  }
  return best;
}

void swap_rows(Matrix& matrix, std::size_t a, std::size_t b) {
  if (a != b) std::swap_ranges(matrix.row(a), matrix.row(a) + matrix.columns(), matrix.row(b));
}

/// Leaves L below and U on and above the diagonal, exchanges `right`'s rows alike.
bool decompose(Matrix& matrix, Matrix& right) {
  const std::size_t size = matrix.rows();
  for (std::size_t k = 0; k < size; ++k) {
    const std::size_t pivot = pivot_row(matrix, k);
    if (matrix.at(pivot, k) == 0.0) return false;
    swap_rows(matrix, k, pivot);
    swap_rows(right, k, pivot);
    const double reciprocal = 1.0 / matrix.at(k, k);
    for (std::size_t row = k + 1; row < size; ++row) {
      const double factor = matrix.at(row, k) * reciprocal;
      matrix.at(row, k) = factor;
      for (std::size_t column = k + 1; column < size; ++column) {
        matrix.at(row, column) -= factor * matrix.at(k, column);
      }
    }
  }
  return true;
}

void substitute(const Matrix& lu, Matrix& right) {
  const std::size_t size = lu.rows();
  for (std::size_t column = 0; column < size; ++column) {
    for (std::size_t row = 0; row < size; ++row) {
      for (std::size_t k = 0; k < row; ++k) right.at(row, column) -= lu.at(row, k) * right.at(k, column);
    }
    for (std::size_t row = size; row-- > 0;) {
      double sum = right.at(row, column);
      for (std::size_t k = size; k-- > row + 1;) sum -= lu.at(row, k) * right.at(k, column);
      right.at(row, column) = sum * (1.0 / lu.at(row, row));
    }
  }
}

}  // namespace

Matrix Matrix::identity(std::size_t size) {
  Matrix result(size, size);
  for (std::size_t i = 0; i < size; ++i) result.at(i, i) = 1.0;
  return result;
}

Rows Matrix::to_rows() const {
  Rows result;
  result.reserve(rows_);
  for (std::size_t i = 0; i < rows_; ++i) result.emplace_back(row(i), row(i) + columns_);
  return result;
}

Matrix product(const Matrix& left, const Matrix& right) {
  Matrix result(left.rows(), right.columns());
  for (std::size_t i = 0; i < left.rows(); ++i) {
    for (std::size_t j = 0; j < right.columns(); ++j) {
      double sum = 0.0;
      for (std::size_t k = 0; k < left.columns(); ++k) sum += left.at(i, k) * right.at(k, j);
      result.at(i, j) = sum;
    }
  }
  return result;
}

Matrix homogeneous(const Rows& rows, std::size_t inputs) {
  Matrix result(rows.size() + 1, inputs + 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].size() != rows[0].size() || (rows[i].size() != inputs && rows[i].size() != inputs + 1))
      return {};
    std::copy(rows[i].begin(), rows[i].end(), result.row(i));
  }
  result.at(rows.size(), inputs) = 1.0;
  return result;
}

std::optional<Matrix> inverse(const Matrix& square) {
  Matrix lu = square;
  Matrix result = Matrix::identity(square.rows());
  if (!decompose(lu, result)) return std::nullopt;
  substitute(lu, result);
  for (std::size_t i = 0; i < result.rows(); ++i) {
    for (std::size_t j = 0; j < result.columns(); ++j) {
      if (!std::isfinite(result.at(i, j))) return std::nullopt;
      if (result.at(i, j) == 0.0) result.at(i, j) = 0.0;  // -0.0 would be written as such
    }
  }
  return result;
}

bool singular(const Matrix& square) {
  Matrix work = square;
  const std::size_t size = work.rows();
  double largest = 1.0;
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) largest = std::max(largest, std::abs(work.at(i, j)));
  }
  const double tolerance = 1e-12 * largest;
  for (std::size_t k = 0; k < size; ++k) {
    const std::size_t pivot = pivot_row(work, k);
    // Written so that a NaN counts as singular.
    if (!(std::abs(work.at(pivot, k)) > tolerance)) return true;
    swap_rows(work, k, pivot);
    for (std::size_t row = 0; row < size; ++row) {
      if (row == k) continue;
      const double factor = work.at(row, k) / work.at(k, k);
      for (std::size_t column = k; column < size; ++column) {
        work.at(row, column) -= factor * work.at(k, column);
      }
    }
  }
  return false;
}

}  // namespace mikro::space
