#include "importers/onnx/microsoft.h"
#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Held = NodeDraw::Held;

std::string draw_scales(NodeDraw& draw, const Shape& shape) {
  return draw.reals(shape, NodeDraw::Domain::positive, Held::yes);
}

/// Zero points packed, real, or left out.
std::string draw_zero_points(NodeDraw& draw, std::int64_t rows, std::int64_t blocks,
                             std::int64_t bits) {
  switch (draw.integer(0, 2)) {
    case 0:
      return "";
    case 1:
      return draw.reals({rows, blocks}, NodeDraw::Domain::any, Held::yes);
    default:
      return draw.typed_integers(ElementType::u8, {rows, (blocks * bits + 7) / 8}, 0, 255,
                                 Held::yes);
  }
}

/// The last block may be cut short.
NodeSample make_matmul(std::string_view op, NodeDraw& draw) {
  const std::int64_t bits = std::int64_t{1} << draw.integer(1, 3);
  const std::int64_t block = 4 * draw.integer(1, 2);
  const std::int64_t columns = draw.integer(1, 10);
  const std::int64_t blocks = (columns + block - 1) / block;
  const std::int64_t rows = draw.integer(1, 3);
  Shape x = draw.shape(0, 2);
  x.push_back(columns);
  std::vector<std::string> inputs = {
      draw.reals(x, NodeDraw::Domain::any, Held::no),
      draw.typed_integers(ElementType::u8, {rows, blocks, block * bits / 8}, 0, 255, Held::yes),
      draw_scales(draw, draw.coin() ? Shape{rows, blocks} : Shape{rows * blocks}),
      draw_zero_points(draw, rows, blocks, bits)};
  if (draw.coin()) {
    inputs.emplace_back();
    inputs.push_back(draw.reals({rows}));
  }
  return draw.finish_in(microsoft, op, inputs,
                        {{"K", columns}, {"N", rows}, {"bits", bits}, {"block_size", block}});
}

NodeSample make_bnb4(std::string_view op, NodeDraw& draw) {
  const std::int64_t block = 2 * draw.integer(1, 2);
  const std::int64_t rows = draw.integer(1, 3);
  const std::int64_t columns = block * draw.integer(1, 2);
  Shape x = draw.shape(0, 2);
  x.push_back(columns);
  const std::string a = draw.reals(x, NodeDraw::Domain::any, Held::no);
  const std::string codes =
      draw.typed_integers(ElementType::u8, {rows * columns / 2}, 0, 255, Held::yes);
  return draw.finish_in(
      microsoft, op, {a, codes, draw_scales(draw, {rows * columns / block})},
      {{"K", columns}, {"N", rows}, {"block_size", block}, {"quant_type", draw.integer(0, 1)}});
}

NodeSample make_gather(std::string_view op, NodeDraw& draw) {
  const std::int64_t bits = std::int64_t{1} << draw.integer(1, 3);
  const std::int64_t blocks = draw.integer(1, 2);
  const std::int64_t rows = draw.integer(2, 4);
  std::vector<std::string> inputs = {
      draw.typed_integers(ElementType::u8, {rows, blocks * 8 * bits / 8}, 0, 255, Held::yes),
      draw.whole_numbers(draw.shape(0, 2), 0, rows - 1), draw_scales(draw, {rows, blocks})};
  if (draw.coin()) {
    inputs.push_back(
        draw.typed_integers(ElementType::u8, {rows, (blocks * bits + 7) / 8}, 0, 255, Held::yes));
  }
  return draw.finish_in(microsoft, op, inputs, {{"bits", bits}, {"block_size", std::int64_t{8}}});
}

constexpr LoweringSample samples[] = {{"MatMulNBits", make_matmul, microsoft},
                                      {"MatMulBnb4", make_bnb4, microsoft},
                                      {"GatherBlockQuantized", make_gather, microsoft}};

}  // namespace

extern constinit const LoweringSampleFamily microsoft_packed_sample{samples};

}  // namespace pfsday::onnx
