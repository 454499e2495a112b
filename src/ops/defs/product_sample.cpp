#include "ops/sample.h"

namespace pfsday::ops {
namespace {

/// The axes of one operand in random order: where each batch and contracted axis is.
struct Operand {
  Shape shape;
  Axes batch, contract;
};

Operand arrange(Draw& draw, const Shape& batch, const Shape& contract) {
  Shape sizes = batch;
  sizes.insert(sizes.end(), contract.begin(), contract.end());
  const Shape free = draw.shape(0, 2);
  sizes.insert(sizes.end(), free.begin(), free.end());
  const Axes place = draw.permutation(sizes.size());
  Operand operand{Shape(sizes.size()), {}, {}};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    operand.shape[static_cast<std::size_t>(place[i])] = sizes[i];
    if (i < batch.size()) {
      operand.batch.push_back(place[i]);
    } else if (i < batch.size() + contract.size()) {
      operand.contract.push_back(place[i]);
    }
  }
  return operand;
}

Sample make_dot(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Shape batch = draw.shape(0, 2);
  const Shape contract = draw.shape(0, 2);
  const Operand a = arrange(draw, batch, contract);
  const Operand b = arrange(draw, batch, contract);
  return draw.finish(name, {draw.reals(a.shape), draw.reals(b.shape)},
                     {{"batch_a", a.batch},
                      {"batch_b", b.batch},
                      {"contract_a", a.contract},
                      {"contract_b", b.contract}});
}

constexpr PrimitiveSample samples[] = {{"dot", make_dot}};

}  // namespace

extern constinit const SampleFamily product_sample{samples};

}  // namespace pfsday::ops
