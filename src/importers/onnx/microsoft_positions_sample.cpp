#include "importers/onnx/microsoft.h"
#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

NodeSample make_relative_bias(std::string_view op, NodeDraw& draw) {
  const std::string table = draw.reals({8, draw.integer(1, 3)});
  const auto length = [&] {
    return draw.held_scalar(ElementType::i64, static_cast<double>(draw.integer(1, 6)));
  };
  const std::string queries = length();
  return draw.finish_in(
      microsoft, op, {table, queries, length()},
      {{"max_distance", draw.integer(5, 9)}, {"is_bidirectional", draw.integer(0, 1)}});
}

NodeSample make_gated_bias(std::string_view op, NodeDraw& draw) {
  const std::int64_t batch = draw.integer(1, 2);
  const std::int64_t heads = draw.integer(1, 2);
  const std::int64_t size = draw.integer(1, 3);
  const std::int64_t width = draw.integer(1, 3);
  const std::int64_t gates = 2 * draw.integer(1, 2);
  const std::string query = draw.reals({batch, size, heads * width});
  const std::string bias = draw.reals({heads * width});
  const std::string positions = draw.reals({1, heads, size, size});
  const std::string weight = draw.reals({width, gates});
  const std::string gate_bias = draw.reals({gates});
  return draw.finish_in(microsoft, op,
                        {query, bias, positions, weight, gate_bias, draw.reals({1, heads, 1, 1})},
                        {{"num_heads", heads}});
}

NodeSample make_gemma_rotary(std::string_view op, NodeDraw& draw) {
  const Shape x = draw.integers(4, 1, 3);
  std::vector<std::string> inputs = {draw.reals({x[0], x[2], x[3]})};
  for (int i = 0; i < 4; ++i)
    inputs.push_back(draw.reals(x, NodeDraw::Domain::any, NodeDraw::Held::no));
  return draw.finish_in(microsoft, op, inputs, {}, 2);
}

constexpr LoweringSample samples[] = {
    {"RelativePositionBias", make_relative_bias, microsoft},
    {"GatedRelativePositionBias", make_gated_bias, microsoft},
    {"GemmaRotaryEmbedding", make_gemma_rotary, microsoft},
};

}  // namespace

extern constinit const LoweringSampleFamily microsoft_positions_sample{samples};

}  // namespace pfsday::onnx
