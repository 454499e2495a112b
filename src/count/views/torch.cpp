// torch.utils.flop_counter.FlopCounterMode of PyTorch 2.5, torch/utils/flop_counter.py at commit
// 0140b62d8bab203e4699faeba802b5204fa51d26.
#include "count/view.h"

namespace pfsday::count {
namespace {

using graph::Node;
using units::Count;

/// The tool's own rules: a window counts in full, and so does causal attention.
constexpr ops::Rules tool_rules{.padding = ops::Rules::Padding::window,
                                .attention = ops::Rules::Attention::full};

/// conv_backward_flop passes whole channel counts to conv_flop_count where it computes the gradient
/// of the weight, so that a grouped convolution counts as if it had no groups.
Count groups_of(const Node& node) {
  if (node.kind->name != "convolution_filter_gradient") return 1;
  return *graph::find_attribute<std::int64_t>(node.attributes, "groups");
}

/// mm_flop, bmm_flop: m n 2 k. addmm_flop, baddbmm_flop: the same, the bias is not counted.
/// conv_flop_count: 2 for each tap of the window, of the output or, if transposed, of the input.
/// sdpa_flop_count, sdpa_backward_flop_count: two products forward, five backward, of which the
/// first computes the scores again (pass recompute). Any other operator: nothing.
Seen look(const ViewedOperator& op, const ops::Rules&) {
  Seen seen;
  for (const Node* node : op.nodes) {
    seen.figure += work_of(op, *node, tool_rules).products * 2 * groups_of(*node);
  }
  return seen;
}

}  // namespace

extern constinit const View torch{
    .name = "torch",
    .unit = "FLOP",
    .doc =
        "torch.utils.flop_counter: 2 x multiply-adds of products, convolutions and attention; "
        "no bias, norm or activation; the weight gradient of a grouped convolution as if it had "
        "no groups; causal attention in full",
    .is_tool = true,
    .look = look,
};

}  // namespace pfsday::count
