#include "ops/sample.h"

namespace pfsday::ops {
namespace {

/// The three tensors of one convolution, and its attributes.
struct Convolution {
  Shape x, w, y;
  Attributes attributes;
};

Axes spatial(const Shape& shape) { return {shape.begin() + 2, shape.end()}; }

/// Adds one spatial axis that the window fits.
void add_axis(Draw& draw, Convolution& c, Window& window) {
  std::int64_t input = 0;
  std::int64_t output = 0;
  const std::size_t axis = window.size.size();
  Window last;
  do {
    input = draw.integer(1, 6);
    last = {draw.integers(1, 1, 3), draw.integers(1, 1, 3), draw.integers(1, -1, 4),
            draw.integers(1, -1, 4), draw.integers(1, 1, 2)};
    output = last.output_size(0, input);
  } while (output < 1);
  c.x.push_back(input);
  c.w.push_back(last.size[0]);
  c.y.push_back(output);
  window.size.resize(axis + 1, last.size[0]);
  window.strides.resize(axis + 1, last.strides[0]);
  window.pads_low.resize(axis + 1, last.pads_low[0]);
  window.pads_high.resize(axis + 1, last.pads_high[0]);
  window.dilations.resize(axis + 1, last.dilations[0]);
}

Convolution draw_convolution(Draw& draw) {
  const std::int64_t groups = draw.integer(1, 3);
  const std::int64_t channels = draw.integer(1, 2);
  const std::int64_t filters = draw.integer(1, 2) * groups;
  const std::int64_t batch = draw.integer(0, 2);
  Convolution c{{batch, channels * groups}, {filters, channels}, {batch, filters}, {}};
  Window window;
  const std::int64_t rank = draw.integer(1, 3);
  for (std::int64_t i = 0; i < rank; ++i) add_axis(draw, c, window);
  c.attributes = {{"strides", window.strides},
                  {"pads_low", window.pads_low},
                  {"pads_high", window.pads_high},
                  {"dilations", window.dilations},
                  {"groups", groups}};
  return c;
}

Sample make_convolution(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Convolution c = draw_convolution(draw);
  return draw.finish(name, {draw.reals(c.x), draw.reals(c.w)}, c.attributes);
}

Sample make_input_gradient(std::string_view name, Rng& rng) {
  Draw draw(rng);
  Convolution c = draw_convolution(draw);
  c.attributes.push_back({"input_sizes", spatial(c.x)});
  return draw.finish(name, {draw.reals(c.y), draw.reals(c.w)}, c.attributes);
}

Sample make_filter_gradient(std::string_view name, Rng& rng) {
  Draw draw(rng);
  Convolution c = draw_convolution(draw);
  c.attributes.push_back({"kernel_sizes", spatial(c.w)});
  return draw.finish(name, {draw.reals(c.x), draw.reals(c.y)}, c.attributes);
}

constexpr PrimitiveSample samples[] = {
    {"convolution", make_convolution},
    {"convolution_input_gradient", make_input_gradient},
    {"convolution_filter_gradient", make_filter_gradient},
};

}  // namespace

extern constinit const SampleFamily convolution_sample{samples};

}  // namespace pfsday::ops
