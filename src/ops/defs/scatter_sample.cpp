#include <array>

#include "ops/sample.h"

namespace pfsday::ops {
namespace {

/// A tensor, indices into it, and the shape of what they pick.
struct Pick {
  Shape whole, part;
  Value indices = {};
  Attributes attributes = {};
};

/// An integer input that holds these values, half of them counted from the end.
Value indices_of(Draw& draw, const Shape& shape, const Axes& values, const Axes& sizes) {
  const Value v = draw.whole_numbers(shape, 0, 0);
  std::size_t i = 0;
  for (Exact& x : draw.contents(v)) {
    const std::int64_t size = sizes[i % sizes.size()];
    x = static_cast<Exact>(draw.coin() ? values[i] : values[i] - size);
    ++i;
  }
  return v;
}

/// Along the axis, no index twice.
Pick draw_elements(Draw& draw) {
  Pick pick{.whole = draw.shape(1, 3), .part = {}};
  const std::int64_t axis = draw.integer(0, std::ssize(pick.whole) - 1);
  const auto at = static_cast<std::size_t>(axis);
  if (pick.whole[at] == 0) pick.whole[at] = 3;
  for (const std::int64_t size : pick.whole) pick.part.push_back(draw.integer(0, size));
  const Axes strides = strides_of(pick.part);
  Axes values(static_cast<std::size_t>(graph::element_count(pick.part).value()));
  for_each_index(pick.part, [&](const Axes& index, std::size_t) {
    if (index[at] != 0) return;
    const Axes order = draw.permutation(static_cast<std::size_t>(pick.whole[at]));
    for (std::int64_t i = 0; i < pick.part[at]; ++i) {
      values[offset_of(index, strides) + static_cast<std::size_t>(i * strides[at])] =
          order[static_cast<std::size_t>(i)];
    }
  });
  pick.indices = indices_of(draw, pick.part, values, {pick.whole[at]});
  pick.attributes = {{"axis", axis}};
  return pick;
}

/// In each batch, no slice twice.
Pick draw_slices(Draw& draw) {
  const Shape batch = draw.integers(static_cast<std::size_t>(draw.integer(0, 1)), 1, 2);
  const Axes sizes = draw.integers(static_cast<std::size_t>(draw.integer(1, 2)), 1, 3);
  const Shape inner = draw.shape(0, 1);
  const auto slices = static_cast<std::size_t>(graph::element_count(sizes).value());
  const std::int64_t picked = draw.integer(1, static_cast<std::int64_t>(slices));
  Axes coordinates;
  for (std::int64_t i = 0; i < (batch.empty() ? 1 : batch[0]); ++i) {
    Axes order = draw.permutation(slices);
    order.resize(static_cast<std::size_t>(picked));
    for (const std::int64_t slice : order) {
      if (sizes.size() > 1) coordinates.push_back(slice / sizes[1]);
      coordinates.push_back(sizes.size() > 1 ? slice % sizes[1] : slice);
    }
  }
  Pick pick{.whole = batch, .part = batch};
  pick.whole.insert(pick.whole.end(), sizes.begin(), sizes.end());
  pick.whole.insert(pick.whole.end(), inner.begin(), inner.end());
  pick.part.push_back(picked);
  Shape index_shape = pick.part;
  index_shape.push_back(std::ssize(sizes));
  pick.part.insert(pick.part.end(), inner.begin(), inner.end());
  pick.indices = indices_of(draw, index_shape, coordinates, sizes);
  pick.attributes = {{"batch", std::ssize(batch)}};
  return pick;
}

template <Pick (*draw_pick)(Draw&)>
Sample make_gather(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Pick pick = draw_pick(draw);
  return draw.finish(name, {draw.reals(pick.whole), pick.indices}, pick.attributes);
}

template <Pick (*draw_pick)(Draw&)>
Sample make_scatter(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Pick pick = draw_pick(draw);
  const Value x = draw.reals(pick.whole);
  return draw.finish(name, {x, pick.indices, draw.reals(pick.part)}, pick.attributes);
}

/// Some indices lie outside, or are the same.
template <Pick (*draw_pick)(Draw&)>
Sample make_combine(std::string_view name, Rng& rng) {
  Draw draw(rng);
  Pick pick = draw_pick(draw);
  for (Exact& index : draw.contents(pick.indices)) {
    if (draw.integer(0, 4) == 0) index = draw.coin() ? 0 : 9;
  }
  constexpr std::array modes = {"add", "mul", "max", "min"};
  const std::string mode = modes[static_cast<std::size_t>(draw.integer(0, 3))];
  pick.attributes.push_back({"mode", mode});
  const Value x = draw.reals(pick.whole, Draw::Domain::positive);
  const Value updates = draw.reals(pick.part, Draw::Domain::positive);
  return draw.finish(name, {x, pick.indices, updates}, pick.attributes);
}

constexpr PrimitiveSample samples[] = {
    {"gather_elements", make_gather<draw_elements>},
    {"scatter_elements", make_scatter<draw_elements>},
    {"combine_elements", make_combine<draw_elements>},
    {"gather_nd", make_gather<draw_slices>},
    {"scatter_nd", make_scatter<draw_slices>},
    {"combine_nd", make_combine<draw_slices>},
};

}  // namespace

extern constinit const SampleFamily scatter_sample{samples};

}  // namespace pfsday::ops
