#include "ops/sample.h"

namespace pfsday::ops {
namespace {

Sample make_routed_dot(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const std::int64_t matrices = draw.integer(1, 3);
  const Shape sizes = {draw.size(), draw.size(), draw.size()};
  const Value x = draw.reals({sizes[0], sizes[2]});
  const Value w = draw.reals({matrices, sizes[1], sizes[2]});
  return draw.finish(name, {x, w, draw.whole_numbers({sizes[0]}, 0, matrices - 1)});
}

Sample make_routed_outer(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const std::int64_t matrices = draw.integer(1, 3);
  const Shape sizes = {draw.size(), draw.size(), draw.size()};
  const Value a = draw.reals({sizes[0], sizes[1]});
  const Value b = draw.reals({sizes[0], sizes[2]});
  return draw.finish(name, {a, b, draw.whole_numbers({sizes[0]}, 0, matrices - 1)},
                     {{"matrices", matrices}});
}

constexpr PrimitiveSample samples[] = {{"routed_dot", make_routed_dot},
                                       {"routed_outer", make_routed_outer}};

}  // namespace

extern constinit const SampleFamily routing_sample{samples};

}  // namespace pfsday::ops
