// What devices tell each other: movement, whose bytes are kept beside the count.
#include <fmt/format.h>

#include "importers/hlo/scope.h"

namespace pfsday::hlo {
namespace {

/// Adds of a reduction are done by the network or by devices in turn, in a number that the topology
/// decides: they belong to communication, not to the arithmetic of the program.
Result<Values> lower_collective(const Node& node, Builder& b) {
  const Values operands = node.all_arrays();
  const TensorTypes types = node.result_types();
  Count bytes = 0;
  for (const Value v : operands) bytes += b.type(v).bytes();
  node.scope().context().add_communication(node.op(), node.scope().times(), bytes);
  Values values;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const bool has_own = operands.size() == types.size();
    if (has_own && b.type(operands[i]) == types[i]) {
      values.push_back(operands[i]);
    } else {
      values.push_back(moved(has_own ? Values{operands[i]} : operands, types[i], node.op(), b));
    }
  }
  return values;
}

constexpr Lowering lowerings[] = {
    {"all-reduce", lower_collective},           {"all-gather", lower_collective},
    {"reduce-scatter", lower_collective},       {"all-to-all", lower_collective},
    {"ragged-all-to-all", lower_collective},    {"collective-permute", lower_collective},
    {"collective-broadcast", lower_collective},
};

}  // namespace

extern constinit const LoweringFamily collective{lowerings};

}  // namespace pfsday::hlo
