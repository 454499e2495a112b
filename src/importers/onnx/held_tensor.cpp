#include "importers/onnx/held_tensor.h"

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {

Result<graph::Value> add_held_tensor(std::string_view name, const TensorView& tensor,
                                     ops::Builder& b) {
  TRY(check_limits(tensor.type));
  auto literal = TRY(read_values(tensor));
  const bool folds = literal && !graph::is_real(tensor.type.element);
  if (folds) return b.constant(*std::move(literal));
  return b.held_tensor(tensor.message.data(), std::string(name), tensor.type, std::move(literal));
}

}  // namespace pfsday::onnx
