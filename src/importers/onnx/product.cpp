// MatMul and Gemm.
#include <fmt/format.h>

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {
namespace {

Result<Values> lower_matmul(const OnnxNode& node, Builder& b) {
  b.use_as_parameter(node.input(0));
  b.use_as_parameter(node.input(1));
  return Values{b.matmul(node.input(0), node.input(1))};
}

/// Which axes of a [m, k] and b [k, n] are contracted; either may be stored transposed.
struct GemmAxes {
  std::int64_t of_a = 1, of_b = 0;
};

Result<GemmAxes> contracted_axes(const OnnxNode& node, Builder& b) {
  const Shape& first = b.shape(node.input(0));
  const Shape& second = b.shape(node.input(1));
  const auto disagree = [&](std::string_view what, std::string hint = {}) {
    return fail(Code::shapes_disagree,
                fmt::format("{}: a is {}, b is {}", what, to_string(first), to_string(second)),
                std::move(hint));
  };
  if (first.size() != 2 || second.size() != 2) return disagree("both operands have two axes");
  GemmAxes axes;
  if (TRY(node.integer("transA", 0)) != 0) axes.of_a = 0;
  if (TRY(node.integer("transB", 0)) != 0) axes.of_b = 1;
  const std::int64_t inner = first[static_cast<std::size_t>(axes.of_a)];
  if (inner == second[static_cast<std::size_t>(axes.of_b)]) return axes;
  const bool looks_transposed = inner == second[static_cast<std::size_t>(1 - axes.of_b)];
  return disagree(
      "inner dimensions differ",
      looks_transposed ? fmt::format("b looks transposed: transB is {}", axes.of_b) : "");
}

/// alpha * a * b + beta * c, where c is broadcast; factors of 1 cost nothing.
Result<Values> lower_gemm(const OnnxNode& node, Builder& b) {
  const GemmAxes axes = TRY(contracted_axes(node, b));
  const double alpha = TRY(node.real("alpha", 1));
  const double beta = TRY(node.real("beta", 1));
  b.use_as_parameter(node.input(0));
  b.use_as_parameter(node.input(1));
  Value y = b.dot(node.input(0), node.input(1), {{}, {}, {axes.of_a}, {axes.of_b}});
  if (alpha != 1) y = b.with_scalar("mul", y, alpha);
  if (!node.has_input(2)) return Values{y};

  Value c = node.input(2);
  b.use_as_parameter(c);
  if (beta != 1) c = b.with_scalar("mul", c, beta);
  return Values{b.add(y, b.broadcast(c, b.shape(y)))};
}

constexpr Lowering rows[] = {
    {.op = "MatMul", .inputs = 2, .lower = lower_matmul},
    {.op = "Gemm", .inputs = 2, .lower = lower_gemm},
};

}  // namespace

extern constinit const LoweringFamily product{rows};

}  // namespace pfsday::onnx
