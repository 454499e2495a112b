#include "ops/sample.h"

namespace pfsday::ops {
namespace {

/// Boxes from `low` to `high` corners, with scores in descending order.
Sample make_suppression(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const std::int64_t batches = draw.integer(0, 2);
  const std::int64_t n = draw.integer(0, 4);
  const Shape scores = {batches, draw.integer(0, 2), n};
  Builder& b = draw.builder();
  const Value low = draw.reals({batches, n, 2});
  const Value sizes = draw.reals({batches, n, 2}, Draw::Domain::positive);
  const Value boxes = b.concat({low, b.add(low, sizes)}, 2);
  const Values sorted = b.emit_all("top_k", {draw.reals(scores)},
                                   {{"axis", std::int64_t{2}},
                                    {"k", n},
                                    {"largest", std::int64_t{1}},
                                    {"last", std::int64_t{0}}});
  const Value overlap = b.scalar(ElementType::f64, 0.25);
  const Value score = b.scalar(ElementType::f64, draw.coin() ? -9 : 0);
  return draw.finish(name, {boxes, sorted[0], sorted[1], overlap, score},
                     {{"limit", draw.integer(0, 5)}});
}

constexpr PrimitiveSample samples[] = {{"box_suppression", make_suppression}};

}  // namespace

extern constinit const SampleFamily suppression_sample{samples};

}  // namespace pfsday::ops
