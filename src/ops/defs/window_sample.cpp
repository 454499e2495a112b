#include <algorithm>

#include "ops/sample.h"
#include "ops/window.h"

namespace pfsday::ops {
namespace {

struct Pooling {
  Shape x, y;
  Attributes attributes;
};

/// True if each output along the axis has a tap inside the input.
bool reaches_input(const WindowAxis& axis) {
  for (std::int64_t o = 0; o < axis.output; ++o) {
    bool reaches = false;
    for (std::int64_t k = 0; k < axis.taps; ++k) {
      reaches = reaches || axis.is_real(axis.input_index(o, k));
    }
    if (!reaches) return false;
  }
  return true;
}

/// A maximum needs a real tap in each window: minus infinity has no finite differences.
Pooling draw_pooling(Draw& draw, bool only_real) {
  Pooling p;
  Axes taps, strides, dilations, low, high;
  for (std::int64_t rank = draw.integer(0, 3); rank > 0; --rank) {
    WindowAxis axis;
    std::int64_t pad_high = 0;
    do {
      axis = {.input = only_real ? draw.integer(1, 5) : draw.integer(0, 5),
              .taps = draw.integer(1, 3),
              .stride = draw.integer(1, 3),
              .dilation = draw.integer(1, 3),
              .pad_low = draw.integer(-1, 4)};
      pad_high = draw.integer(-1, 4);
      axis.output = window_output_size(axis.input, axis.taps, axis.stride, axis.dilation,
                                       axis.pad_low, pad_high);
    } while (axis.output < 1 || (only_real && !reaches_input(axis)));
    p.x.push_back(axis.input);
    p.y.push_back(axis.output);
    taps.push_back(axis.taps);
    strides.push_back(axis.stride);
    dilations.push_back(axis.dilation);
    low.push_back(axis.pad_low);
    high.push_back(pad_high);
  }
  p.attributes = {{"size", taps},
                  {"strides", strides},
                  {"pads_low", low},
                  {"pads_high", high},
                  {"dilations", dilations}};
  return p;
}

Sample make_window(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Pooling p = draw_pooling(draw, name == "window_max");
  return draw.finish(name, {draw.reals(p.x)}, p.attributes);
}

Sample make_sum_gradient(std::string_view name, Rng& rng) {
  Draw draw(rng);
  Pooling p = draw_pooling(draw, false);
  p.attributes.push_back({"input_sizes", p.x});
  return draw.finish(name, {draw.reals(p.y)}, p.attributes);
}

Sample make_max_gradient(std::string_view name, Rng& rng) {
  Draw draw(rng);
  const Pooling p = draw_pooling(draw, false);
  return draw.finish(name, {draw.reals(p.x), draw.reals(p.y)}, p.attributes);
}

constexpr PrimitiveSample samples[] = {
    {"window_sum", make_window},
    {"window_max", make_window},
    {"window_argmax", make_window},
    {"window_sum_gradient", make_sum_gradient},
    {"window_max_gradient", make_max_gradient},
};

}  // namespace

extern constinit const SampleFamily window_sample{samples};

}  // namespace pfsday::ops
