#include "importers/onnx/sample.h"

#include <numeric>

namespace pfsday::onnx {

std::string NodeSample::bytes() const {
  ModelWriter model(opset);
  for (const Operand& operand : operands) {
    if (operand.is_held) {
      model.initializer(operand.name, operand.tensor);
    } else {
      model.input(operand.name, operand.tensor.type);
    }
  }
  model.node(node);
  if (!node.domain.empty()) model.opset(node.domain, 1);
  for (const std::string& output : node.outputs) {
    if (!output.empty()) model.output(output);
  }
  return model.bytes();
}

std::int64_t NodeDraw::integer(std::int64_t low, std::int64_t high) {
  return std::uniform_int_distribution<std::int64_t>(low, high)(*rng_);
}

Axes NodeDraw::integers(std::size_t count, std::int64_t low, std::int64_t high) {
  Axes values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(integer(low, high));
  return values;
}

double NodeDraw::real(double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(*rng_);
}

std::string NodeDraw::choose(std::initializer_list<std::string_view> of) {
  return std::string(of.begin()[integer(0, std::ssize(of) - 1)]);
}

Shape NodeDraw::shape(std::int64_t min_rank, std::int64_t max_rank) {
  return integers(static_cast<std::size_t>(integer(min_rank, max_rank)), 1, 4);
}

Shape NodeDraw::broadcastable(const Shape& whole) {
  const std::int64_t dropped = integer(0, std::ssize(whole));
  Shape part(whole.begin() + dropped, whole.end());
  for (std::int64_t& size : part) size = integer(0, 3) == 0 ? 1 : size;
  return part;
}

Axes NodeDraw::permutation(std::size_t rank) {
  Axes axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  shuffle(axes);
  return axes;
}

std::int64_t NodeDraw::perhaps_negative(std::int64_t axis, std::size_t rank) {
  return coin() ? axis - static_cast<std::int64_t>(rank) : axis;
}

Axes NodeDraw::some_axes(std::size_t rank) {
  Axes axes = permutation(rank);
  if (rank > 0) axes.resize(static_cast<std::size_t>(integer(1, static_cast<std::int64_t>(rank))));
  for (std::int64_t& axis : axes) axis = perhaps_negative(axis, rank);
  return axes;
}

std::string NodeDraw::add(TensorToWrite tensor, bool is_held) {
  std::string name = "operand" + std::to_string(operands_.size());
  operands_.push_back({name, std::move(tensor), is_held});
  return name;
}

std::string NodeDraw::reals(const Shape& shape, Domain domain, Held held) {
  const double low = domain == Domain::positive ? 0.5 : -2;
  return reals_within(shape, low, low + 4, held);
}

std::string NodeDraw::reals_within(const Shape& shape, double low, double high, Held held) {
  const TensorType type{ElementType::f64, shape};
  const auto count = static_cast<std::size_t>(type.elements().value());
  // A shuffled grid, moved a little for each tensor of the sample.
  const double step = (high - low) / static_cast<double>(count + 1);
  const double start = low + step * (0.5 + 0.07 * static_cast<double>(operands_.size() + 1));
  std::vector<graph::Exact> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(start + step * static_cast<double>(i));
  std::shuffle(values.begin(), values.end(), *rng_);
  return add({type, std::move(values)}, is_held(held));
}

std::string NodeDraw::held_integers(const Axes& values) {
  const TensorType type{ElementType::i64, {std::ssize(values)}};
  return add({type, {values.begin(), values.end()}}, true);
}

std::string NodeDraw::held_scalar(ElementType element, double value) {
  return add({{element, {}}, {value}}, true);
}

std::string NodeDraw::booleans(const Shape& shape, Held held) {
  const TensorType type{ElementType::boolean, shape};
  const Axes values = integers(static_cast<std::size_t>(type.elements().value()), 0, 1);
  return add({type, {values.begin(), values.end()}}, is_held(held));
}

std::string NodeDraw::masks(const Shape& shape) {
  const std::string name = booleans(shape);
  std::vector<graph::Exact>& values = operands_.back().tensor.values;
  for (std::size_t i = 0; i < values.size(); i += static_cast<std::size_t>(shape.back())) {
    values[i] = 1;
  }
  return name;
}

std::string NodeDraw::whole_numbers(const Shape& shape, std::int64_t low, std::int64_t high) {
  const auto count = static_cast<std::size_t>(graph::element_count(shape).value());
  return integers_of(shape, integers(count, low, high));
}

std::string NodeDraw::typed_integers(ElementType element, const Shape& shape, std::int64_t low,
                                     std::int64_t high, Held held) {
  const TensorType type{element, shape};
  const Axes values = integers(static_cast<std::size_t>(type.elements().value()), low, high);
  return add({type, {values.begin(), values.end()}},
             held == Held::yes || (held == Held::maybe && coin()));
}

std::string NodeDraw::integers_of(const Shape& shape, const Axes& values) {
  return add({{ElementType::i64, shape}, {values.begin(), values.end()}}, coin());
}

NodeSample NodeDraw::finish_in(std::string_view domain, std::string_view op,
                               std::vector<std::string> inputs,
                               std::vector<std::pair<std::string, AttributeToWrite>> attributes,
                               std::size_t output_count) {
  NodeSample sample = finish(17, op, std::move(inputs), std::move(attributes), output_count);
  sample.node.domain = domain;
  return sample;
}

NodeSample NodeDraw::finish(std::int64_t opset, std::string_view op,
                            std::vector<std::string> inputs,
                            std::vector<std::pair<std::string, AttributeToWrite>> attributes,
                            std::size_t output_count) {
  NodeSample sample{.opset = opset,
                    .node = {.op = std::string(op),
                             .inputs = std::move(inputs),
                             .outputs = {},
                             .attributes = std::move(attributes)},
                    .operands = std::move(operands_)};
  for (std::size_t i = 0; i < output_count; ++i) {
    sample.node.outputs.push_back("output" + std::to_string(i));
  }
  return sample;
}

}  // namespace pfsday::onnx
