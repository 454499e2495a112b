// Small integers that are stored several to a byte.
#include <fmt/format.h>

#include "ops/evaluation.h"
#include "ops/infer.h"

namespace pfsday::ops {
namespace {

constexpr std::string_view unpack_doc = R"(
The small integers that each byte holds, the one in its lowest bits first.

  inputs   x [..., n]   u8
  attrs    bits   2 or 4
  output   y [..., n * 8 / bits]   u4

A parameter that is stored so counts with all the integers that it holds.
)";

Result<TensorTypes> infer_unpack(const NodeView& node) {
  const std::int64_t bits = TRY(require_integer(node, "bits", 2, 4));
  const TensorType& x = node.input_type(0);
  if (x.element != ElementType::u8 || x.shape.empty() || bits == 3) {
    return fail(Code::type_unsupported,
                fmt::format("integers of {} bits in {}", bits, to_string(x)));
  }
  TensorType y{ElementType::u4, x.shape};
  y.shape.back() *= 8 / bits;
  return TensorTypes{y};
}

template <class Scalar>
void evaluate_unpack(const NodeView& node, Evaluation<Scalar>& run) {
  const auto bits = static_cast<unsigned>(node.integer("bits"));
  const std::size_t each = 8 / bits;
  for (std::size_t i = 0; i < run.output(0).data.size(); ++i) {
    const auto byte = static_cast<unsigned>(value_of(run.input(0).data[i / each]));
    const auto shift = static_cast<unsigned>(i % each) * bits;
    run.output(0).data[i] = static_cast<Exact>((byte >> shift) & ((1U << bits) - 1));
  }
}

constexpr Primitive defs[] = {
    {.kind = {.name = "unpack", .inputs = 1, .doc = unpack_doc},
     .cost = Cost::movement,
     .infer = infer_unpack,
     .evaluate = {evaluate_unpack<Exact>, evaluate_unpack<Tally>}},
};

}  // namespace

extern constinit const PrimitiveFamily packing{"Packed integers", defs};

}  // namespace pfsday::ops
