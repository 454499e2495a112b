#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

/// Offsets into what was pooled, none twice; perhaps a stated shape.
NodeSample make_max_unpool(std::string_view op, NodeDraw& draw) {
  const auto rank = static_cast<std::size_t>(draw.integer(1, 2));
  Shape x = draw.integers(2 + rank, 1, 2);
  const Axes kernel = draw.integers(rank, 3, 4);
  const Axes strides = draw.integers(rank, 2, 3);
  const Axes pads(2 * rank, draw.integer(0, 1));
  Shape pooled = x;
  for (std::size_t i = 0; i < rank; ++i) {
    pooled[i + 2] = (x[i + 2] - 1) * strides[i] + kernel[i] - pads[i] - pads[rank + i];
  }
  const auto count = static_cast<std::size_t>(graph::element_count(x).value());
  Axes offsets = draw.permutation(static_cast<std::size_t>(graph::element_count(pooled).value()));
  offsets.resize(count);
  std::vector<std::string> inputs = {draw.reals(x), draw.integers_of(x, offsets)};
  if (draw.coin()) {
    for (std::size_t i = 2; i < pooled.size(); ++i) pooled[i] += draw.integer(0, 1);
    inputs.push_back(draw.held_integers(pooled));
  }
  return draw.finish(11, op, inputs,
                     {{"kernel_shape", kernel}, {"strides", strides}, {"pads", pads}});
}

constexpr LoweringSample samples[] = {{"MaxUnpool", make_max_unpool}};

}  // namespace

extern constinit const LoweringSampleFamily unpooling_sample{samples};

}  // namespace pfsday::onnx
