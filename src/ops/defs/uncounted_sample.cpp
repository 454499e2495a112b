#include "ops/sample.h"

namespace pfsday::ops {
namespace {

Sample make_uncounted(std::string_view, Rng& rng) {
  Draw draw(rng);
  const Value x = draw.reals(draw.shape(0, 5));
  TensorTypes types = {draw.builder().type(x)};
  if (draw.coin()) types.push_back(TensorType{});
  return draw.finish(draw.builder().uncounted({x}, types, "FooBar", "nobody knows it"));
}

Sample make_custom(std::string_view, Rng& rng) {
  Draw draw(rng);
  const Value x = draw.reals(draw.shape(0, 5));
  const Axes work = {1, 2, 3, 4, 5, 6};
  const Axes gradient = draw.coin() ? work : Axes{};
  return draw.finish(
      draw.builder().custom({x}, {draw.builder().type(x)}, "FooBar", work, gradient));
}

Sample make_gradient_of(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Value x = draw.reals(draw.shape(0, 3));
  const Value y = draw.builder().mul(x, x);
  return draw.finish(name, {y, x, x},
                     {{"wanted", std::int64_t{1}},
                      {"op", std::string("Gradient")},
                      {"reason", std::string("nobody expands it")}});
}

constexpr PrimitiveSample samples[] = {
    {"custom", make_custom}, {"gradient_of", make_gradient_of}, {"uncounted", make_uncounted}};

}  // namespace

extern constinit const SampleFamily uncounted_sample{samples};

}  // namespace pfsday::ops
