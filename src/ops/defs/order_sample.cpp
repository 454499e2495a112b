#include "ops/sample.h"

namespace pfsday::ops {
namespace {

Sample make_top_k(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Shape shape = draw.shape(1, 3);
  const std::int64_t axis = draw.integer(0, std::ssize(shape) - 1);
  const std::int64_t k = draw.integer(0, shape[static_cast<std::size_t>(axis)]);
  const bool has_ties = draw.integer(0, 3) == 0;
  const Value x = has_ties ? draw.whole_numbers(shape, 0, 2) : draw.reals(shape);
  return draw.finish(
      name, {x},
      {{"axis", axis}, {"k", k}, {"largest", draw.integer(0, 1)}, {"last", draw.integer(0, 1)}});
}

Sample make_unique(std::string_view name, Rng& rng) {
  Draw draw(rng);
  Shape shape = draw.shape(0, 2);
  shape.insert(shape.begin(), draw.integer(0, 9));
  return draw.finish(name, {draw.whole_numbers(shape, 0, 2)}, {{"sorted", draw.integer(0, 1)}});
}

Sample make_nonzero(std::string_view name, Rng& rng) {
  Draw draw(rng);
  return draw.finish(name, {draw.whole_numbers(draw.shape(0, 3), 0, 1, ElementType::boolean)});
}

constexpr PrimitiveSample samples[] = {
    {"top_k", make_top_k}, {"unique", make_unique}, {"nonzero", make_nonzero}};

}  // namespace

extern constinit const SampleFamily order_sample{samples};

}  // namespace pfsday::ops
