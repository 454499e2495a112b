#include "importers/onnx/microsoft.h"
#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

NodeSample make_remove(std::string_view op, NodeDraw& draw) {
  const Shape x = draw.integers(3, 1, 3);
  const std::string operand = draw.reals(x, NodeDraw::Domain::any, NodeDraw::Held::no);
  return draw.finish_in(microsoft, op, {operand, draw.whole_numbers({x[0]}, 1, x[1])}, {}, 4);
}

NodeSample make_restore(std::string_view op, NodeDraw& draw) {
  const Shape x = draw.integers(3, 1, 3);
  const std::string tokens =
      draw.reals({x[0] * x[1], x[2]}, NodeDraw::Domain::any, NodeDraw::Held::no);
  return draw.finish_in(microsoft, op,
                        {tokens, draw.whole_numbers({x[0], x[1]}, 0, x[0] * x[1] - 1)});
}

constexpr LoweringSample samples[] = {{"RemovePadding", make_remove, microsoft},
                                      {"RestorePadding", make_restore, microsoft}};

}  // namespace

extern constinit const LoweringSampleFamily microsoft_padding_sample{samples};

}  // namespace pfsday::onnx
