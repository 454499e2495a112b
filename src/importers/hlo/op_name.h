// What the metadata of an instruction says: which part of a step it belongs to, and which layer.
//
//   read_op_name("jit(step)/jit(main)/transpose(jvp(Net))/layers/mlp/dot_general")
//   // a gradient, of Net/layers/mlp
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "graph/graph.h"
#include "importers/hlo/cursor.h"

namespace pfsday::hlo {

struct OpName {
  /// None where the name does not tell.
  std::optional<graph::Pass> pass = {};
  std::string path = {};  ///< of the layer, without the operation; may be empty
};

/// Names as JAX makes them: `transpose(...)` is a gradient, `rematted_computation` is computed
/// again, a scope named after an optimizer is the update. PyTorch/XLA has `backward` in the name.
OpName read_op_name(std::string_view name);

/// Fields of metadata, {op_type="mul" op_name="a/b" source_line=7}; empty where they are missing.
struct Metadata {
  std::string_view op_type = {};
  std::string_view op_name = {};
};
Metadata read_metadata(std::string_view text);

}  // namespace pfsday::hlo
