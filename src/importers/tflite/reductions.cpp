// Operators that reduce along axes: sums, means, maxima, softmax, norms.
#include "importers/tflite/lowering.h"

namespace pfsday::tflite {
namespace {

Result<Axes> axes_of(const Operator& op, Builder& b) {
  Axes axes;
  for (const std::int64_t axis : TRY(known_integers(op, 1, b))) {
    axes.push_back(TRY(checked_axis(axis, b.type(op.input(0)).rank())));
  }
  return axes;
}

enum class Reduction : std::uint8_t { sum, mean, max, min, product };

Value reduce(Value x, Reduction how, const Axes& axes, KeepDims keep, Builder& b) {
  switch (how) {
    case Reduction::sum:
      return b.reduce_sum(x, axes, keep);
    case Reduction::mean:
      return b.reduce_mean(x, axes, keep);
    case Reduction::max:
      return b.reduce_max(x, axes, keep);
    case Reduction::min:
      return b.reduce_min(x, axes, keep);
    case Reduction::product:
      break;
  }
  return b.reduce_product(x, axes, keep);
}

template <Reduction how>
Result<Values> lower_reduction(const Operator& op, Builder& b) {
  const Axes axes = TRY(axes_of(op, b));
  const KeepDims keep = TRY(op.flag(0)) ? KeepDims::yes : KeepDims::no;
  if (how == Reduction::max || how == Reduction::min) {  // of integers as of reals
    return Values{reduce(op.input(0), how, axes, keep, b)};
  }
  return Values{finish(op, reduce(real_input(op, 0, b), how, axes, keep, b), Activation::none, b)};
}

/// exp(x - max) / sum, after a multiply by beta where that is not 1.
Result<Values> lower_softmax(const Operator& op, Builder& b) {
  Value x = real_input(op, 0, b);
  const double beta = TRY(op.real(0));
  if (beta != 1) x = b.with_scalar("mul", x, beta);
  const std::int64_t rank = b.type(x).rank();
  if (rank == 0) return fail(Code::shapes_disagree, "a softmax of a scalar");
  const Axes axes = {rank - 1};
  const Value e = b.exp(b.sub(x, b.stop_gradient(b.reduce_max(x, axes, keep_dims))));
  const Value y = b.div(e, b.reduce_sum(e, axes, keep_dims));
  return Values{finish(op, y, Activation::none, b)};
}

Result<Values> lower_log_softmax(const Operator& op, Builder& b) {
  const Value x = real_input(op, 0, b);
  const std::int64_t rank = b.type(x).rank();
  if (rank == 0) return fail(Code::shapes_disagree, "a softmax of a scalar");
  const Axes axes = {rank - 1};
  const Value shifted = b.sub(x, b.stop_gradient(b.reduce_max(x, axes, keep_dims)));
  const Value sum = b.log(b.reduce_sum(b.exp(shifted), axes, keep_dims));
  return Values{finish(op, b.sub(shifted, sum), Activation::none, b)};
}

/// x / sqrt(sum of x^2) along the last axis.
Result<Values> lower_l2_normalization(const Operator& op, Builder& b) {
  const Value x = real_input(op, 0, b);
  const std::int64_t rank = b.type(x).rank();
  if (rank == 0) return fail(Code::shapes_disagree, "the norm of a scalar");
  const Value norm = b.sqrt(b.reduce_sum(b.mul(x, x), {rank - 1}, keep_dims));
  return Values{finish(op, b.div(x, norm), TRY(op.activation(0)), b)};
}

template <std::int64_t largest>
Result<Values> lower_arg(const Operator& op, Builder& b) {
  const Axes axes = TRY(axes_of(op, b));
  if (axes.size() != 1) return fail(Code::attribute_invalid, "it has not one axis");
  const Values best = b.emit_all(
      "top_k", {op.input(0)},
      {{"axis", axes[0]}, {"k", std::int64_t{1}}, {"largest", largest}, {"last", std::int64_t{0}}});
  if (best.size() < 2) return Values{Value{}};
  const Value index = b.without_axis(best[1], axes[0]);
  return Values{b.cast(index, op.output_tensor(0).type.element)};
}

Result<Values> lower_cumsum(const Operator& op, Builder& b) {
  const Axes axes = TRY(axes_of(op, b));
  if (axes.size() != 1) return fail(Code::attribute_invalid, "it has not one axis");
  if (TRY(op.flag(0))) return fail(Code::type_unsupported, "a running sum without its own element");
  const bool is_reversed = TRY(op.flag(1));
  const auto turned = [&](Value v) { return is_reversed ? b.reverse(v, axes[0]) : v; };
  return Values{turned(b.emit("cumulative_sum", {turned(op.input(0))}, {{"axis", axes[0]}}))};
}

constexpr Lowering rows[] = {
    {11, "L2_NORMALIZATION", 1, lower_l2_normalization},
    {25, "SOFTMAX", 1, lower_softmax},
    {40, "MEAN", 2, lower_reduction<Reduction::mean>},
    {50, "LOG_SOFTMAX", 1, lower_log_softmax},
    {56, "ARG_MAX", 2, lower_arg<1>},
    {74, "SUM", 2, lower_reduction<Reduction::sum>},
    {79, "ARG_MIN", 2, lower_arg<0>},
    {81, "REDUCE_PROD", 2, lower_reduction<Reduction::product>},
    {82, "REDUCE_MAX", 2, lower_reduction<Reduction::max>},
    {89, "REDUCE_MIN", 2, lower_reduction<Reduction::min>},
    {128, "CUMSUM", 2, lower_cumsum},
};

}  // namespace

constinit const std::span<const Lowering> reductions = rows;

}  // namespace pfsday::tflite
