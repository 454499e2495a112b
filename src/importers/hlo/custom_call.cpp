// Calls of libraries, by their names. One that nobody knows is uncounted.
#include <fmt/format.h>

#include <algorithm>

#include "importers/hlo/fused_attention.h"
#include "importers/hlo/library_product.h"
#include "importers/hlo/linear_algebra.h"
#include "importers/hlo/order.h"
#include "importers/hlo/scope.h"

namespace pfsday::hlo {
namespace {

/// What says where a value stands, or hands it on: no arithmetic.
constexpr std::string_view movement[] = {
    "Sharding",
    "SPMDFullToShardShape",
    "SPMDShardToFullShape",
    "xla.sdy.FuncResultSharding",
    "xla.sdy.GlobalToLocalShape",
    "xla.sdy.LocalToGlobalShape",
    "xla.sdy.PropagationBarrier",
    "MoveToHost",
    "MoveToDevice",
    "annotate_device_placement",
    "PinToHost",
    "LayoutConstraint",
    "AllocateBuffer",
    "Pin",
    "Unpin",
    "SetBound",
    "GetBound",
    "PadToStatic",
    "SliceToDynamic",
    "AssumeGatherIndicesInBound",
    "X64Combine",
    "X64SplitHigh",
    "X64SplitLow",
    "CustomCallTuple",
    "CustomCallConsumeTuple",
    "inspect_sharding",
};

Result<Values> lower_movement(const Node& node, Builder& b) {
  const Values operands = node.all_arrays();
  const TensorTypes types = node.result_types();
  Values results;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const bool is_same = operands.size() == types.size() && b.type(operands[i]) == types[i];
    if (is_same) {
      results.push_back(operands[i]);
    } else if (operands.empty()) {
      results.push_back(node.scope().context().input(
          fmt::format("{}.{}", node.instruction().name, i), types[i], b));
    } else {
      results.push_back(moved(operands, types[i], node.op(), b));
    }
  }
  return results;
}

Result<Values> lower_top_k(const Node& node, Builder& b) {
  const TensorTypes types = node.result_types();
  if (types.empty() || types[0].shape.empty()) return fail(Code::value_unknown, "it picks nothing");
  const std::int64_t k = types[0].shape[types[0].shape.size() - 1];
  return pick_best(TRY(node.operand(0)), k, true, b);
}

/// LAPACK's Cholesky factor, and its status.
Result<Values> lower_factor(const Node& node, Builder& b) {
  const TensorTypes types = node.result_types();
  const auto matrix = std::ranges::find_if(types, [](const TensorType& type) {
    return type.rank() >= 2 && graph::is_real(type.element);
  });
  if (matrix == types.end()) return fail(Code::value_unknown, "it factors no matrix");
  const Values factor = TRY(cholesky_of(node.all_arrays(), *matrix, node.op(), b));
  Values results;
  for (const TensorType& type : types) {
    results.push_back(type == *matrix ? factor[0] : moved(factor, type, node.op(), b));
  }
  return results;
}

struct Target {
  std::string_view pattern;  ///< what its name begins with
  Result<Values> (*lower)(const Node& node, Builder& b);
};
constexpr Target targets[] = {
    {"te_fused_attn_forward", lower_fused_attention},
    {"te_fused_attn_backward", lower_fused_attention},
    {"__cudnn$fmha", lower_fused_attention},
    {"__cudnn$conv", lower_library_convolution},
    {"__cublas$gemm", lower_library_product},
    {"__cublas$lt$matmul", lower_library_product},
    {"__triton$gemm", lower_library_product},
    {"__onednn$matmul", lower_library_product},
    {"TopK", lower_top_k},
    {"__gpu$TopK", lower_top_k},
    {"lapack_spotrf", lower_factor},
    {"lapack_dpotrf", lower_factor},
    {"cusolver_potrf", lower_factor},
    {"Cholesky", lower_factor},
};

Result<Values> lower_custom_call(const Node& node, Builder& b) {
  const std::string_view target = unquoted(node.text("custom_call_target"));
  if (std::ranges::find(movement, target) != std::end(movement)) return lower_movement(node, b);
  for (const Target& one : targets) {
    if (target.starts_with(one.pattern)) return one.lower(node, b);
  }
  return fail(Code::value_unknown,
              fmt::format("nobody says what the custom call \"{}\" computes", target));
}

constexpr Lowering lowerings[] = {{"custom-call", lower_custom_call}};

}  // namespace

extern constinit const LoweringFamily custom_call{lowerings};

}  // namespace pfsday::hlo
