#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

/// Inference in old and new versions, and training.
NodeSample make_dropout(std::string_view op, NodeDraw& draw) {
  const std::string x = draw.reals(draw.shape(0, 4));
  const auto outputs = static_cast<std::size_t>(draw.integer(1, 2));
  if (draw.coin()) return draw.finish(draw.integer(1, 11), op, {x}, {{"ratio", 0.5}}, outputs);
  const std::string ratio = draw.held_scalar(ElementType::f32, 0.25 * draw.real(0, 3));
  const std::string trains = draw.held_scalar(ElementType::boolean, draw.coin() ? 1 : 0);
  return draw.finish(13, op, {x, ratio, trains}, {}, outputs);
}

constexpr LoweringSample samples[] = {{"Dropout", make_dropout}};

}  // namespace

extern constinit const LoweringSampleFamily random_sample{samples};

}  // namespace pfsday::onnx
