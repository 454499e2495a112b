#include "ops/sample.h"

namespace pfsday::ops {
namespace {

Sample make_cumulative_sum(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Shape shape = draw.shape(1, 3);
  return draw.finish(name, {draw.reals(shape)}, {{"axis", draw.integer(0, std::ssize(shape) - 1)}});
}

constexpr PrimitiveSample samples[] = {{"cumulative_sum", make_cumulative_sum}};

}  // namespace

extern constinit const SampleFamily cumulative_sample{samples};

}  // namespace pfsday::ops
