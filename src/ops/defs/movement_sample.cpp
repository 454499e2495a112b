#include "ops/sample.h"

namespace pfsday::ops {
namespace {

Sample make_same(std::string_view name, Rng& rng) {
  Draw draw(rng);
  return draw.finish(name, {draw.reals(draw.shape(0, 5))});
}

/// Neighboring axes joined, axes of size 1 put in.
Sample make_reshape(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Shape from = draw.shape(0, 5);
  Axes to;
  for (const std::int64_t size : from) {
    if (draw.coin()) to.push_back(1);
    if (draw.coin() && !to.empty()) {
      to.back() *= size;
    } else {
      to.push_back(size);
    }
  }
  return draw.finish(name, {draw.reals(from)}, {{"shape", to}});
}

Sample make_transpose(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Shape shape = draw.shape(0, 5);
  return draw.finish(name, {draw.reals(shape)}, {{"permutation", draw.permutation(shape.size())}});
}

Sample make_broadcast(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Shape to = draw.shape(0, 5);
  Shape from(to.begin() + draw.integer(0, static_cast<std::int64_t>(to.size())), to.end());
  for (std::int64_t& size : from) {
    if (draw.coin()) size = 1;
  }
  return draw.finish(name, {draw.reals(from)}, {{"shape", to}});
}

Sample make_slice(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Shape shape = draw.shape(0, 5);
  Axes starts;
  Axes limits;
  for (const std::int64_t size : shape) {
    starts.push_back(draw.integer(0, size));
    limits.push_back(draw.integer(starts.back(), size));
  }
  return draw.finish(
      name, {draw.reals(shape)},
      {{"starts", starts}, {"limits", limits}, {"strides", draw.integers(shape.size(), 1, 3)}});
}

Sample make_pad(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Shape shape = draw.shape(0, 3);
  Axes low;
  Axes high;
  Axes interior;
  for (const std::int64_t size : shape) {
    interior.push_back(draw.integer(0, 2));
    const std::int64_t extent = size == 0 ? 0 : (size - 1) * (interior.back() + 1) + 1;
    low.push_back(draw.integer(-extent, 2));
    high.push_back(draw.integer(std::max<std::int64_t>(-extent - low.back(), -extent), 2));
  }
  return draw.finish(name, {draw.reals(shape)},
                     {{"low", low}, {"high", high}, {"interior", interior}});
}

Sample make_concat(std::string_view name, Rng& rng) {
  Draw draw(rng);
  Shape shape = draw.shape(1, 4);
  const std::int64_t axis = draw.integer(0, static_cast<std::int64_t>(shape.size()) - 1);
  Values parts;
  for (std::int64_t i = draw.integer(1, 3); i > 0; --i) {
    shape[static_cast<std::size_t>(axis)] = draw.size();
    parts.push_back(draw.reals(shape));
  }
  return draw.finish(name, parts, {{"axis", axis}});
}

Sample make_reverse(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Shape shape = draw.shape(0, 4);
  return draw.finish(name, {draw.reals(shape)}, {{"axes", draw.some_axes(shape.size())}});
}

/// To a type that holds the value, or to whole numbers.
Sample make_cast(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const ElementType to = draw.integer(0, 3) == 0 ? ElementType::i32 : ElementType::f32;
  return draw.finish(name, {draw.reals(draw.shape(0, 5))},
                     {{"to", std::string(graph::to_string(to))}});
}

constexpr PrimitiveSample samples[] = {
    {"reshape", make_reshape},
    {"transpose", make_transpose},
    {"broadcast", make_broadcast},
    {"slice", make_slice},
    {"pad", make_pad},
    {"concat", make_concat},
    {"reverse", make_reverse},
    {"cast", make_cast},
    {"neg", make_same},
    {"stop_gradient", make_same},
};

}  // namespace

extern constinit const SampleFamily movement_sample{samples};

}  // namespace pfsday::ops
