// Elementwise primitives: one row each.
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "ops/builder.h"
#include "ops/evaluation.h"
#include "ops/gradients.h"
#include "ops/infer.h"

namespace pfsday::ops {
namespace {

/// The type of an elementwise result: that of the operands, or boolean for a comparison.
template <bool is_predicate>
Result<TensorTypes> infer_elementwise(const NodeView& node) {
  TRY(require_numbers(node));
  for (std::size_t i = 1; i < node.input_count(); ++i) {
    if (node.input_shape(i) == node.input_shape(0)) continue;
    return fail(Code::shapes_disagree,
                fmt::format("{} of {} and {}", node.kind().name, to_string(node.input_shape(0)),
                            to_string(node.input_shape(i))));
  }
  const ElementType element = is_predicate ? ElementType::boolean : node.input_type(0).element;
  return TensorTypes{{element, node.input_shape(0)}};
}

Result<TensorTypes> infer_logic(const NodeView& node) {
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    if (node.input_type(i).element != ElementType::boolean) {
      return fail(Code::type_unsupported, fmt::format("{} takes booleans", node.kind().name));
    }
    if (node.input_shape(i) != node.input_shape(0)) {
      return fail(Code::shapes_disagree,
                  fmt::format("{} of {} and {}", node.kind().name, to_string(node.input_shape(0)),
                              to_string(node.input_shape(i))));
    }
  }
  return TensorTypes{node.input_type(0)};
}

Result<TensorTypes> infer_select(const NodeView& node) {
  const bool fits = node.input_type(0).element == ElementType::boolean &&
                    node.input_shape(0) == node.input_shape(1) &&
                    node.input_type(1) == node.input_type(2);
  if (fits) return TensorTypes{node.input_type(1)};
  return fail(Code::shapes_disagree,
              fmt::format("select of {}, {} and {}", to_string(node.input_type(0)),
                          to_string(node.input_type(1)), to_string(node.input_type(2))));
}

/// One operation of the kind for each element.
template <Count Work::* counter>
Work work_per_element(const NodeView& node, const Rules&) {
  Work work;
  work.*counter = node.output_type(0).elements();
  return work;
}

// What each does to one element; on a Tally it counts itself.
using Unary = Exact (*)(Exact);
using Binary = Exact (*)(Exact, Exact);

template <class Scalar, Count Work::* counter, Unary function>
void evaluate_unary(const NodeView&, Evaluation<Scalar>& run) {
  const auto& x = run.input(0).data;
  for (std::size_t i = 0; i < x.size(); ++i) {
    count_one<Scalar>(counter);
    run.output(0).data[i] = function(value_of(x[i]));
  }
}

template <class Scalar, Count Work::* counter, Binary function>
void evaluate_binary(const NodeView&, Evaluation<Scalar>& run) {
  const auto& a = run.input(0).data;
  const auto& b = run.input(1).data;
  for (std::size_t i = 0; i < a.size(); ++i) {
    count_one<Scalar>(counter);
    run.output(0).data[i] = function(value_of(a[i]), value_of(b[i]));
  }
}

template <class Scalar>
void evaluate_select(const NodeView&, Evaluation<Scalar>& run) {
  for (std::size_t i = 0; i < run.output(0).data.size(); ++i) {
    count_one<Scalar>(&Work::compare);
    const bool condition = value_of(run.input(0).data[i]) != 0;
    run.output(0).data[i] = run.input(condition ? 1 : 2).data[i];
  }
}

// Derivatives: dy has the result's type, and so have all operands.
using Adjoint = Value (*)(Builder& b, const NodeView& node, Value dy);

template <Adjoint... adjoints>
void derive_each(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  constexpr Adjoint table[] = {adjoints...};
  for (std::size_t i = 0; i < std::size(table); ++i) {
    if (table[i] != nullptr && out.needs(i)) out.add(i, table[i](out.graph(), node, dy[0]));
  }
}

Value pass_through(Builder&, const NodeView&, Value dy) { return dy; }
Value negated(Builder& b, const NodeView&, Value dy) { return b.neg(dy); }
Value times_a(Builder& b, const NodeView& n, Value dy) { return b.mul(dy, n.input(0)); }
Value times_b(Builder& b, const NodeView& n, Value dy) { return b.mul(dy, n.input(1)); }

Value of_dividend(Builder& b, const NodeView& n, Value dy) { return b.div(dy, n.input(1)); }
Value of_divisor(Builder& b, const NodeView& n, Value dy) {
  return b.neg(b.div(b.mul(dy, n.output(0)), n.input(1)));
}
Value of_base(Builder& b, const NodeView& n, Value dy) {
  const Value less_one = b.with_scalar("sub", n.input(1), 1);
  return b.mul(dy, b.mul(n.input(1), b.emit("pow", {n.input(0), less_one})));
}
Value of_exponent(Builder& b, const NodeView& n, Value dy) {
  return b.mul(dy, b.mul(n.output(0), b.log(n.input(0))));
}
Value of_exp(Builder& b, const NodeView& n, Value dy) { return b.mul(dy, n.output(0)); }
Value of_sqrt(Builder& b, const NodeView& n, Value dy) {
  return b.div(b.with_scalar("mul", dy, 0.5L), n.output(0));
}
Value of_reciprocal(Builder& b, const NodeView& n, Value dy) {
  return b.neg(b.mul(dy, b.mul(n.output(0), n.output(0))));
}
/// 1 + v v, or 1 - v v.
Value one_plus_square(Builder& b, Value v) { return b.with_scalar("add", b.mul(v, v), 1); }
Value one_minus_square(Builder& b, Value v) {
  return b.sub(b.scalar(b.type(v).element, 1), b.mul(v, v));
}
Value of_tanh(Builder& b, const NodeView& n, Value dy) {
  return b.mul(dy, one_minus_square(b, n.output(0)));
}
Value of_sin(Builder& b, const NodeView& n, Value dy) {
  return b.mul(dy, b.emit("cos", {n.input(0)}));
}
Value of_cos(Builder& b, const NodeView& n, Value dy) {
  return b.neg(b.mul(dy, b.emit("sin", {n.input(0)})));
}
Value of_tan(Builder& b, const NodeView& n, Value dy) {
  return b.mul(dy, one_plus_square(b, n.output(0)));
}
Value of_asin(Builder& b, const NodeView& n, Value dy) {
  return b.div(dy, b.sqrt(one_minus_square(b, n.input(0))));
}
Value of_acos(Builder& b, const NodeView& n, Value dy) { return b.neg(of_asin(b, n, dy)); }
Value of_atan(Builder& b, const NodeView& n, Value dy) {
  return b.div(dy, one_plus_square(b, n.input(0)));
}
Value of_sinh(Builder& b, const NodeView& n, Value dy) {
  return b.mul(dy, b.emit("cosh", {n.input(0)}));
}
Value of_cosh(Builder& b, const NodeView& n, Value dy) {
  return b.mul(dy, b.emit("sinh", {n.input(0)}));
}
Value of_asinh(Builder& b, const NodeView& n, Value dy) {
  return b.div(dy, b.sqrt(one_plus_square(b, n.input(0))));
}
Value of_acosh(Builder& b, const NodeView& n, Value dy) {
  const Value x = n.input(0);
  return b.div(dy, b.sqrt(b.with_scalar("sub", b.mul(x, x), 1)));
}
Value of_atanh(Builder& b, const NodeView& n, Value dy) {
  return b.div(dy, one_minus_square(b, n.input(0)));
}
/// A remainder is a - q b with a whole number q = (a - y) / b, so its derivative by b is -q.
Value of_modulus(Builder& b, const NodeView& n, Value dy) {
  const Value q = b.div(b.sub(n.input(0), n.output(0)), n.input(1));
  return b.neg(b.mul(dy, q));
}
Value of_sigmoid(Builder& b, const NodeView& n, Value dy) {
  const Value y = n.output(0);
  const Value one = b.scalar(n.output_type(0).element, 1);
  return b.mul(dy, b.mul(y, b.sub(one, y)));
}
Value of_erf(Builder& b, const NodeView& n, Value dy) {
  const Value x = n.input(0);
  const Value gauss = b.exp(b.neg(b.mul(x, x)));
  return b.mul(dy, b.with_scalar("mul", gauss, 2 * std::numbers::inv_sqrtpi_v<Exact>));
}

Value zeros_like(Builder& b, Value dy) { return b.full(b.type(dy), 0); }

Value of_abs(Builder& b, const NodeView& n, Value dy) {
  const Value is_negative = b.emit("less", {n.input(0), zeros_like(b, n.input(0))});
  return b.select(is_negative, b.neg(dy), dy);
}
/// dy where the first operand wins strictly; else, or for the other operand, zero.
template <bool greater_wins, bool of_first>
Value of_winner(Builder& b, const NodeView& n, Value dy) {
  const Value first_wins = b.emit(greater_wins ? "greater" : "less", {n.input(0), n.input(1)});
  const Value zero = zeros_like(b, dy);
  return of_first ? b.select(first_wins, dy, zero) : b.select(first_wins, zero, dy);
}
template <bool of_true>
Value of_choice(Builder& b, const NodeView& n, Value dy) {
  const Value zero = zeros_like(b, dy);
  return of_true ? b.select(n.input(0), dy, zero) : b.select(n.input(0), zero, dy);
}

Exact sigmoid_of(Exact x) { return 1 / (1 + std::exp(-x)); }
/// Half to even, as IEEE 754 and ONNX Round do.
Exact round_even(Exact x) { return std::nearbyint(x); }
Exact not_of(Exact x) { return x == 0 ? 1 : 0; }
Exact larger_of(Exact a, Exact b) { return a > b ? a : b; }
Exact smaller_of(Exact a, Exact b) { return a < b ? a : b; }
/// a - b floor(a / b): has the sign of b.
Exact modulo(Exact a, Exact b) {
  const Exact rest = std::fmod(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}
Exact is_greater(Exact a, Exact b) { return a > b ? 1 : 0; }
Exact is_less(Exact a, Exact b) { return a < b ? 1 : 0; }
Exact sign_of(Exact x) { return static_cast<Exact>((x > 0) - (x < 0)); }

constexpr auto count_add = &Work::add;
constexpr auto count_mul = &Work::mul;
constexpr auto count_div = &Work::div;
constexpr auto count_special = &Work::special;
constexpr auto count_compare = &Work::compare;

template <auto counter, Unary function>
consteval Primitive unary(std::string_view name, std::string_view doc,
                          decltype(Primitive::derive) derive) {
  return {.kind = {.name = name, .inputs = 1, .doc = doc},
          .infer = infer_elementwise<false>,
          .work = work_per_element<counter>,
          .derive = derive,
          .evaluate = {evaluate_unary<Exact, counter, function>,
                       evaluate_unary<Tally, counter, function>}};
}

template <auto counter, Binary function>
consteval Primitive binary(std::string_view name, std::string_view doc,
                           decltype(Primitive::derive) derive) {
  return {.kind = {.name = name, .inputs = 2, .doc = doc},
          .infer = infer_elementwise<false>,
          .work = work_per_element<counter>,
          .derive = derive,
          .evaluate = {evaluate_binary<Exact, counter, function>,
                       evaluate_binary<Tally, counter, function>}};
}

template <Binary function>
consteval Primitive predicate(std::string_view name, std::string_view doc) {
  Primitive row = binary<count_compare, function>(name, doc, nullptr);
  row.infer = infer_elementwise<true>;
  return row;
}

template <Unary function>
consteval Primitive unary_predicate(std::string_view name, std::string_view doc) {
  Primitive row = unary<count_compare, function>(name, doc, nullptr);
  row.infer = infer_elementwise<true>;
  return row;
}

template <Binary function>
consteval Primitive logic(std::string_view name, std::string_view doc) {
  Primitive row = binary<count_compare, function>(name, doc, nullptr);
  row.infer = infer_logic;
  return row;
}

consteval Primitive logical_not() {
  Primitive row = unary<count_compare, not_of>(
      "not", "Logical negation: one compare for each element.", nullptr);
  row.infer = infer_logic;
  return row;
}

constexpr Primitive defs[] = {
    binary<count_add, [](Exact a, Exact b) { return a + b; }>(
        "add", "Sum: one add for each element.", derive_each<pass_through, pass_through>),
    binary<count_add, [](Exact a, Exact b) { return a - b; }>(
        "sub", "Difference: one add for each element.", derive_each<pass_through, negated>),
    binary<count_mul, [](Exact a, Exact b) { return a * b; }>(
        "mul", "Product: one multiply for each element.", derive_each<times_b, times_a>),
    binary<count_div, [](Exact a, Exact b) { return a / b; }>(
        "div", "Quotient, toward zero for integers: one division for each element.",
        derive_each<of_dividend, of_divisor>),
    binary<count_div, modulo>("modulo",
                              "Remainder with the sign of b: one division for each element.",
                              derive_each<pass_through, of_modulus>),
    binary<count_div, [](Exact a, Exact b) { return std::fmod(a, b); }>(
        "remainder", "Remainder with the sign of a: one division for each element.",
        derive_each<pass_through, of_modulus>),
    binary<count_special, [](Exact a, Exact b) { return std::pow(a, b); }>(
        "pow", "a to the power b: one special for each element.",
        derive_each<of_base, of_exponent>),
    binary<count_compare, larger_of>(
        "max", "The larger: one compare for each element. At a tie the gradient goes to b.",
        derive_each<of_winner<true, true>, of_winner<true, false>>),
    binary<count_compare, smaller_of>(
        "min", "The smaller: one compare for each element. At a tie the gradient goes to b.",
        derive_each<of_winner<false, true>, of_winner<false, false>>),
    unary<count_special, [](Exact x) { return std::exp(x); }>(
        "exp", "Exponential: one special for each element.", derive_each<of_exp>),
    unary<count_special, [](Exact x) { return std::log(x); }>(
        "log", "Natural logarithm: one special for each element.",
        derive_each<[](Builder& b, const NodeView& n, Value dy) { return b.div(dy, n.input(0)); }>),
    unary<count_special, [](Exact x) { return std::sqrt(x); }>(
        "sqrt", "Square root: one special for each element.", derive_each<of_sqrt>),
    unary<count_special, [](Exact x) { return std::tanh(x); }>(
        "tanh", "Hyperbolic tangent: one special for each element.", derive_each<of_tanh>),
    unary<count_special, sigmoid_of>("sigmoid", "1 / (1 + exp(-x)): one special for each element.",
                                     derive_each<of_sigmoid>),
    unary<count_special, [](Exact x) { return std::erf(x); }>(
        "erf", "Error function: one special for each element.", derive_each<of_erf>),
    unary<count_special, [](Exact x) { return std::sin(x); }>(
        "sin", "Sine: one special for each element.", derive_each<of_sin>),
    unary<count_special, [](Exact x) { return std::cos(x); }>(
        "cos", "Cosine: one special for each element.", derive_each<of_cos>),
    unary<count_special, [](Exact x) { return std::tan(x); }>(
        "tan", "Tangent: one special for each element.", derive_each<of_tan>),
    unary<count_special, [](Exact x) { return std::asin(x); }>(
        "asin", "Inverse sine: one special for each element.", derive_each<of_asin>),
    unary<count_special, [](Exact x) { return std::acos(x); }>(
        "acos", "Inverse cosine: one special for each element.", derive_each<of_acos>),
    unary<count_special, [](Exact x) { return std::atan(x); }>(
        "atan", "Inverse tangent: one special for each element.", derive_each<of_atan>),
    unary<count_special, [](Exact x) { return std::sinh(x); }>(
        "sinh", "Hyperbolic sine: one special for each element.", derive_each<of_sinh>),
    unary<count_special, [](Exact x) { return std::cosh(x); }>(
        "cosh", "Hyperbolic cosine: one special for each element.", derive_each<of_cosh>),
    unary<count_special, [](Exact x) { return std::asinh(x); }>(
        "asinh", "Inverse hyperbolic sine: one special for each element.", derive_each<of_asinh>),
    unary<count_special, [](Exact x) { return std::acosh(x); }>(
        "acosh", "Inverse hyperbolic cosine: one special for each element.", derive_each<of_acosh>),
    unary<count_special, [](Exact x) { return std::atanh(x); }>(
        "atanh", "Inverse hyperbolic tangent: one special for each element.",
        derive_each<of_atanh>),
    unary<count_div, [](Exact x) { return 1 / x; }>(
        "reciprocal", "1 / x: one division for each element.", derive_each<of_reciprocal>),
    unary<count_compare, [](Exact x) { return std::fabs(x); }>(
        "abs", "Absolute value: one compare for each element.", derive_each<of_abs>),
    unary<count_compare, [](Exact x) { return std::floor(x); }>(
        "floor", "Largest integer not above x: one compare for each element. No gradient.",
        nullptr),
    unary<count_compare, [](Exact x) { return std::ceil(x); }>(
        "ceil", "Smallest integer not below x: one compare for each element. No gradient.",
        nullptr),
    unary<count_compare, round_even>(
        "round", "Nearest integer, ties to even: one compare for each element. No gradient.",
        nullptr),
    unary<count_compare, round_even>(
        "quantize_round",
        "Nearest integer, ties to even: one compare for each element. The gradient passes as if\n"
        "nothing were rounded, as training with quantized values has it.",
        derive_each<pass_through>),
    unary<count_compare, sign_of>("sign", "-1, 0 or 1: one compare for each element. No gradient.",
                                  nullptr),
    predicate<[](Exact a, Exact b) -> Exact { return a == b; }>(
        "equal", "a = b: one compare for each element."),
    predicate<[](Exact a, Exact b) -> Exact { return a != b; }>(
        "not_equal", "a and b differ: one compare for each element."),
    predicate<is_less>("less", "a < b: one compare for each element."),
    predicate<is_greater>("greater", "a > b: one compare for each element."),
    predicate<[](Exact a, Exact b) -> Exact { return a <= b; }>(
        "less_equal", "a <= b: one compare for each element."),
    predicate<[](Exact a, Exact b) -> Exact { return a >= b; }>(
        "greater_equal", "a >= b: one compare for each element."),
    unary_predicate<[](Exact x) -> Exact { return std::isnan(x) ? 1 : 0; }>(
        "is_nan", "Not a number: one compare for each element."),
    unary_predicate<[](Exact x) -> Exact { return std::isinf(x) ? 1 : 0; }>(
        "is_inf", "Infinite, of either sign: one compare for each element."),
    logic<[](Exact a, Exact b) -> Exact { return a != 0 && b != 0; }>(
        "and", "Both: one compare for each element."),
    logic<[](Exact a, Exact b) -> Exact { return a != 0 || b != 0; }>(
        "or", "Either: one compare for each element."),
    logic<[](Exact a, Exact b) -> Exact { return (a != 0) != (b != 0); }>(
        "xor", "Exactly one of both: one compare for each element."),
    logical_not(),
    {.kind = {.name = "select",
              .inputs = 3,
              .doc = "b where a is true, else c: one compare for each element."},
     .infer = infer_select,
     .work = work_per_element<count_compare>,
     .derive = derive_each<nullptr, of_choice<true>, of_choice<false>>,
     .evaluate = {evaluate_select<Exact>, evaluate_select<Tally>}},
};

}  // namespace

extern constinit const PrimitiveFamily elementwise{"Elementwise", defs};

}  // namespace pfsday::ops
