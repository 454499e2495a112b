#include "importers/onnx/microsoft.h"
#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

NodeSample make_trilu(std::string_view op, NodeDraw& draw) {
  std::vector<std::string> inputs = {draw.reals(draw.shape(2, 3))};
  if (draw.coin()) inputs.push_back(draw.held_scalar(ElementType::i64, draw.coin() ? 1 : -1));
  return draw.finish_in(microsoft, op, inputs, {{"upper", draw.integer(0, 1)}});
}

NodeSample make_grid_sample(std::string_view op, NodeDraw& draw) {
  const std::string x = draw.reals({1, 2, 3, 2}, NodeDraw::Domain::any, NodeDraw::Held::no);
  return draw.finish_in(microsoft, op, {x, draw.reals({1, 2, draw.integer(1, 2), 2})},
                        {{"mode", draw.choose({"bilinear", "nearest"})},
                         {"padding_mode", draw.choose({"zeros", "border"})}});
}

NodeSample make_reduce_integer(std::string_view op, NodeDraw& draw) {
  const ElementType element = draw.coin() ? ElementType::u8 : ElementType::i8;
  const std::string x = draw.typed_integers(element, {2, 3, 2}, 0, 100);
  return draw.finish_in(microsoft, op, {x},
                        {{"axes", draw.some_axes(3)}, {"keepdims", draw.integer(0, 1)}});
}

NodeSample make_range(std::string_view op, NodeDraw& draw) {
  const std::string start = draw.held_scalar(ElementType::f32, 1);
  const std::string limit = draw.held_scalar(ElementType::f32, 5);
  std::vector<std::string> inputs = {start, limit};
  if (draw.coin()) inputs.push_back(draw.held_scalar(ElementType::f32, 2));
  return draw.finish_in(microsoft, op, inputs);
}

NodeSample make_gather_nd(std::string_view op, NodeDraw& draw) {
  const std::string data = draw.reals({3, 3, 2});
  return draw.finish_in(microsoft, op, {data, draw.whole_numbers({4, draw.integer(1, 2)}, 0, 2)});
}

NodeSample make_expand_dims(std::string_view op, NodeDraw& draw) {
  const Shape x = draw.shape(1, 3);
  const auto axis = static_cast<double>(draw.integer(-std::ssize(x) - 1, std::ssize(x)));
  const std::string operand = draw.reals(x);
  return draw.finish_in(microsoft, op, {operand, draw.held_scalar(ElementType::i32, axis)});
}

NodeSample make_pad(std::string_view op, NodeDraw& draw) {
  const Shape x = draw.shape(1, 2);
  const std::string operand = draw.reals(x);
  return draw.finish_in(microsoft, op,
                        {operand, draw.held_integers(draw.integers(2 * x.size(), 0, 2))});
}

NodeSample make_embedding(std::string_view op, NodeDraw& draw) {
  const std::string table = draw.reals({4, 3});
  return draw.finish_in(microsoft, op, {table, draw.whole_numbers(draw.shape(1, 2), 0, 3)});
}

NodeSample make_complex(std::string_view op, NodeDraw& draw) {
  Shape x = draw.shape(0, 2);
  x.push_back(2);
  const std::string first = draw.reals(x);
  return draw.finish_in(microsoft, op, {first, draw.reals(x)});
}

constexpr LoweringSample samples[] = {
    {"Trilu", make_trilu, microsoft},
    {"GridSample", make_grid_sample, microsoft},
    {"ReduceSumInteger", make_reduce_integer, microsoft},
    {"Range", make_range, microsoft},
    {"GatherND", make_gather_nd, microsoft},
    {"ExpandDims", make_expand_dims, microsoft},
    {"Pad", make_pad, microsoft},
    {"TorchEmbedding", make_embedding, microsoft},
    {"ComplexMul", make_complex, microsoft},
    {"ComplexMulConj", make_complex, microsoft},
};

}  // namespace

extern constinit const LoweringSampleFamily microsoft_movement_sample{samples};

}  // namespace pfsday::onnx
