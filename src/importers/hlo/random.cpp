// Random numbers: one special each, and what scales them.
#include <fmt/format.h>

#include "importers/hlo/scope.h"

namespace pfsday::hlo {
namespace {

Value random_numbers(std::string_view primitive, const TensorType& type, Builder& b) {
  return b.emit(primitive, {},
                {{"shape", Axes(type.shape)}, {"element", std::string(to_string(type.element))}});
}

bool is_known_as(Value v, graph::Exact value, Builder& b) {
  const Literal* known = b.known(v);
  return known != nullptr && known->type().elements() == Count(1) && known->at(0) == value;
}

/// low + (high - low) r, or mean + deviation r; what is 0 or 1 costs nothing.
Result<Values> lower_rng(const Node& node, Builder& b) {
  const TensorType type = TRY(node.result_type());
  const Value first = TRY(node.operand(0));
  const Value second = TRY(node.operand(1));
  const bool is_normal = node.text("distribution") == "rng_normal";
  const bool is_real = graph::is_real(type.element);
  const TensorType drawn = is_real ? type : TensorType{ElementType::f32, type.shape};
  const Value r = random_numbers(is_normal ? "random_normal" : "random", drawn, b);
  if (!is_real) return Values{moved({r}, type, node.op(), b)};
  const bool starts_at_zero = is_known_as(first, 0, b);
  const Value scale = is_normal || starts_at_zero ? second : b.sub(second, first);
  const Value scaled = is_known_as(scale, 1, b) ? r : b.mul(r, scale);
  return Values{starts_at_zero ? scaled : b.add(scaled, first)};
}

/// The next state, where the text asks for it, and bits: one special for each element.
Result<Values> lower_bits(const Node& node, Builder& b) {
  const TensorTypes types = node.result_types();
  const Value state = TRY(node.operand(0));
  if (types.empty()) return Values{};
  const TensorType& type = types[types.size() - 1];
  const Value r = random_numbers("random", {ElementType::f32, type.shape}, b);
  Values values;
  if (types.size() == 2) values.push_back(moved({state}, types[0], node.op(), b));
  values.push_back(moved({r, state}, type, node.op(), b));
  return values;
}

constexpr Lowering lowerings[] = {{"rng", lower_rng}, {"rng-bit-generator", lower_bits}};

}  // namespace

extern constinit const LoweringFamily random{lowerings};

}  // namespace pfsday::hlo
