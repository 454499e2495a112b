#include "ops/sample.h"

#include <numeric>

namespace pfsday::ops {

std::int64_t Draw::integer(std::int64_t low, std::int64_t high) {
  return std::uniform_int_distribution<std::int64_t>(low, high)(*rng_);
}

Axes Draw::integers(std::size_t count, std::int64_t low, std::int64_t high) {
  Axes values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(integer(low, high));
  return values;
}

Shape Draw::shape(std::int64_t min_rank, std::int64_t max_rank) {
  Shape sizes;
  for (std::int64_t rank = integer(min_rank, max_rank); rank > 0; --rank) sizes.push_back(size());
  return sizes;
}

Axes Draw::permutation(std::size_t rank) {
  Axes axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  shuffle(axes);
  return axes;
}

Axes Draw::some_axes(std::size_t rank) {
  Axes axes = permutation(rank);
  axes.resize(static_cast<std::size_t>(integer(0, static_cast<std::int64_t>(rank))));
  return axes;
}

Value Draw::reals(const Shape& shape, Domain domain) {
  const TensorType type{ElementType::f64, shape};
  const Value v = sample_.graph.add_tensor("w", type);
  sample_.graph.mark_parameter(v);
  const auto count = static_cast<std::size_t>(type.elements().value());
  // A shuffled grid, moved a little for each tensor of the sample.
  const Exact step = 4.0L / static_cast<Exact>(count + 1);
  const Exact start = domain == Domain::positive ? 0.5L : -2 + step / 2;
  const Exact shift = step * 0.07L * ++tensors_;
  std::vector<Exact> values;
  for (std::size_t i = 0; i < count; ++i) {
    values.push_back(start + shift + step * static_cast<Exact>(i));
  }
  std::shuffle(values.begin(), values.end(), *rng_);
  sample_.given[v] = {type, std::move(values)};
  return v;
}

Value Draw::whole_numbers(const Shape& shape, std::int64_t low, std::int64_t high,
                          ElementType element) {
  const TensorType type{element, shape};
  const Value v = sample_.graph.add_input("i", type);
  std::vector<Exact> values(static_cast<std::size_t>(type.elements().value()));
  for (Exact& x : values) x = static_cast<Exact>(integer(low, high));
  sample_.given[v] = {type, std::move(values)};
  return v;
}

Sample Draw::finish(Values outputs) {
  sample_.graph.set_outputs(std::move(outputs));
  return std::move(sample_);
}

Sample Draw::finish(std::string_view primitive, Values inputs, Attributes attributes) {
  return finish(builder_.emit_all(primitive, std::move(inputs), std::move(attributes)));
}

}  // namespace pfsday::ops
