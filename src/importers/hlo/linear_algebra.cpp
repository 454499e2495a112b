// Factors and solutions of matrices, and Fourier transforms.
#include "importers/hlo/linear_algebra.h"

#include <fmt/format.h>

#include <algorithm>

#include "importers/hlo/scope.h"
#include "ops/infer.h"

namespace pfsday::hlo {
namespace {

Count divided(Count a, std::int64_t by) {
  return Count(a.value() / static_cast<units::Uint128>(by));
}

}  // namespace

/// Of each matrix n roots, n (n - 1) / 2 quotients, and n (n - 1) (n + 1) / 6 multiply-adds.
Result<Values> cholesky_of(const Values& from, const TensorType& type, std::string_view op,
                           Builder& b) {
  if (type.rank() < 2) return fail(Code::shapes_disagree, "it factors no matrix");
  const std::int64_t n = type.shape[type.shape.size() - 1];
  Count matrices = 1;
  for (std::size_t i = 0; i + 2 < type.shape.size(); ++i) matrices *= Count(type.shape[i]);
  const Count size(n);
  if (n == 0) return Values{moved(from, type, op, b)};
  const Count multiply_adds = divided(size * Count(n - 1) * Count(n + 1), 6);
  const Count quotients = divided(size * Count(n - 1), 2);
  constexpr Count most = ops::size_limit;
  if (multiply_adds > most) return fail(Code::count_overflow, "the matrix is too large");
  const auto each = [](Count count) { return static_cast<std::int64_t>(count.value()); };
  return stated(from, {type}, op,
                {.mul = each(multiply_adds),
                 .add = each(multiply_adds),
                 .div = each(quotients),
                 .special = n},
                matrices, b);
}

namespace {

Result<Values> lower_cholesky(const Node& node, Builder& b) {
  return cholesky_of(node.all_arrays(), TRY(node.result_type()), node.op(), b);
}

/// Of each column n (n - 1) / 2 multiply-adds, and n quotients unless the diagonal is of ones.
Result<Values> lower_triangular_solve(const Node& node, Builder& b) {
  const Value a = TRY(node.operand(0));
  const TensorType type = TRY(node.result_type());
  if (b.type(a).rank() < 2) return fail(Code::shapes_disagree, "it solves with no matrix");
  const std::int64_t n = b.shape(a)[b.shape(a).size() - 1];
  if (n == 0) return Values{moved(node.all_arrays(), type, node.op(), b)};
  const bool has_ones = TRY(node.flag("unit_diagonal", false));
  const Count columns = divided(type.elements(), n);
  const Count multiply_adds = divided(Count(n) * Count(n - 1), 2);
  if (multiply_adds > Count(ops::size_limit)) {
    return fail(Code::count_overflow, "the matrix is too large");
  }
  const auto each = static_cast<std::int64_t>(multiply_adds.value());
  return stated(node.all_arrays(), {type}, node.op(),
                {.mul = each, .add = each, .div = has_ones ? 0 : n}, columns, b);
}

/// Along the last axes, one after another; an inverse one is scaled by one over the size. Input or
/// output that is real counts like complex.
Result<Values> lower_fft(const Node& node, Builder& b) {
  const Value x = TRY(node.operand(0));
  const TensorType type = TRY(node.result_type());
  const Axes length = TRY(node.axes("fft_length"));
  const std::string_view kind = node.text("fft_type");
  const bool is_inverse = kind == "IFFT" || kind == "IRFFT";
  Shape shape = kind == "IRFFT" ? type.shape : b.shape(x);
  const auto rank = std::ssize(shape);
  if (std::ssize(length) > rank) return fail(Code::attribute_invalid, "fft_length is too long");
  const auto first = shape.size() - length.size();
  for (std::size_t i = 0; i < length.size(); ++i) shape[first + i] = length[i];
  const bool is_wide = type.element == ElementType::c128 || type.element == ElementType::f64;
  Shape parts = shape;
  parts.push_back(2);
  Value y = moved({x}, {is_wide ? ElementType::f64 : ElementType::f32, parts}, node.op(), b);
  for (std::size_t i = 0; i < length.size() && y; ++i) {
    Axes order;
    for (std::int64_t k = 0; k < rank + 1; ++k) order.push_back(k);
    std::swap(order[first + i], order[static_cast<std::size_t>(rank - 1)]);
    y = permuted(y, order, b);
    y = b.emit("fft", {y}, {{"inverse", std::int64_t{is_inverse ? 1 : 0}}});
    y = permuted(y, order, b);
  }
  if (is_inverse && y) {
    graph::Exact size = 1;
    for (const std::int64_t one : length) size *= static_cast<graph::Exact>(one);
    y = b.with_scalar("mul", y, 1 / size);
  }
  return Values{moved({y}, type, node.op(), b)};
}

constexpr Lowering lowerings[] = {
    {"cholesky", lower_cholesky}, {"triangular-solve", lower_triangular_solve}, {"fft", lower_fft}};

}  // namespace

extern constinit const LoweringFamily linear_algebra{lowerings};

}  // namespace pfsday::hlo
