#include "ops/window.h"

#include <gtest/gtest.h>

namespace pfsday::ops {
namespace {

/// The same numbers by looking at every output and tap.
struct Looked {
  std::int64_t pairs = 0, outputs = 0;
};

Looked look(const WindowAxis& axis) {
  Looked looked;
  for (std::int64_t o = 0; o < axis.output; ++o) {
    std::int64_t real = 0;
    for (std::int64_t k = 0; k < axis.taps; ++k) {
      if (axis.is_real(o * axis.stride + k * axis.dilation - axis.pad_low)) ++real;
    }
    looked.pairs += real;
    looked.outputs += real > 0 ? 1 : 0;
  }
  return looked;
}

/// Calls visit for every small window, those that hang over either end included.
template <class Visit>
void for_each_small_window(Visit&& visit) {
  for (std::int64_t input = 0; input <= 6; ++input) {
    for (std::int64_t taps = 1; taps <= 4; ++taps) {
      for (std::int64_t stride = 1; stride <= 4; ++stride) {
        for (std::int64_t dilation = 1; dilation <= 4; ++dilation) {
          for (std::int64_t pad = -3; pad <= 7; ++pad) {
            for (std::int64_t output = 0; output <= 7; ++output) {
              visit(WindowAxis{input, output, taps, stride, dilation, pad});
            }
          }
        }
      }
    }
  }
}

TEST(WindowAxis, ClosedFormsAgreeWithLooking) {
  for_each_small_window([](const WindowAxis& a) {
    const Looked looked = look(a);
    ASSERT_TRUE(a.real_pairs() == Count(looked.pairs) && a.real_outputs() == Count(looked.outputs))
        << "input " << a.input << ", output " << a.output << ", taps " << a.taps << ", stride "
        << a.stride << ", dilation " << a.dilation << ", pad " << a.pad_low << ": "
        << to_digits(a.real_pairs()) << " pairs instead of " << looked.pairs << ", "
        << to_digits(a.real_outputs()) << " outputs instead of " << looked.outputs;
  });
}

TEST(WindowAxis, CountsHugeWindowsAtOnce) {
  // Every output o reads taps 0 to o of a window padded low by all but one of its taps.
  const std::int64_t n = std::int64_t{1} << 40;
  const WindowAxis causal{.input = n, .output = n, .taps = n, .pad_low = n - 1};
  EXPECT_EQ(causal.real_pairs(), Count(n / 2) * (n + 1));
  EXPECT_EQ(causal.real_outputs(), Count(n));
  const WindowAxis largest{.input = size_limit,
                           .output = size_limit,
                           .taps = size_limit,
                           .stride = window_limit,
                           .dilation = window_limit,
                           .pad_low = window_limit};
  EXPECT_LE(largest.real_pairs(), Count(size_limit) * size_limit);
  EXPECT_LE(largest.real_outputs(), Count(size_limit));
}

TEST(Window, OutputSizes) {
  const struct {
    std::string_view name;
    std::int64_t input, taps, stride, dilation, low, high, output;
  } cases[] = {
      {"valid", 7, 3, 1, 1, 0, 0, 5},
      {"same", 7, 3, 1, 1, 1, 1, 7},
      {"strided", 224, 7, 2, 1, 3, 3, 112},
      {"dilated", 7, 3, 1, 2, 0, 0, 3},
      {"rounded down", 8, 3, 2, 1, 0, 0, 3},
      {"cropped", 7, 3, 1, 1, -1, -1, 3},
      {"just fits", 3, 3, 5, 1, 0, 0, 1},
      {"does not fit", 2, 3, 1, 1, 0, 0, 0},
      {"far too wide", 2, size_limit, 1, window_limit, 0, 0, 0},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(window_output_size(c.input, c.taps, c.stride, c.dilation, c.low, c.high), c.output);
  }
}

}  // namespace
}  // namespace pfsday::ops
