#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;

struct Sizes {
  std::int64_t gates, directions, steps, batch, input, hidden;
  bool batch_first;
};

/// Three steps show what is handed on twice; where there are two directions, two are enough.
Sizes draw_sizes(std::string_view op, NodeDraw& draw, bool batch_first) {
  const std::int64_t directions = draw.integer(1, 2);
  return {.gates = op == "RNN"   ? 1
                   : op == "GRU" ? 3
                                 : 4,
          .directions = directions,
          .steps = draw.integer(1, 4 - directions),
          .batch = draw.integer(1, 2),
          .input = draw.integer(1, 2),
          .hidden = draw.integer(1, 2),
          .batch_first = batch_first};
}

Shape state_shape(const Sizes& s) {
  return s.batch_first ? Shape{s.batch, s.directions, s.hidden}
                       : Shape{s.directions, s.batch, s.hidden};
}

std::vector<std::string> draw_inputs(std::string_view op, NodeDraw& draw, const Sizes& s) {
  const auto perhaps = [&](auto&& make) { return draw.coin() ? make() : std::string(); };
  const auto yes = NodeDraw::Held::yes;
  const auto any = NodeDraw::Domain::any;
  std::vector<std::string> inputs = {
      draw.reals(s.batch_first ? Shape{s.batch, s.steps, s.input}
                               : Shape{s.steps, s.batch, s.input}),
      draw.reals({s.directions, s.gates * s.hidden, s.input}, any, yes),
      draw.reals({s.directions, s.gates * s.hidden, s.hidden}, any, yes),
      perhaps([&] { return draw.reals({s.directions, 2 * s.gates * s.hidden}, any, yes); }),
      perhaps([&] { return draw.whole_numbers({s.batch}, 1, s.steps); }),
      perhaps([&] { return draw.reals(state_shape(s)); })};
  if (op == "LSTM") {
    inputs.push_back(perhaps([&] { return draw.reals(state_shape(s)); }));
    inputs.push_back(perhaps([&] { return draw.reals({s.directions, 3 * s.hidden}, any, yes); }));
  }
  return inputs;
}

/// Values go where the activations are smooth: no sum of a sample comes near a kink.
Attributes draw_attributes(std::string_view op, NodeDraw& draw, const Sizes& s) {
  Attributes attributes = {{"hidden_size", s.hidden}};
  if (s.directions == 2) attributes.emplace_back("direction", std::string("bidirectional"));
  if (s.directions == 1 && draw.coin()) {
    attributes.emplace_back("direction", draw.choose({"forward", "reverse"}));
  }
  if (s.batch_first) attributes.emplace_back("layout", std::int64_t{1});
  if (draw.coin()) attributes.emplace_back("clip", 1000.0);
  if (op == "GRU") attributes.emplace_back("linear_before_reset", draw.integer(0, 1));
  if (op == "LSTM") attributes.emplace_back("input_forget", draw.integer(0, 1));
  if (op == "RNN" && draw.coin()) {
    std::vector<std::string> names;
    for (std::int64_t i = 0; i < s.directions; ++i) {
      names.push_back(draw.choose({"Tanh", "Sigmoid", "Affine", "ScaledTanh", "Softplus"}));
    }
    attributes.emplace_back("activations", names);
    attributes.emplace_back("activation_alpha", std::vector<float>{0.5F, 0.75F});
    attributes.emplace_back("activation_beta", std::vector<float>{0.25F, 0.5F});
  }
  return attributes;
}

NodeSample make_recurrent(std::string_view op, NodeDraw& draw) {
  const std::int64_t opset = draw.coin() ? 7 : 14;
  const Sizes sizes = draw_sizes(op, draw, opset == 14 && draw.coin());
  const auto outputs = static_cast<std::size_t>(draw.integer(1, op == "LSTM" ? 3 : 2));
  auto inputs = draw_inputs(op, draw, sizes);
  return draw.finish(opset, op, std::move(inputs), draw_attributes(op, draw, sizes), outputs);
}

constexpr LoweringSample samples[] = {
    {"RNN", make_recurrent}, {"GRU", make_recurrent}, {"LSTM", make_recurrent}};

}  // namespace

extern constinit const LoweringSampleFamily recurrent_sample{samples};

}  // namespace pfsday::onnx
