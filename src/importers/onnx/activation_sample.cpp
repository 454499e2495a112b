#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;

/// Attributes that are left out, or real numbers of 0.3 to 0.9.
NodeSample make_with(NodeDraw& draw, std::string_view op,
                     std::initializer_list<std::string_view> reals) {
  Attributes attributes;
  for (const std::string_view name : reals) {
    if (draw.coin()) attributes.emplace_back(name, draw.real(0.3, 0.9));
  }
  return draw.finish(draw.integer(1, 23), op, {draw.reals(draw.shape(0, 4))}, attributes);
}

NodeSample make_plain(std::string_view op, NodeDraw& draw) { return make_with(draw, op, {}); }
NodeSample make_alpha(std::string_view op, NodeDraw& draw) {
  return make_with(draw, op, {"alpha"});
}
NodeSample make_alpha_beta(std::string_view op, NodeDraw& draw) {
  return make_with(draw, op, {"alpha", "beta"});
}
NodeSample make_alpha_gamma(std::string_view op, NodeDraw& draw) {
  return make_with(draw, op, {"alpha", "gamma"});
}
NodeSample make_shrink(std::string_view op, NodeDraw& draw) {
  return make_with(draw, op, {"bias", "lambd"});
}

NodeSample make_gelu(std::string_view op, NodeDraw& draw) {
  Attributes attributes;
  if (draw.coin()) attributes.emplace_back("approximate", draw.choose({"none", "tanh"}));
  return draw.finish(20, op, {draw.reals(draw.shape(0, 4))}, attributes);
}

constexpr LoweringSample samples[] = {
    {"Elu", make_alpha},
    {"Celu", make_alpha},
    {"Selu", make_alpha_gamma},
    {"HardSigmoid", make_alpha_beta},
    {"HardSwish", make_plain},
    {"Softplus", make_plain},
    {"Mish", make_plain},
    {"Gelu", make_gelu},
    {"Swish", make_alpha},
    {"Softsign", make_plain},
    {"ThresholdedRelu", make_alpha},
    {"Shrink", make_shrink},
    {"Affine", make_alpha_beta},
    {"ParametricSoftplus", make_alpha_beta},
    {"ScaledTanh", make_alpha_beta},
};

}  // namespace

extern constinit const LoweringSampleFamily activation_sample{samples};

}  // namespace pfsday::onnx
