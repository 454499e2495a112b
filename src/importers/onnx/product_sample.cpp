#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

/// Vectors, matrices and stacks of them, whose leading axes are broadcast.
NodeSample make_matmul(std::string_view op, NodeDraw& draw) {
  const std::int64_t inner = draw.integer(1, 4);
  const Shape lead = draw.shape(0, 2);
  Shape a = draw.broadcastable(lead);
  Shape b = draw.coin() ? lead : Shape{};
  a.push_back(draw.integer(1, 4));
  a.push_back(inner);
  b.push_back(inner);
  b.push_back(draw.integer(1, 4));
  if (draw.integer(0, 4) == 0) a = {inner};
  if (draw.integer(0, 4) == 0) b = {inner};
  const std::string first = draw.reals(a);
  return draw.finish(13, op, {first, draw.reals(b)});
}

NodeSample make_gemm(std::string_view op, NodeDraw& draw) {
  const Shape sizes = draw.integers(3, 1, 4);
  const std::int64_t transposes_a = draw.integer(0, 1);
  const std::int64_t transposes_b = draw.integer(0, 1);
  Shape a = {sizes[0], sizes[1]};
  Shape b = {sizes[1], sizes[2]};
  if (transposes_a != 0) std::swap(a[0], a[1]);
  if (transposes_b != 0) std::swap(b[0], b[1]);
  std::vector<std::string> inputs = {draw.reals(a), draw.reals(b)};
  if (draw.coin()) inputs.push_back(draw.reals(draw.broadcastable({sizes[0], sizes[2]})));
  std::vector<std::pair<std::string, AttributeToWrite>> attributes = {{"transA", transposes_a},
                                                                      {"transB", transposes_b}};
  if (draw.coin()) attributes.emplace_back("alpha", draw.real(0.5, 2));
  if (draw.coin()) attributes.emplace_back("beta", draw.real(0.5, 2));
  return draw.finish(13, op, inputs, attributes);
}

constexpr LoweringSample samples[] = {{"MatMul", make_matmul}, {"Gemm", make_gemm}};

}  // namespace

extern constinit const LoweringSampleFamily product_sample{samples};

}  // namespace pfsday::onnx
