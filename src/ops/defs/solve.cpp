// Determinants and inverses of square matrices, by elimination.
#include <fmt/format.h>

#include <cmath>

#include "ops/builder.h"
#include "ops/evaluation.h"
#include "ops/gradients.h"
#include "ops/infer.h"

namespace pfsday::ops {
namespace {

constexpr std::string_view determinant_doc = R"(
Determinant of each matrix, by LU decomposition with partial pivoting.

  inputs   a [batch..., n, n]
  output   y [batch...]
  work     of each matrix, with r = n - 1 - k rows below pivot k = 0 .. n - 1:
           sum of r compare (the pivot), r div (the factors), r * r mul and r * r add;
           n - 1 mul for the product of the pivots
  derive   da = dy * y * transpose(inverse(a)), which does not exist where a is singular
)";
constexpr std::string_view inverse_doc = R"(
Inverse of each matrix, by Gauss-Jordan elimination in place with partial pivoting.

  inputs   a [batch..., n, n]
  output   y [batch..., n, n]
  work     of each matrix: n (n - 1) / 2 compare (the pivots), n^2 div, n^2 (n - 1) mul,
           n (n - 1)^2 add
  derive   da = -transpose(y) * dy * transpose(y)
)";

Result<std::int64_t> matrix_size(const NodeView& node) {
  TRY(require_numbers(node));
  const Shape& shape = node.input_shape(0);
  const bool is_square = shape.size() >= 2 && shape[shape.size() - 1] == shape[shape.size() - 2];
  if (is_square && graph::is_real(node.input_type(0).element)) return shape.back();
  return fail(Code::shapes_disagree, fmt::format("{} of {}, which holds no square real matrices",
                                                 node.kind().name, to_string(node.input_type(0))));
}

Result<TensorTypes> infer_determinant(const NodeView& node) {
  TRY(matrix_size(node));
  TensorType type = node.input_type(0);
  type.shape.resize(type.shape.size() - 2);
  return TensorTypes{type};
}

Result<TensorTypes> infer_inverse(const NodeView& node) {
  TRY(matrix_size(node));
  return TensorTypes{node.input_type(0)};
}

Count batch_of(const NodeView& node) {
  const Shape& shape = node.input_shape(0);
  return graph::element_count(Shape(shape.begin(), shape.end() - 2));
}

Work work_of_determinant(const NodeView& node, const Rules&) {
  const std::int64_t n = node.input_shape(0).back();
  if (n == 0) return {};
  const Count rows = Count((Count(n) * (n - 1)).value() / 2);
  const Count squares = Count((Count(n) * (n - 1) * (2 * n - 1)).value() / 6);
  Work work{.mul = squares + (n - 1), .add = squares, .div = rows, .compare = rows};
  return work *= batch_of(node);
}

Work work_of_inverse(const NodeView& node, const Rules&) {
  const std::int64_t n = node.input_shape(0).back();
  if (n == 0) return {};
  Work work{.mul = Count(n) * n * (n - 1),
            .add = Count(n) * (n - 1) * (n - 1),
            .div = Count(n) * n,
            .compare = Count((Count(n) * (n - 1)).value() / 2)};
  return work *= batch_of(node);
}

/// The last two axes changed for each other.
Value transposed(Builder& b, Value matrices) {
  const std::size_t rank = b.shape(matrices).size();
  Axes permutation;
  for (std::size_t i = 0; i < rank; ++i) permutation.push_back(static_cast<std::int64_t>(i));
  std::swap(permutation[rank - 1], permutation[rank - 2]);
  return b.transpose(matrices, permutation);
}

void derive_determinant(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (!out.needs(0)) return;
  Builder& b = out.graph();
  Shape shape = node.output_shape(0);
  shape.insert(shape.end(), 2, 1);
  const Value scale = b.reshape(b.mul(dy[0], node.output(0)), shape);
  const Value inverse = b.emit("inverse", {node.input(0)});
  out.add(0, b.mul(b.broadcast(scale, node.input_shape(0)), transposed(b, inverse)));
}

void derive_inverse(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (!out.needs(0)) return;
  Builder& b = out.graph();
  const Value y = transposed(b, node.output(0));
  out.add(0, b.neg(b.matmul(b.matmul(y, dy[0]), y)));
}

/// One matrix within the elements of many.
template <class Scalar>
struct Matrix {
  Scalar* elements = nullptr;
  std::size_t n = 0;

  Scalar& at(std::size_t row, std::size_t column) { return elements[row * n + column]; }
  void swap_rows(std::size_t a, std::size_t b) {
    for (std::size_t j = 0; j < n && a != b; ++j) std::swap(at(a, j), at(b, j));
  }
  void swap_columns(std::size_t a, std::size_t b) {
    for (std::size_t i = 0; i < n && a != b; ++i) std::swap(at(i, a), at(i, b));
  }
  /// The row at or below k whose element in column k is the largest.
  std::size_t find_pivot(std::size_t k) {
    std::size_t best = k;
    for (std::size_t i = k + 1; i < n; ++i) {
      count_one<Scalar>(&Work::compare);
      if (std::fabs(value_of(at(i, k))) > std::fabs(value_of(at(best, k)))) best = i;
    }
    return best;
  }
};

/// Row i less `factor` times row k, from column `first` on, but not in column k.
template <class Scalar>
void eliminate(Matrix<Scalar>& a, std::size_t i, std::size_t k, std::size_t first,
               const Scalar& factor) {
  for (std::size_t j = first; j < a.n; ++j) {
    if (j != k) a.at(i, j) = subtract(a.at(i, j), multiply(factor, a.at(k, j)));
  }
}

template <class Scalar>
Scalar determinant_of(Matrix<Scalar> a) {
  Scalar product = 1;
  bool is_negative = false;
  for (std::size_t k = 0; k < a.n; ++k) {
    const std::size_t pivot = a.find_pivot(k);
    a.swap_rows(k, pivot);
    is_negative = is_negative != (pivot != k);
    product = k == 0 ? a.at(k, k) : multiply(product, a.at(k, k));
    for (std::size_t i = k + 1; i < a.n; ++i) {
      // Below a zero pivot there are only zeros.
      Scalar factor = divide(a.at(i, k), a.at(k, k));
      if (value_of(a.at(k, k)) == 0) factor = 0;
      eliminate(a, i, k, k + 1, factor);
    }
  }
  return is_negative ? Scalar(-value_of(product)) : product;
}

template <class Scalar>
void invert(Matrix<Scalar> a) {
  std::vector<std::size_t> pivots;
  for (std::size_t k = 0; k < a.n; ++k) {
    pivots.push_back(a.find_pivot(k));
    a.swap_rows(k, pivots[k]);
    const Scalar reciprocal = divide(Scalar(1), a.at(k, k));
    for (std::size_t j = 0; j < a.n; ++j) {
      if (j != k) a.at(k, j) = divide(a.at(k, j), a.at(k, k));
    }
    for (std::size_t i = 0; i < a.n; ++i) {
      if (i == k) continue;
      const Scalar factor = a.at(i, k);
      eliminate(a, i, k, 0, factor);
      a.at(i, k) = -value_of(multiply(factor, reciprocal));
    }
    a.at(k, k) = reciprocal;
  }
  for (std::size_t k = a.n; k-- > 0;) a.swap_columns(k, pivots[k]);
}

template <class Scalar>
void evaluate_determinant(const NodeView& node, Evaluation<Scalar>& run) {
  const auto n = static_cast<std::size_t>(node.input_shape(0).back());
  std::vector<Scalar> elements = run.input(0).data;
  for (std::size_t i = 0; i < run.output(0).data.size(); ++i) {
    run.output(0).data[i] = determinant_of(Matrix<Scalar>{elements.data() + i * n * n, n});
  }
}

template <class Scalar>
void evaluate_inverse(const NodeView& node, Evaluation<Scalar>& run) {
  const auto n = static_cast<std::size_t>(node.input_shape(0).back());
  std::vector<Scalar>& elements = run.output(0).data;
  elements = run.input(0).data;
  for (std::size_t i = 0; i < elements.size(); i += n * n) {
    invert(Matrix<Scalar>{elements.data() + i, n});
  }
}

constexpr Primitive defs[] = {
    {.kind = {.name = "determinant", .inputs = 1, .doc = determinant_doc},
     .infer = infer_determinant,
     .work = work_of_determinant,
     .derive = derive_determinant,
     .evaluate = {evaluate_determinant<Exact>, evaluate_determinant<Tally>}},
    {.kind = {.name = "inverse", .inputs = 1, .doc = inverse_doc},
     .infer = infer_inverse,
     .work = work_of_inverse,
     .derive = derive_inverse,
     .evaluate = {evaluate_inverse<Exact>, evaluate_inverse<Tally>}},
};

}  // namespace

extern constinit const PrimitiveFamily solve{"Matrices", defs};

}  // namespace pfsday::ops
