// Parameters, constants, tuples, and what hands a value on as it is.
#include <fmt/format.h>

#include "importers/hlo/literal.h"
#include "importers/hlo/scope.h"

namespace pfsday::hlo {
namespace {

Result<Values> lower_parameter(const Node& node, Builder&) {
  return node.scope().argument(TRY(parse_integer(node.instruction().contents)));
}

/// One whose contents are left out, or too large to be held, is a tensor of the program.
Result<Values> lower_constant(const Node& node, Builder& b) {
  if (node.type().kind != Type::Kind::array) {
    Values values;
    for (const TensorType& type : node.result_types()) {
      values.push_back(moved({b.iota(1)}, type, node.op(), b));
    }
    return values;
  }
  const TensorType type = TRY(node.result_type());
  const Instruction& one = node.instruction();
  if (auto literal = parse_literal(type, one.contents)) {
    return Values{b.constant(*std::move(literal))};
  }
  return Values{b.held_tensor(&one, std::string(one.name), type, std::nullopt)};
}

Result<Values> lower_tuple(const Node& node, Builder&) { return node.all_arrays(); }

Result<Values> lower_get_tuple_element(const Node& node, Builder&) {
  const Values& values = *TRY(node.arrays(0));
  const std::int64_t index = TRY(node.integer("index", -1));
  const auto& parts = node.source(0).type->elements;
  if (index < 0 || index >= std::ssize(parts)) {
    return fail(Code::attribute_invalid, fmt::format("index={} of {}", node.text("index"),
                                                     hlo::to_string(*node.source(0).type)));
  }
  const Type& part = parts[static_cast<std::size_t>(index)];
  if (part.first + part.leaves > values.size()) {
    return fail(Code::graph_invalid, "its operand gives fewer arrays than its type has");
  }
  const auto begin = values.begin() + static_cast<std::ptrdiff_t>(part.first);
  return Values(begin, begin + static_cast<std::ptrdiff_t>(part.leaves));
}

/// All operands as they are.
Result<Values> lower_identity(const Node& node, Builder&) { return node.all_arrays(); }
/// The first operand: the others say something of it.
Result<Values> lower_first(const Node& node, Builder&) { return *TRY(node.arrays(0)); }
Result<Values> lower_token(const Node&, Builder&) { return Values{}; }

/// Data that comes from outside while the program runs.
Result<Values> lower_outside(const Node& node, Builder& b) {
  Values values;
  for (const TensorType& type : node.result_types()) {
    const std::string name = fmt::format("{}.{}", node.instruction().name, values.size());
    values.push_back(node.scope().context().input(name, type, b));
  }
  return values;
}

/// The number of the device: the same wherever it is asked for.
Result<Values> lower_device(const Node& node, Builder& b) {
  const TensorType type = TRY(node.result_type());
  return Values{node.scope().context().input(std::string(node.op()), type, b)};
}

/// The operand, and what tells how far the transfer is.
Result<Values> lower_send(const Node& node, Builder& b) {
  Values values = *TRY(node.arrays(0));
  const TensorTypes types = node.result_types();
  for (std::size_t i = values.size(); i < types.size(); ++i) {
    values.push_back(moved(values, types[i], node.op(), b));
  }
  return values;
}

Result<Values> lower_dimension_size(const Node& node, Builder& b) {
  const Value x = TRY(node.operand(0));
  const Axes axes = TRY(node.axes_below("dimensions", b.type(x).rank()));
  if (axes.size() != 1) return fail(Code::attribute_invalid, "it names no one dimension");
  const auto size = b.shape(x)[static_cast<std::size_t>(axes[0])];
  return Values{b.scalar(ElementType::i32, static_cast<graph::Exact>(size))};
}

constexpr Lowering lowerings[] = {
    {"parameter", lower_parameter, true},
    {"constant", lower_constant, true},
    {"tuple", lower_tuple, true},
    {"get-tuple-element", lower_get_tuple_element, true},
    {"copy", lower_first, true},
    {"opt-barrier", lower_identity, true},
    {"optimization-barrier", lower_identity, true},
    {"add-dependency", lower_first},
    {"domain", lower_first},
    {"set-dimension-size", lower_first},
    {"get-dimension-size", lower_dimension_size},
    {"after-all", lower_token},
    {"outfeed", lower_token},
    {"infeed", lower_outside},
    {"recv", lower_outside},
    {"send", lower_send},
    {"partition-id", lower_device},
    {"replica-id", lower_device},
    {"rng-get-and-update-state", lower_outside},
};

}  // namespace

extern constinit const LoweringFamily structure{lowerings};

}  // namespace pfsday::hlo
