// Small dense matrices: the covariance of a few coefficients, the equations of a Newton step.
//
//   SquareMatrix a(2);
//   a(0, 0) = 4, a(0, 1) = 1, a(1, 0) = 1, a(1, 1) = 3;
//   solve(a, {1, 2});   // {1/11, 7/11}
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace pfsday::stats {

class SquareMatrix {
 public:
  SquareMatrix() = default;
  /// All elements 0.
  explicit SquareMatrix(std::size_t order) : order_(order), elements_(order * order) {}

  std::size_t order() const { return order_; }
  double& operator()(std::size_t row, std::size_t column) {
    return elements_[row * order_ + column];
  }
  double operator()(std::size_t row, std::size_t column) const {
    return elements_[row * order_ + column];
  }

 private:
  std::size_t order_ = 0;
  std::vector<double> elements_ = {};
};

/// x of a x = b, by elimination with row exchanges; none where `a` is singular to working precision
/// (a pivot below 1e-14 of the largest element of its row).
std::optional<std::vector<double>> solve(SquareMatrix a, std::vector<double> b);

/// None where `a` is singular.
std::optional<SquareMatrix> invert(const SquareMatrix& a);

}  // namespace pfsday::stats
