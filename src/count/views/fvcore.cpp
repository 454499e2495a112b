// fvcore.nn.FlopCountAnalysis of fvcore 0.1.5: fvcore/nn/flop_count.py at commit
// 052545c4885655bdc3ab5c7613ddba903751e308 lists the operators, fvcore/nn/jit_handles.py at commit
// 017141c42f50a0328182c1fd42b1de80c3a58efe has their rules.
#include <algorithm>

#include "count/view.h"

namespace pfsday::count {
namespace {

using graph::Node;
using units::Count;

constexpr ops::Rules tool_rules{.padding = ops::Rules::Padding::window};

/// Elements of the largest output, or input, of the operator's nodes.
Count largest_output(const ViewedOperator& op) {
  Count most = 0;
  for (const Node* node : op.nodes) {
    most = std::max(most, op.graph.type(node->output(0)).elements());
  }
  return most;
}
Count largest_input(const ViewedOperator& op) {
  Count most = 0;
  for (const Node* node : op.nodes) {
    for (const graph::Value v : node->inputs) {
      most = std::max(most, op.graph.type(v).elements());
    }
  }
  return most;
}

/// addmm_flop_jit, linear_flop_jit, bmm_flop_jit, matmul_flop_jit, einsum_flop_jit,
/// conv_flop_count: one for each multiply-add; no bias.
Count products(const ViewedOperator& op) { return work_of(op, tool_rules).products; }

/// batchnorm_flop_jit: 2 for each element, since ONNX has a scale and a bias; 5 where the
/// statistics are those of the batch (norm_flop_counter).
Count batch_norm(const ViewedOperator& op) {
  const bool is_training = std::ranges::any_of(
      op.nodes, [](const Node* node) { return node->kind->name == "reduce_sum"; });
  return largest_output(op) * (is_training ? 5 : 2);
}
/// norm_flop_counter with a scale and a bias.
Count norm(const ViewedOperator& op) { return largest_output(op) * 5; }

/// upsample_nearest2d: 1 for each output; upsample_bilinear2d: 4. Only the second does arithmetic.
Count upsample(const ViewedOperator& op) {
  const bool is_nearest = work_of(op, tool_rules) == ops::Work{};
  return largest_output(op) * (is_nearest ? 1 : 4);
}
/// grid_sampler: 4 for each output.
Count grid_sample(const ViewedOperator& op) { return largest_output(op) * 4; }
/// adaptive_avg_pool2d: 1 for each input. The pools of one and three axes have no rule.
Count global_pool(const ViewedOperator& op) {
  const Node& last = *op.nodes.back();
  return op.graph.type(last.output(0)).rank() == 4 ? largest_input(op) : Count(0);
}

struct Rule {
  std::string_view op;
  Count (*count)(const ViewedOperator& op);
};
constexpr Rule rules[] = {{"Conv", products},
                          {"ConvTranspose", products},
                          {"Gemm", products},
                          {"MatMul", products},
                          {"Einsum", products},
                          {"BatchNormalization", batch_norm},
                          {"InstanceNormalization", norm},
                          {"GroupNormalization", norm},
                          {"LayerNormalization", norm},
                          {"Resize", upsample},
                          {"Upsample", upsample},
                          {"GridSample", grid_sample},
                          {"GlobalAveragePool", global_pool}};

/// The tool traces the forward pass alone; of the gradients, products are shown at its rate.
Seen look(const ViewedOperator& op, const ops::Rules&) {
  const auto rule = std::ranges::find(rules, op.origin.op, &Rule::op);
  if (rule == std::end(rules)) return {};
  if (op.pass != graph::Pass::forward && rule->count != products) return {};
  return {.figure = rule->count(op)};
}

}  // namespace

extern constinit const View fvcore{
    .name = "fvcore",
    .unit = "FLOP",
    .doc =
        "fvcore.nn.FlopCountAnalysis: one for each multiply-add; 2 or 5 for each element of a "
        "norm that is one operator, 1 for each input of a global average pool; no activation, "
        "fused attention or recurrent cell; the tool itself sees the forward pass only",
    .is_tool = true,
    .look = look,
};

}  // namespace pfsday::count
