#include "ops/sample.h"

namespace pfsday::ops {
namespace {

Sample make_random(std::string_view name, Rng& rng) {
  Draw draw(rng);
  return draw.finish(name, {}, {{"shape", draw.shape(0, 5)}, {"element", std::string("f64")}});
}

constexpr PrimitiveSample samples[] = {{"random", make_random}, {"random_normal", make_random}};

}  // namespace

extern constinit const SampleFamily random_sample{samples};

}  // namespace pfsday::ops
