#include "ops/sample.h"

namespace pfsday::ops {
namespace {

Sample make_binary(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Shape shape = draw.shape(0, 5);
  const Value a = draw.whole_numbers(shape, 0, 200, ElementType::u8);
  return draw.finish(name, {a, draw.whole_numbers(shape, 0, 9, ElementType::u8)});
}

Sample make_not(std::string_view name, Rng& rng) {
  Draw draw(rng);
  return draw.finish(name, {draw.whole_numbers(draw.shape(0, 5), -100, 100)});
}

constexpr PrimitiveSample samples[] = {
    {"bit_and", make_binary}, {"bit_or", make_binary},     {"bit_xor", make_binary},
    {"bit_not", make_not},    {"shift_left", make_binary}, {"shift_right", make_binary},
};

}  // namespace

extern constinit const SampleFamily bits_sample{samples};

}  // namespace pfsday::ops
