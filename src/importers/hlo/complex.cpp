#include "importers/hlo/complex.h"

#include <fmt/format.h>

#include <algorithm>

#include "importers/hlo/scope.h"

namespace pfsday::hlo {
namespace {

struct Row {
  std::string_view op;
  WorkEach work;
};

/// (a+bi)(c+di): four multiplies, two adds; a quotient multiplies by the conjugate and divides by
/// c^2 + d^2; exp is exp(a) times cos b and sin b.
constexpr Row rows[] = {
    {"add", {.add = 2}},
    {"subtract", {.add = 2}},
    {"multiply", {.mul = 4, .add = 2}},
    {"divide", {.mul = 6, .add = 3, .div = 2}},
    {"negate", {}},
    {"abs", {.mul = 2, .add = 1, .special = 1}},
    {"exponential", {.mul = 2, .special = 3}},
    {"log", {.mul = 2, .add = 1, .special = 3}},
    {"compare", {.compare = 2}},
    {"convert", {}},
    {"real", {}},
    {"imag", {}},
    {"complex", {}},
};

Result<Values> lower_parts(const Node& node, Builder& b) { return lower_complex(node, b); }

constexpr Lowering lowerings[] = {
    {"real", lower_parts, true}, {"imag", lower_parts, true}, {"complex", lower_parts, true}};

}  // namespace

bool is_complex(ElementType element) {
  return element == ElementType::c64 || element == ElementType::c128;
}

bool has_complex(const Node& node) {
  const auto has = [](const Type& type) {
    return type.kind == Type::Kind::array && is_complex(type.array.element);
  };
  if (has(node.type())) return true;
  for (std::size_t i = 0; i < node.operand_count(); ++i) {
    if (has(*node.source(i).type)) return true;
  }
  return false;
}

Result<Values> lower_complex(const Node& node, Builder& b) {
  const auto row = std::ranges::find(rows, node.op(), &Row::op);
  if (row == std::end(rows)) {
    return fail(Code::value_unknown, fmt::format("{} of complex numbers is not known", node.op()));
  }
  const Values x = node.all_arrays();
  if (x.empty()) return fail(Code::input_missing, "it has no operand");
  const TensorType type{TRY(node.result_element()), b.shape(x[0])};
  const bool is_movement = row->work.mul + row->work.add + row->work.compare == 0;
  if (is_movement) return Values{moved(x, type, node.op(), b)};
  return stated(x, {type}, node.op(), row->work, type.elements(), b);
}

extern constinit const LoweringFamily complex{lowerings};

}  // namespace pfsday::hlo
