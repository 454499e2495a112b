#include "ops/sample.h"

namespace pfsday::ops {
namespace {

Sample make_opaque(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Value texts = draw.whole_numbers(draw.shape(0, 3), 0, 0, ElementType::text);
  Values inputs = {texts};
  if (draw.coin()) inputs.push_back(draw.reals(draw.shape(0, 3)));
  return draw.finish(name, inputs,
                     {{"op", std::string("FooBar")},
                      {"element", std::string(draw.coin() ? "text" : "i64")},
                      {"shape", Axes(draw.shape(0, 4))}});
}

constexpr PrimitiveSample samples[] = {{"opaque", make_opaque}};

}  // namespace

extern constinit const SampleFamily opaque_sample{samples};

}  // namespace pfsday::ops
