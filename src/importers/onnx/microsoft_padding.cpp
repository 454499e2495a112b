// Tokens without their padding, of the domain com.microsoft: RemovePadding, RestorePadding. How
// many tokens are padding only the data tell: none is taken to be.
#include <fmt/format.h>

#include "importers/onnx/microsoft.h"

namespace pfsday::onnx {
namespace {

/// Inputs x [B, S, H], how many tokens each sequence has [B]; outputs x [B S, H], the offset of
/// each token [B, S], where each sequence begins [B + 1], how long the longest is [1].
Result<Values> lower_remove(const OnnxNode& node, Builder& b) {
  const Shape x = b.shape(node.input(0));
  if (x.size() != 3) return fail(Code::shapes_disagree, fmt::format("x is {}", to_string(x)));
  b.note_bound("upper_bound", "no token is taken to be padding");
  const auto count = [&](std::int64_t size, std::int64_t step) {
    return b.cast(b.iota(size, 0, step), ElementType::i32);
  };
  const Value longest = b.full({ElementType::i32, {1}}, static_cast<graph::Exact>(x[1]));
  return Values{b.reshape(node.input(0), {x[0] * x[1], x[2]}),
                b.reshape(count(x[0] * x[1], 1), {x[0], x[1]}), count(x[0] + 1, x[1]), longest};
}

/// Inputs tokens [B S, H], the offset of each [B, S].
Result<Values> lower_restore(const OnnxNode& node, Builder& b) {
  const Shape tokens = b.shape(node.input(0));
  const Shape offsets = b.shape(node.input(1));
  if (tokens.size() != 2 || offsets.size() != 2 || tokens[0] != offsets[0] * offsets[1]) {
    return fail(Code::type_unsupported,
                fmt::format("tokens {} without the padding of {}: their lengths are not known",
                            to_string(tokens), to_string(offsets)));
  }
  return Values{b.reshape(node.input(0), {offsets[0], offsets[1], tokens[1]})};
}

constexpr Lowering rows[] = {
    {.op = "RemovePadding", .inputs = 2, .lower = lower_remove, .domain = microsoft},
    {.op = "RestorePadding", .inputs = 2, .lower = lower_restore, .domain = microsoft},
};

}  // namespace

extern constinit const LoweringFamily microsoft_padding{rows};

}  // namespace pfsday::onnx
