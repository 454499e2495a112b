// Operations on each element, a table of them.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "importers/hlo/complex.h"
#include "importers/hlo/scope.h"

namespace pfsday::hlo {
namespace {

struct Row {
  std::string_view op;
  std::string_view primitive;
  std::string_view of_integers = {};  ///< where that is another one
};

constexpr Row rows[] = {
    {"add", "add"},
    {"subtract", "sub"},
    {"multiply", "mul"},
    {"divide", "div"},
    {"remainder", "remainder"},
    {"power", "pow"},
    {"maximum", "max"},
    {"minimum", "min"},
    {"and", "and", "bit_and"},
    {"or", "or", "bit_or"},
    {"xor", "xor", "bit_xor"},
    {"not", "not", "bit_not"},
    {"shift-left", "shift_left"},
    {"shift-right-logical", "shift_right"},
    {"shift-right-arithmetic", "shift_right"},
    {"negate", "neg"},
    {"abs", "abs"},
    {"ceil", "ceil"},
    {"floor", "floor"},
    {"sign", "sign"},
    {"round-nearest-even", "round"},
    {"round-nearest-afz", "round"},
    {"exponential", "exp"},
    {"log", "log"},
    {"logistic", "sigmoid"},
    {"sqrt", "sqrt"},
    {"tanh", "tanh"},
    {"erf", "erf"},
    {"sine", "sin"},
    {"cosine", "cos"},
    {"tan", "tan"},
    {"asin", "asin"},
    {"acos", "acos"},
    {"atan", "atan"},
    {"asinh", "asinh"},
    {"acosh", "acosh"},
    {"atanh", "atanh"},
    {"sinh", "sinh"},
    {"cosh", "cosh"},
};

const Row* find_row(std::string_view op) {
  const auto found = std::ranges::find(rows, op, &Row::op);
  return found == std::end(rows) ? nullptr : found;
}

/// In a computation on scalars that runs on tensors, operands may be of either shape.
Result<Values> operands_of(const Node& node, std::size_t count) {
  Values values;
  if (node.operand_count() != count) {
    return fail(Code::graph_invalid,
                fmt::format("it takes {} operands and has {}", count, node.operand_count()));
  }
  for (std::size_t i = 0; i < count; ++i) values.push_back(TRY(node.operand(i)));
  return values;
}

Result<Values> lower_row(const Node& node, Builder& b) {
  const Row* row = find_row(node.op());
  if (row == nullptr) return fail(Code::value_unknown, "it is no row of the table");
  const auto wanted = static_cast<std::size_t>(ops::find_primitive(row->primitive)->kind.inputs);
  const Values x = TRY(operands_of(node, wanted));
  if (has_complex(node)) return lower_complex(node, b);
  const bool is_integer = graph::is_integer(b.type(x[0]).element);
  const std::string_view name =
      is_integer && !row->of_integers.empty() ? row->of_integers : row->primitive;
  if (x.size() == 1) return Values{b.emit(name, {x[0]})};
  return Values{b.binary(name, x[0], x[1])};
}

struct Direction {
  std::string_view direction;
  std::string_view primitive;
};
constexpr Direction directions[] = {
    {"EQ", "equal"},      {"LT", "less"},          {"GT", "greater"},
    {"LE", "less_equal"}, {"GE", "greater_equal"}, {"NE", "not_equal"},
};

Result<Values> lower_compare(const Node& node, Builder& b) {
  const Values x = TRY(operands_of(node, 2));
  if (has_complex(node)) return lower_complex(node, b);
  const auto found = std::ranges::find(directions, node.text("direction"), &Direction::direction);
  if (found == std::end(directions)) {
    return fail(
        Code::attribute_invalid,
        fmt::format("direction={} is none of EQ, NE, LT, LE, GT, GE", node.text("direction")));
  }
  const bool is_order = found->direction != "EQ" && found->direction != "NE";
  if (is_order && b.type(x[0]).element == ElementType::boolean) {  // false before true
    return Values{
        b.binary(found->primitive, b.cast(x[0], ElementType::u8), b.cast(x[1], ElementType::u8))};
  }
  return Values{b.binary(found->primitive, x[0], x[1])};
}

Result<Values> lower_select(const Node& node, Builder& b) {
  const Values x = TRY(operands_of(node, 3));
  return Values{b.select(x[0], x[1], x[2])};
}

Result<Values> lower_clamp(const Node& node, Builder& b) {
  const Values x = TRY(operands_of(node, 3));
  return Values{b.min(x[2], b.max(x[0], x[1]))};
}

/// 1 / sqrt(x), and the cube root: one special function each.
Result<Values> lower_root(const Node& node, Builder& b) {
  const Values x = TRY(operands_of(node, 1));
  const graph::Exact exponent =
      node.op() == "rsqrt" ? graph::Exact(-0.5L) : graph::Exact(1) / graph::Exact(3);
  return Values{b.with_scalar("pow", x[0], exponent)};
}

Result<Values> lower_exponential_minus_one(const Node& node, Builder& b) {
  const Values x = TRY(operands_of(node, 1));
  return Values{b.with_scalar("sub", b.exp(x[0]), 1)};
}

Result<Values> lower_log_plus_one(const Node& node, Builder& b) {
  const Values x = TRY(operands_of(node, 1));
  return Values{b.log(b.with_scalar("add", x[0], 1))};
}

/// |x| < infinity.
Result<Values> lower_is_finite(const Node& node, Builder& b) {
  const Values x = TRY(operands_of(node, 1));
  return Values{
      b.with_scalar("less", b.emit("abs", {x[0]}), std::numeric_limits<graph::Exact>::infinity())};
}

/// Functions of which the graph has no primitive: one operation of its sort for each element.
Result<Values> lower_stated(const Node& node, Builder& b) {
  const Values x = TRY(operands_of(node, node.op() == "atan2" ? 2 : 1));
  const WorkEach work = node.op() == "atan2" ? WorkEach{.special = 1} : WorkEach{.compare = 1};
  return stated(x, {b.type(x[0])}, node.op(), work, b.type(x[0]).elements(), b);
}

Result<Values> lower_convert(const Node& node, Builder& b) {
  const ElementType element = TRY(node.result_element());
  const Value x = TRY(node.operand(0));
  if (has_complex(node)) return lower_complex(node, b);
  return Values{b.cast(x, element)};
}

/// Rounded to fewer bits: movement, as a conversion there and back is.
Result<Values> lower_reduce_precision(const Node& node, Builder& b) {
  const Value x = TRY(node.operand(0));
  const std::int64_t exponent = TRY(node.integer("exponent_bits", 8));
  const std::int64_t mantissa = TRY(node.integer("mantissa_bits", 23));
  const ElementType own = b.type(x).element;
  const bool is_half = exponent == 5 && mantissa == 10;
  const bool is_brain = exponent == 8 && mantissa == 7;
  if (!is_half && !is_brain) return Values{x};
  return Values{b.cast(b.cast(x, is_half ? ElementType::f16 : ElementType::bf16), own)};
}

constexpr Lowering row_of(std::string_view op) { return {op, lower_row, true}; }

constexpr auto lowerings = [] {
  constexpr Lowering others[] = {
      {"compare", lower_compare, true},
      {"select", lower_select, true},
      {"clamp", lower_clamp, true},
      {"rsqrt", lower_root, true},
      {"cbrt", lower_root, true},
      {"exponential-minus-one", lower_exponential_minus_one, true},
      {"log-plus-one", lower_log_plus_one, true},
      {"is-finite", lower_is_finite, true},
      {"atan2", lower_stated, true},
      {"popcnt", lower_stated, true},
      {"count-leading-zeros", lower_stated, true},
      {"convert", lower_convert, true},
      {"stochastic-convert", lower_convert, true},
      {"reduce-precision", lower_reduce_precision, true},
  };
  std::array<Lowering, std::size(rows) + std::size(others)> all = {};
  std::size_t next = 0;
  for (const Row& row : rows) all[next++] = row_of(row.op);
  for (const Lowering& one : others) all[next++] = one;
  return all;
}();

}  // namespace

extern constinit const LoweringFamily elementwise{lowerings};

}  // namespace pfsday::hlo
