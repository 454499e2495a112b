#include "ops/sample.h"

namespace pfsday::ops {
namespace {

/// Too long to be folded.
Sample make_iota(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const bool is_whole = draw.coin();
  Attributes attributes = {{"element", std::string(is_whole ? "i64" : "f64")},
                           {"size", draw.integer(8193, 8200)}};
  if (is_whole) {
    attributes.push_back({"start", draw.integer(-9, 9)});
    attributes.push_back({"step", draw.integer(-3, 3)});
  } else {
    attributes.push_back({"start", static_cast<double>(draw.integer(-9, 9)) / 4});
    attributes.push_back({"step", 0.25});
  }
  return draw.finish(name, {}, attributes);
}

Sample make_triangle(std::string_view name, Rng& rng) {
  Draw draw(rng);
  return draw.finish(name, {draw.reals(draw.shape(2, 4))},
                     {{"upper", draw.integer(0, 1)}, {"diagonal", draw.integer(-3, 3)}});
}

constexpr PrimitiveSample samples[] = {{"iota", make_iota}, {"triangle", make_triangle}};

}  // namespace

extern constinit const SampleFamily pattern_sample{samples};

}  // namespace pfsday::ops
