// DFT, STFT, the windows, and MelWeightMatrix.
//
// The windows and the mel weights follow from sizes and rates that must be known, as the shape of
// the result does: they are constants, and cost nothing.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "importers/onnx/held_budget.h"

namespace pfsday::onnx {
namespace {

using graph::Exact;

/// Crops the axis to `size`, or fills it up with zeros.
Value fit_axis(Value x, std::size_t axis, std::int64_t size, Builder& b) {
  const std::size_t rank = b.shape(x).size();
  Axes high(rank, 0);
  high[axis] = size - b.shape(x)[axis];
  if (high[axis] == 0) return x;
  return b.emit("pad", {x}, {{"low", Axes(rank, 0)}, {"high", high}, {"interior", Axes(rank, 0)}});
}

/// Indices 0..size-1 of the axis.
Value first_along(Value x, std::size_t axis, std::int64_t size, Builder& b) {
  Axes limits = b.shape(x);
  limits[axis] = size;
  return b.slice(x, Axes(limits.size(), 0), limits, Axes(limits.size(), 1));
}

/// A known size in 1..2^31; hostile ones would not fit into memory.
Result<std::int64_t> known_size(const OnnxNode& node, std::size_t input, Builder& b) {
  const Exact size = TRY(known_scalar(node, input, b));
  if (size >= 1 && size <= 0x1p31L) return static_cast<std::int64_t>(size);
  return fail(Code::attribute_invalid,
              fmt::format("\"{}\" is {}", node.input_name(input), static_cast<double>(size)));
}

/// x [..., n, 1 or 2] as complex rows, transformed along `axis`.
Value transform(Value x, std::size_t axis, bool inverse, Builder& b) {
  const std::size_t rank = b.shape(x).size();
  Axes swapped = axes_from(0, static_cast<std::int64_t>(rank));
  std::swap(swapped[axis], swapped[rank - 2]);
  const Value rows = b.transpose(fit_axis(x, rank - 1, 2, b), swapped);
  return b.transpose(b.emit("fft", {rows}, {{"inverse", std::int64_t{inverse}}}), swapped);
}

/// The axis: an attribute, since operator set 20 an input; not the last one.
Result<std::size_t> transformed_axis(const OnnxNode& node, std::int64_t rank, Builder& b) {
  std::int64_t stated = node.opset() < 20 ? TRY(node.integer("axis", 1)) : -2;
  if (node.has_input(2)) stated = static_cast<std::int64_t>(TRY(known_scalar(node, 2, b)));
  const std::int64_t axis = TRY(checked_axis(stated, rank));
  if (axis < rank - 1) return static_cast<std::size_t>(axis);
  return fail(Code::attribute_invalid, "the last axis holds the parts of complex numbers");
}

Result<void> check_parts(const Shape& shape) {
  if (shape.size() >= 2 && (shape.back() == 1 || shape.back() == 2)) return {};
  return fail(Code::shapes_disagree,
              fmt::format("{} holds neither real nor complex numbers", to_string(shape)));
}

/// The inverse is scaled by 1 / n; of one that is one-sided the first n / 2 + 1 elements are kept.
Result<Values> lower_dft(const OnnxNode& node, Builder& b) {
  Value x = node.input(0);
  TRY(check_parts(b.shape(x)));
  const std::size_t axis = TRY(transformed_axis(node, b.type(x).rank(), b));
  std::int64_t n = b.shape(x)[axis];
  if (node.has_input(1)) n = TRY(known_size(node, 1, b));
  const bool inverse = TRY(node.integer("inverse", 0)) != 0;
  const bool onesided = TRY(node.integer("onesided", 0)) != 0;
  if (inverse && onesided) {
    return fail(Code::type_unsupported, "an inverse transform to one side is not defined");
  }
  Value y = transform(fit_axis(x, axis, n, b), axis, inverse, b);
  if (inverse) y = b.with_scalar("mul", y, 1 / static_cast<Exact>(n));
  return Values{onesided ? first_along(y, axis, n / 2 + 1, b) : y};
}

struct Frames {
  std::int64_t length = 0, step = 0, count = 0;
};

/// Of a signal [batch, size, parts]; the length is stated, or that of the window.
Result<Frames> read_frames(const OnnxNode& node, std::int64_t size, Builder& b) {
  Frames frames;
  frames.step = TRY(known_size(node, 1, b));
  if (node.has_input(3)) {
    frames.length = TRY(known_size(node, 3, b));
  } else if (node.has_input(2)) {
    frames.length = static_cast<std::int64_t>(b.type(node.input(2)).elements().value());
  }
  if (frames.length >= 1 && frames.length <= size) {
    frames.count = (size - frames.length) / frames.step + 1;
    return frames;
  }
  return fail(Code::shapes_disagree,
              fmt::format("frames of {} of a signal of {}", frames.length, size));
}

/// The frames of a signal [batch, size, parts] as [batch, count, length, parts]: both length and
/// step are whole numbers of blocks, and block i of all frames is a strided slice.
Result<Value> cut_frames(Value signal, const Frames& frames, Builder& b) {
  constexpr std::int64_t most_blocks = 4096;
  const Shape shape = b.shape(signal);
  const std::int64_t block = std::gcd(frames.length, frames.step);
  const std::int64_t blocks = shape[1] / block;
  const std::int64_t stride = frames.step / block;
  if (frames.length / block > most_blocks) {
    return fail(Code::type_unsupported, fmt::format("frames of {} every {} have too many pieces",
                                                    frames.length, frames.step));
  }
  const Value cut =
      b.reshape(first_along(signal, 1, blocks * block, b), {shape[0], blocks, block, shape[2]});
  Values pieces;
  for (std::int64_t i = 0; i < frames.length / block; ++i) {
    const std::int64_t limit = i + (frames.count - 1) * stride + 1;
    pieces.push_back(
        b.slice(cut, {0, i, 0, 0}, {shape[0], limit, block, shape[2]}, {1, stride, 1, 1}));
  }
  return b.reshape(b.concat(pieces, 2), {shape[0], frames.count, frames.length, shape[2]});
}

/// Each frame times the window, transformed; of real signals the first half by default.
Result<Values> lower_stft(const OnnxNode& node, Builder& b) {
  Value signal = node.input(0);
  Shape shape = b.shape(signal);
  if (shape.size() == 2) signal = b.reshape(signal, {shape[0], shape[1], 1});
  shape = b.shape(signal);
  TRY(check_parts(shape));
  if (shape.size() != 3) return fail(Code::shapes_disagree, "a signal has three axes");
  const Frames frames = TRY(read_frames(node, shape[1], b));
  Value y = TRY(cut_frames(signal, frames, b));
  if (const Value window = node.input(2)) y = b.mul(y, b.reshape(window, {frames.length, 1}));
  y = transform(y, 2, false, b);
  const bool onesided = TRY(node.integer("onesided", 1)) != 0;
  return Values{onesided ? first_along(y, 2, frames.length / 2 + 1, b) : y};
}

/// A constant of a float type that an attribute names, f32 by default.
Result<Values> constant_of(const OnnxNode& node, Shape shape, std::vector<Exact> values,
                           Builder& b) {
  const ElementType element = element_type_of(TRY(node.integer("output_datatype", 1)));
  if (!graph::is_real(element) && !graph::is_integer(element)) {
    return fail(Code::type_unsupported, fmt::format("a window of {}", to_string(element)));
  }
  for (Exact& value : values) value = graph::to_element(element, value);
  return Values{b.constant(Literal::of({element, std::move(shape)}, std::move(values)))};
}

Result<void> check_held(Count elements, Builder& b) {
  if (can_hold(elements, b)) return {};
  return fail(Code::type_unsupported,
              fmt::format("a constant of {} elements", units::to_digits(elements)));
}

/// a0 - a1 cos(2 pi i / n) + a2 cos(4 pi i / n), where n is the size, or one less if the window is
/// symmetric.
Result<Values> lower_window(const OnnxNode& node, Builder& b, Exact a0, Exact a1, Exact a2) {
  const std::int64_t size = TRY(known_size(node, 0, b));
  TRY(check_held(size, b));
  const bool is_periodic = TRY(node.integer("periodic", 1)) != 0;
  const std::int64_t period = std::max<std::int64_t>(1, is_periodic ? size : size - 1);
  std::vector<Exact> values;
  for (std::int64_t i = 0; i < size; ++i) {
    const Exact angle =
        2 * std::numbers::pi_v<Exact> * static_cast<Exact>(i) / static_cast<Exact>(period);
    values.push_back(a0 - a1 * std::cos(angle) + a2 * std::cos(2 * angle));
  }
  return constant_of(node, {size}, std::move(values), b);
}

Result<Values> lower_hann(const OnnxNode& node, Builder& b) {
  return lower_window(node, b, 0.5L, 0.5L, 0);
}
Result<Values> lower_hamming(const OnnxNode& node, Builder& b) {
  return lower_window(node, b, 25 / 46.0L, 21 / 46.0L, 0);
}
Result<Values> lower_blackman(const OnnxNode& node, Builder& b) {
  return lower_window(node, b, 0.42L, 0.5L, 0.08L);
}

Exact to_mel(Exact hertz) { return 2595 * std::log10(1 + hertz / 700); }
Exact from_mel(Exact mel) { return 700 * (std::pow(Exact{10}, mel / 2595) - 1); }

struct MelBands {
  std::int64_t bands = 0, bins = 0;
  std::vector<std::int64_t> edges;  ///< bins where bands begin, peak and end
};

Result<MelBands> read_bands(const OnnxNode& node, Builder& b) {
  MelBands mel;
  mel.bands = TRY(known_size(node, 0, b));
  const std::int64_t length = TRY(known_size(node, 1, b));
  const std::int64_t rate = TRY(known_size(node, 2, b));
  const Exact low = to_mel(TRY(known_scalar(node, 3, b)));
  const Exact high = to_mel(TRY(known_scalar(node, 4, b)));
  mel.bins = length / 2 + 1;
  TRY(check_held(Count(mel.bands + 2) * mel.bins, b));
  const Exact step = (high - low) / static_cast<Exact>(mel.bands + 2);
  for (std::int64_t i = 0; i < mel.bands + 2; ++i) {
    const Exact hertz = from_mel(low + step * static_cast<Exact>(i));
    const Exact edge =
        std::floor(static_cast<Exact>(length + 1) * hertz / static_cast<Exact>(rate));
    const auto last = static_cast<Exact>(mel.bins);
    mel.edges.push_back(edge >= 0 && edge <= last ? static_cast<std::int64_t>(edge) : mel.bins);
  }
  return mel;
}

/// The weight of a bin in the triangle of a band.
Exact mel_weight(std::int64_t bin, std::int64_t low, std::int64_t peak, std::int64_t high) {
  if (bin == peak && low == peak) return 1;
  const auto share = [](std::int64_t part, std::int64_t whole) {
    return static_cast<Exact>(part) / static_cast<Exact>(whole);
  };
  if (bin >= low && bin <= peak) return share(bin - low, peak - low);
  if (bin > peak && bin < high) return share(high - bin, high - peak);
  return 0;
}

Result<Values> lower_mel_weights(const OnnxNode& node, Builder& b) {
  const MelBands mel = TRY(read_bands(node, b));
  std::vector<Exact> weights;
  for (std::int64_t bin = 0; bin < mel.bins; ++bin) {
    for (std::size_t i = 0; i + 2 < mel.edges.size(); ++i) {
      weights.push_back(mel_weight(bin, mel.edges[i], mel.edges[i + 1], mel.edges[i + 2]));
    }
  }
  return constant_of(node, {mel.bins, mel.bands}, std::move(weights), b);
}

constexpr Lowering rows[] = {
    {.op = "DFT", .lower = lower_dft},
    {.op = "STFT", .inputs = 2, .lower = lower_stft},
    {.op = "HannWindow", .lower = lower_hann},
    {.op = "HammingWindow", .lower = lower_hamming},
    {.op = "BlackmanWindow", .lower = lower_blackman},
    {.op = "MelWeightMatrix", .inputs = 5, .lower = lower_mel_weights},
};

}  // namespace

extern constinit const LoweringFamily signal{rows};

}  // namespace pfsday::onnx
