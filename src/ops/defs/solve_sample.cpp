#include "ops/sample.h"

namespace pfsday::ops {
namespace {

/// Square matrices with a diagonal so large that none is near a singular one. Their rows may be in
/// another order, so that pivots are looked for.
Sample make_matrices(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const std::int64_t n = draw.size();
  Shape shape = draw.shape(0, 2);
  shape.insert(shape.end(), 2, n);
  Axes rows = draw.permutation(static_cast<std::size_t>(n));
  std::vector<Exact> diagonal;
  for (const std::int64_t row : rows) {
    for (std::int64_t j = 0; j < n; ++j) diagonal.push_back(j == row ? 10 : 0);
  }
  Builder& b = draw.builder();
  const Value large = b.constant(Literal::of({ElementType::f64, {n, n}}, diagonal));
  return draw.finish({b.emit(name, {b.add(draw.reals(shape), large)})});
}

constexpr PrimitiveSample samples[] = {{"determinant", make_matrices}, {"inverse", make_matrices}};

}  // namespace

extern constinit const SampleFamily solve_sample{samples};

}  // namespace pfsday::ops
