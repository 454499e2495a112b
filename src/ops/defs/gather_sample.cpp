#include "ops/sample.h"

namespace pfsday::ops {
namespace {

/// A tensor, an axis of it, and integers that pick along that axis.
struct Pick {
  Shape whole, part, picked;
  std::int64_t axis = 0, size = 0;
};

Pick draw_pick(Draw& draw) {
  Pick p;
  p.whole = draw.shape(1, 4);
  p.axis = draw.integer(0, static_cast<std::int64_t>(p.whole.size()) - 1);
  std::int64_t& size = p.whole[static_cast<std::size_t>(p.axis)];
  if (size == 0) size = 1;
  p.size = size;
  p.picked = draw.shape(0, 2);
  const auto at = p.whole.begin() + p.axis;
  p.part.assign(p.whole.begin(), at);
  p.part.insert(p.part.end(), p.picked.begin(), p.picked.end());
  p.part.insert(p.part.end(), at + 1, p.whole.end());
  return p;
}

Sample make_gather(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Pick p = draw_pick(draw);
  const Value indices = draw.whole_numbers(p.picked, -p.size, p.size - 1);
  return draw.finish(name, {draw.reals(p.whole), indices}, {{"axis", p.axis}});
}

Sample make_scatter_add(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Pick p = draw_pick(draw);
  const Value indices = draw.whole_numbers(p.picked, -p.size - 1, p.size);
  return draw.finish(name, {draw.reals(p.part), indices}, {{"axis", p.axis}, {"size", p.size}});
}

constexpr PrimitiveSample samples[] = {{"gather", make_gather}, {"scatter_add", make_scatter_add}};

}  // namespace

extern constinit const SampleFamily gather_sample{samples};

}  // namespace pfsday::ops
