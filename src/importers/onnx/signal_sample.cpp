#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

std::string held_size(NodeDraw& draw, std::int64_t size) {
  return draw.held_scalar(ElementType::i64, static_cast<double>(size));
}

NodeSample make_dft(std::string_view op, NodeDraw& draw) {
  Shape shape = draw.shape(2, 3);
  shape.push_back(draw.integer(1, 2));
  const std::int64_t axis = draw.integer(0, std::ssize(shape) - 2);
  const std::int64_t inverse = draw.integer(0, 1);
  std::vector<std::pair<std::string, AttributeToWrite>> attributes = {{"inverse", inverse}};
  if (inverse == 0) attributes.emplace_back("onesided", draw.integer(0, 1));
  std::vector<std::string> inputs = {draw.reals(shape)};
  inputs.push_back(draw.coin() ? held_size(draw, draw.integer(1, 7)) : "");
  if (draw.coin()) {
    attributes.emplace_back("axis", axis);
    return draw.finish(17, op, inputs, attributes);
  }
  inputs.push_back(held_size(draw, draw.perhaps_negative(axis, shape.size())));
  return draw.finish(20, op, inputs, attributes);
}

NodeSample make_stft(std::string_view op, NodeDraw& draw) {
  const std::int64_t length = draw.integer(2, 6);
  const std::string signal =
      draw.reals({draw.integer(1, 2), draw.integer(6, 12), draw.integer(1, 2)});
  const std::string step = held_size(draw, draw.integer(1, 4));
  const std::string window = draw.coin() ? draw.reals({length}) : "";
  return draw.finish(17, op, {signal, step, window, held_size(draw, length)},
                     {{"onesided", draw.integer(0, 1)}});
}

NodeSample make_window(std::string_view op, NodeDraw& draw) {
  return draw.finish(17, op, {held_size(draw, draw.integer(2, 9))},
                     {{"periodic", draw.integer(0, 1)}, {"output_datatype", std::int64_t{11}}});
}

NodeSample make_mel(std::string_view op, NodeDraw& draw) {
  const std::string bands = held_size(draw, draw.integer(2, 8));
  const std::string length = held_size(draw, 16);
  const std::string rate = held_size(draw, 8192);
  const std::string low = draw.held_scalar(ElementType::f32, 0);
  return draw.finish(17, op, {bands, length, rate, low, draw.held_scalar(ElementType::f32, 4096)});
}

constexpr LoweringSample samples[] = {
    {"DFT", make_dft},
    {"STFT", make_stft},
    {"HannWindow", make_window},
    {"HammingWindow", make_window},
    {"BlackmanWindow", make_window},
    {"MelWeightMatrix", make_mel},
};

}  // namespace

extern constinit const LoweringSampleFamily signal_sample{samples};

}  // namespace pfsday::onnx
