// Operations on the bits of integers.
#include <fmt/format.h>

#include "ops/evaluation.h"
#include "ops/infer.h"

namespace pfsday::ops {
namespace {

Result<TensorTypes> infer_bits(const NodeView& node) {
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    if (!graph::is_integer(node.input_type(i).element)) {
      return fail(Code::type_unsupported, fmt::format("{} takes integers", node.kind().name));
    }
    if (node.input_type(i) != node.input_type(0)) {
      return fail(Code::shapes_disagree,
                  fmt::format("{} of {} and {}", node.kind().name, to_string(node.input_type(0)),
                              to_string(node.input_type(i))));
    }
  }
  return TensorTypes{node.input_type(0)};
}

Work work_of_bits(const NodeView& node, const Rules&) {
  return {.compare = node.output_type(0).elements()};
}

using Bits = std::uint64_t;

/// In two's complement of 64 bits; the evaluation wraps results to the width of their type.
Bits bits_of(Exact x) {
  return x < 0 ? static_cast<Bits>(static_cast<std::int64_t>(x)) : static_cast<Bits>(x);
}

template <class Scalar, Exact (*function)(Bits, Bits)>
void evaluate_bits(const NodeView&, Evaluation<Scalar>& run) {
  const auto& a = run.input(0).data;
  const auto& b = run.input(run.input_count() - 1).data;
  for (std::size_t i = 0; i < a.size(); ++i) {
    count_one<Scalar>(&Work::compare);
    run.output(0).data[i] = function(bits_of(value_of(a[i])), bits_of(value_of(b[i])));
  }
}

template <Exact (*function)(Bits, Bits)>
consteval Primitive row(std::string_view name, int inputs, std::string_view doc) {
  return {.kind = {.name = name, .inputs = inputs, .doc = doc},
          .infer = infer_bits,
          .work = work_of_bits,
          .evaluate = {evaluate_bits<Exact, function>, evaluate_bits<Tally, function>}};
}

constexpr Primitive defs[] = {
    row<[](Bits a, Bits b) -> Exact { return a & b; }>(
        "bit_and", 2, "Bits that both have: one compare for each element. Integers."),
    row<[](Bits a, Bits b) -> Exact { return a | b; }>(
        "bit_or", 2, "Bits that either has: one compare for each element. Integers."),
    row<[](Bits a, Bits b) -> Exact { return a ^ b; }>(
        "bit_xor", 2, "Bits that exactly one has: one compare for each element. Integers."),
    row<[](Bits a, Bits) -> Exact { return ~a; }>(
        "bit_not", 1, "Bits that x does not have: one compare for each element. Integers."),
    row<[](Bits a, Bits b) -> Exact { return b < 64 ? a << b : 0; }>(
        "shift_left", 2, "a with its bits moved up by b: one compare for each element. Integers."),
    row<[](Bits a, Bits b) -> Exact { return b < 64 ? (a >> b) : 0; }>(
        "shift_right", 2,
        "a, not negative, with its bits moved down by b: one compare for each element. Integers."),
};

}  // namespace

extern constinit const PrimitiveFamily bits{"Bits", defs};

}  // namespace pfsday::ops
