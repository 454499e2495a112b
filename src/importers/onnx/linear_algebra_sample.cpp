#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

Shape draw_square(NodeDraw& draw) {
  Shape shape = draw.shape(0, 2);
  shape.insert(shape.end(), 2, draw.integer(1, 4));
  return shape;
}

NodeSample make_det(std::string_view op, NodeDraw& draw) {
  return draw.finish(11, op, {draw.reals(draw_square(draw))});
}

/// Of one row: larger random matrices come near to singular ones, where differences tell nothing.
NodeSample make_inverse(std::string_view op, NodeDraw& draw) {
  return draw.finish_in("com.microsoft", op, {draw.reals({draw.integer(1, 3), 1, 1})});
}

constexpr LoweringSample samples[] = {
    {"Det", make_det},
    {"Inverse", make_inverse, "com.microsoft"},
};

}  // namespace

extern constinit const LoweringSampleFamily linear_algebra_sample{samples};

}  // namespace pfsday::onnx
