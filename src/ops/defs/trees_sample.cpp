#include "ops/sample.h"

namespace pfsday::ops {
namespace {

/// Two trees: node 0 with the leaves 1 and 2; node 3 with node 4 and leaf 5, and node 4 with the
/// leaves 6 and 7.
Sample make_trees(std::string_view name, Rng& rng) {
  Draw draw(rng);
  Builder& b = draw.builder();
  const auto list = [&](const Axes& values) { return b.integers(values); };
  const Value x = draw.reals({draw.size(), 3});
  const auto how = [&] { return draw.integer(1, 6) + 8 * draw.integer(0, 1); };
  const Value modes = list({how(), 0, 0, how(), how(), 0, 0, 0});
  const Value features = list(draw.integers(8, 0, 2));
  const Value thresholds = draw.reals({8});
  const Value if_true = list({1, 1, 2, 4, 6, 5, 6, 7});
  const Value if_false = list({2, 1, 2, 5, 7, 5, 6, 7});
  const Value first = list({0, 0, 2, 3, 3, 3, 4, 5, 6});
  const Value targets = list(draw.integers(6, 0, 1));
  const std::string aggregate = draw.coin() ? "sum" : draw.coin() ? "min" : "max";
  return draw.finish(
      name, {x, modes, features, thresholds, if_true, if_false, first, targets, draw.reals({6})},
      {{"targets", std::int64_t{2}},
       {"aggregate", aggregate},
       {"roots", Axes{0, 3}},
       {"depths", Axes{1, 2}},
       {"weights", Axes{2, 1}}});
}

constexpr PrimitiveSample samples[] = {{"decision_trees", make_trees}};

}  // namespace

extern constinit const SampleFamily trees_sample{samples};

}  // namespace pfsday::ops
