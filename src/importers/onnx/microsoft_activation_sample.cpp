#include "importers/onnx/microsoft.h"
#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

NodeSample make_gelu(std::string_view op, NodeDraw& draw) {
  return draw.finish_in(microsoft, op, {draw.reals(draw.shape(1, 3))});
}

NodeSample make_biased(std::string_view op, NodeDraw& draw) {
  const Shape x = draw.shape(1, 3);
  const std::string first = draw.reals(x);
  return draw.finish_in(microsoft, op, {first, draw.reals({x.back()})});
}

NodeSample make_fast_gelu(std::string_view op, NodeDraw& draw) {
  return draw.coin() ? make_gelu(op, draw) : make_biased(op, draw);
}

NodeSample make_quick_gelu(std::string_view op, NodeDraw& draw) {
  return draw.finish_in(microsoft, op, {draw.reals(draw.shape(1, 3))},
                        {{"alpha", draw.real(0.5, 2)}});
}

NodeSample make_split(std::string_view op, NodeDraw& draw) {
  Shape x = draw.shape(3, 3);
  x.back() *= 2;
  const std::string first = draw.reals(x);
  return draw.finish_in(microsoft, op, {first, draw.reals({x.back()})});
}

NodeSample make_bias_add(std::string_view op, NodeDraw& draw) {
  const Shape x = draw.shape(3, 3);
  const std::string first = draw.reals(x);
  const std::string bias = draw.reals({x.back()});
  return draw.finish_in(microsoft, op, {first, bias, draw.reals(x)});
}

NodeSample make_bias_softmax(std::string_view op, NodeDraw& draw) {
  const Shape x = draw.shape(2, 4);
  const std::string first = draw.reals(x);
  return draw.finish_in(microsoft, op, {first, draw.reals(draw.broadcastable(x))},
                        {{"axis", std::ssize(x) - 1}, {"is_inner_broadcast", std::int64_t{0}}});
}

/// In inference: its random numbers have no finite differences.
NodeSample make_bias_dropout(std::string_view op, NodeDraw& draw) {
  const Shape x = draw.shape(2, 3);
  const std::string first = draw.reals(x);
  std::vector<std::string> inputs = {first, draw.reals({x.back()})};
  if (draw.coin()) inputs.push_back(draw.reals(x));
  return draw.finish_in(microsoft, op, inputs);
}

constexpr LoweringSample samples[] = {
    {"Gelu", make_gelu, microsoft},
    {"BiasGelu", make_biased, microsoft},
    {"FastGelu", make_fast_gelu, microsoft},
    {"QuickGelu", make_quick_gelu, microsoft},
    {"BiasSplitGelu", make_split, microsoft},
    {"BiasAdd", make_bias_add, microsoft},
    {"BiasSoftmax", make_bias_softmax, microsoft},
    {"BiasDropout", make_bias_dropout, microsoft},
};

}  // namespace

extern constinit const LoweringSampleFamily microsoft_activation_sample{samples};

}  // namespace pfsday::onnx
