// Det, and Inverse of the domain com.microsoft.
#include "importers/onnx/lowering.h"

namespace pfsday::onnx {
namespace {

/// By LU decomposition with partial pivoting.
Result<Values> lower_det(const OnnxNode& node, Builder& b) {
  return Values{b.emit("determinant", {node.input(0)})};
}

/// By Gauss-Jordan elimination with partial pivoting.
Result<Values> lower_inverse(const OnnxNode& node, Builder& b) {
  return Values{b.emit("inverse", {node.input(0)})};
}

constexpr Lowering rows[] = {
    {.op = "Det", .lower = lower_det},
    {.op = "Inverse", .lower = lower_inverse, .domain = "com.microsoft"},
};

}  // namespace

extern constinit const LoweringFamily linear_algebra{rows};

}  // namespace pfsday::onnx
