#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Domain = NodeDraw::Domain;
using Held = NodeDraw::Held;
using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;

/// The attributes of inference or training in that version.
Attributes batch_norm_mode(std::int64_t opset, bool trains, NodeDraw& draw) {
  Attributes attributes = {{"epsilon", draw.real(0.1, 0.2)}, {"momentum", 0.75}};
  if (opset >= 14) attributes.emplace_back("training_mode", std::int64_t{trains});
  if (opset < 7) attributes.emplace_back("is_test", std::int64_t{!trains});
  return attributes;
}

/// Inference, and training with the outputs of its version; before opset 9 perhaps with statistics
/// for each activation.
NodeSample make_batch_norm(std::string_view op, NodeDraw& draw) {
  const Shape x = draw.shape(2, 4);
  const bool trains = draw.coin();
  const std::int64_t opset = draw.integer(1, 15);
  Attributes attributes = batch_norm_mode(opset, trains, draw);
  Shape channels = {x[1]};
  if (opset < 9 && draw.coin()) {
    channels.assign(x.begin() + 1, x.end());
    attributes.emplace_back("spatial", std::int64_t{0});
  }
  const std::string data = draw.reals(x, Domain::any, Held::no);
  const std::string scale = draw.reals(channels, Domain::positive);
  const std::string bias = draw.reals(channels);
  const std::string mean = draw.reals(channels, Domain::any, Held::yes);
  const std::string variance = draw.reals(channels, Domain::positive, Held::yes);
  const std::size_t outputs = !trains ? 1 : opset >= 14 ? 3 : 5;
  return draw.finish(opset, op, {data, scale, bias, mean, variance}, attributes, outputs);
}

NodeSample make_lrn(std::string_view op, NodeDraw& draw) {
  return draw.finish(draw.integer(1, 13), op, {draw.reals(draw.shape(2, 4))},
                     {{"size", draw.integer(1, 5)},
                      {"alpha", draw.real(0.1, 1)},
                      {"beta", draw.real(0.5, 1)},
                      {"bias", draw.real(1, 2)}});
}

/// Before opset 13 the axis and all after it are one.
NodeSample make_softmax(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(2, 4);
  const std::int64_t axis =
      draw.perhaps_negative(draw.integer(0, std::ssize(shape) - 1), shape.size());
  const std::int64_t opset = draw.integer(1, 23);
  return draw.finish(opset, op, {draw.reals(shape)}, {{"axis", axis}});
}

constexpr LoweringSample samples[] = {{"BatchNormalization", make_batch_norm},
                                      {"LRN", make_lrn},
                                      {"Softmax", make_softmax},
                                      {"LogSoftmax", make_softmax}};

}  // namespace

extern constinit const LoweringSampleFamily normalization_sample{samples};

}  // namespace pfsday::onnx
