#include "ops/sample.h"

namespace pfsday::ops {
namespace {

Sample make_unpack(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Value x = draw.whole_numbers(draw.shape(1, 3), 0, 255, ElementType::u8);
  return draw.finish(name, {x}, {{"bits", 2 * draw.integer(1, 2)}});
}

constexpr PrimitiveSample samples[] = {{"unpack", make_unpack}};

}  // namespace

extern constinit const SampleFamily packing_sample{samples};

}  // namespace pfsday::ops
