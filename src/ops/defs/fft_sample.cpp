#include "ops/sample.h"

namespace pfsday::ops {
namespace {

Sample make_fft(std::string_view name, Rng& rng) {
  Draw draw(rng);
  Shape shape = draw.shape(0, 2);
  shape.insert(shape.end(), {draw.integer(1, 30), 2});
  return draw.finish(name, {draw.reals(shape)}, {{"inverse", draw.integer(0, 1)}});
}

constexpr PrimitiveSample samples[] = {{"fft", make_fft}};

}  // namespace

extern constinit const SampleFamily fft_sample{samples};

}  // namespace pfsday::ops
