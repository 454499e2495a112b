#include <algorithm>

#include "ops/sample.h"

namespace pfsday::ops {
namespace {

Sample make_reduce(std::string_view name, Rng& rng) {
  Draw draw(rng);
  Shape shape = draw.shape(0, 5);
  if (name == "reduce_max") {
    // The maximum of nothing has no finite differences.
    std::ranges::replace(shape, 0, 1);
  }
  return draw.finish(name, {draw.reals(shape)}, {{"axes", draw.some_axes(shape.size())}});
}

constexpr PrimitiveSample samples[] = {{"reduce_sum", make_reduce}, {"reduce_max", make_reduce}};

}  // namespace

extern constinit const SampleFamily reduce_sample{samples};

}  // namespace pfsday::ops
