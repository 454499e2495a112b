#include <algorithm>

#include "ops/sample.h"

namespace pfsday::ops {
namespace {

Sample make_reduce(std::string_view name, Rng& rng) {
  Draw draw(rng);
  Shape shape = draw.shape(0, 5);
  if (name == "reduce_max" || name == "reduce_min") {
    // The maximum of nothing has no finite differences.
    std::ranges::replace(shape, 0, 1);
  }
  return draw.finish(name, {draw.reals(shape)}, {{"axes", draw.some_axes(shape.size())}});
}

Sample make_product(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Shape shape = draw.shape(0, 3);
  return draw.finish(name, {draw.reals(shape)}, {{"axes", draw.some_axes(shape.size())}});
}

Sample make_product_gradient(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Shape shape = draw.shape(0, 3);
  const Axes axes = draw.some_axes(shape.size());
  const Value x = draw.reals(shape);
  Shape dy;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (!std::ranges::count(axes, static_cast<std::int64_t>(i))) dy.push_back(shape[i]);
  }
  return draw.finish(name, {x, draw.reals(dy)}, {{"axes", axes}});
}

constexpr PrimitiveSample samples[] = {{"reduce_sum", make_reduce},
                                       {"reduce_max", make_reduce},
                                       {"reduce_min", make_reduce},
                                       {"reduce_product", make_product},
                                       {"reduce_product_gradient", make_product_gradient}};

}  // namespace

extern constinit const SampleFamily reduce_sample{samples};

}  // namespace pfsday::ops
