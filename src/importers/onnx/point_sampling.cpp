#include "importers/onnx/point_sampling.h"

#include <algorithm>

namespace pfsday::onnx {
namespace {

/// One tap along one axis: which element, and how it is weighted.
struct Tap {
  Value index;   ///< a real whole number, inside the (padded) axis
  Value weight;  ///< empty: one
};

/// In Horner's form: coefficients from the highest power down.
Value polynomial(Value x, std::initializer_list<graph::Exact> coefficients, Builder& b) {
  Value y;
  for (const graph::Exact c : coefficients) {
    if (!y) {
      y = b.full(b.type(x), c);
    } else {
      y = b.mul(y, x);
      if (c != 0) y = b.with_scalar("add", y, c);
    }
  }
  return y;
}

/// Weights of the cubic convolution with a = -0.75, by the fraction after the second tap.
std::vector<Value> cubic_weights(Value f, Builder& b) {
  constexpr graph::Exact a = -0.75L;
  return {polynomial(f, {a, -2 * a, a, 0}, b), polynomial(f, {a + 2, -(a + 3), 0, 1}, b),
          polynomial(f, {-(a + 2), 2 * a + 3, -a, 0}, b), polynomial(f, {-a, a, 0, 0}, b)};
}

/// Mirrors indices into 0..size-1: the remainder by the period, from whichever end is nearer.
Value reflected(Value i, std::int64_t size, bool at_centers, Builder& b) {
  const auto period = static_cast<graph::Exact>(at_centers ? 2 * (size - 1) : 2 * size);
  if (period == 0) return b.full(b.type(i), 0);
  const Value turns = b.emit("floor", {b.with_scalar("div", i, period)});
  const Value rest = b.sub(i, b.with_scalar("mul", turns, period));
  const Value last = b.scalar(b.type(i).element, at_centers ? period : period - 1);
  return b.min(rest, b.sub(last, rest));
}

Value clamped(Value i, graph::Exact low, graph::Exact high, Builder& b) {
  return b.with_scalar("min", b.with_scalar("max", i, low), high);
}

/// The index of a tap `offset` after a whole position. Zeros stand before and after the axis, so
/// that indices count from the one before.
Value index_of(Value whole, int offset, std::int64_t size, Outside outside, Builder& b) {
  const int shift = offset + (outside == Outside::zeros ? 1 : 0);
  const Value i = shift == 0 ? whole : b.with_scalar("add", whole, shift);
  const auto last = static_cast<graph::Exact>(size - 1);
  switch (outside) {
    case Outside::zeros:
      return clamped(i, 0, last + 2, b);
    case Outside::border:
      return clamped(i, 0, last, b);
    case Outside::reflect:
      return reflected(i, size, false, b);
    case Outside::reflect_centers:
      return reflected(i, size, true, b);
  }
  return {};
}

std::vector<Tap> taps_of(Value position, std::int64_t size, PointMode mode, Outside outside,
                         Builder& b) {
  if (mode == PointMode::nearest) {
    return {{index_of(b.emit("round", {position}), 0, size, outside, b), {}}};
  }
  const Value whole = b.emit("floor", {position});
  const Value fraction = b.sub(position, whole);
  const auto tap = [&](int offset, Value weight) {
    return Tap{index_of(whole, offset, size, outside, b), weight};
  };
  if (mode == PointMode::linear) {
    const Value one = b.scalar(b.type(fraction).element, 1);
    return {tap(0, b.sub(one, fraction)), tap(1, fraction)};
  }
  std::vector<Tap> taps;
  const auto weights = cubic_weights(fraction, b);
  for (int i = 0; i < 4; ++i) taps.push_back(tap(i - 1, weights[static_cast<std::size_t>(i)]));
  return taps;
}

/// A border of zeros around the axes after the batch.
Value with_zeros_around(Value x, std::size_t batch, std::size_t sizes, Builder& b) {
  Axes pads(b.shape(x).size(), 0);
  std::fill_n(pads.begin() + static_cast<std::ptrdiff_t>(batch), sizes, 1);
  return b.emit("pad", {x}, {{"low", pads}, {"high", pads}, {"interior", Axes(pads.size(), 0)}});
}

Value product(Value a, Value b, Builder& builder) {
  if (!a || !b) return a ? a : b;
  return builder.mul(a, b);
}

/// The corner whose tap along each axis is chosen.
Corner corner(Value x, const std::vector<const Tap*>& chosen, std::size_t batch, Builder& b) {
  Values coordinates;
  Value weight;
  for (const Tap* tap : chosen) {
    Shape column = b.shape(tap->index);
    column.push_back(1);
    coordinates.push_back(b.reshape(b.cast(tap->index, ElementType::i64), column));
    weight = product(weight, tap->weight, b);
  }
  const auto axis = std::ssize(b.shape(chosen[0]->index));
  const Value indices = b.concat(coordinates, axis);
  const auto batches = static_cast<std::int64_t>(batch);
  return {b.emit("gather_nd", {x, indices}, {{"batch", batches}}), weight};
}

}  // namespace

std::vector<Corner> corners_of(Value x, const Values& positions, std::size_t batch, PointMode mode,
                               Outside outside, Builder& b) {
  std::vector<std::vector<Tap>> taps;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    taps.push_back(taps_of(positions[i], b.shape(x)[batch + i], mode, outside, b));
  }
  if (outside == Outside::zeros) x = with_zeros_around(x, batch, positions.size(), b);
  std::vector<Corner> corners;
  std::vector<std::size_t> choice(taps.size(), 0);
  for (std::size_t axis = 0; axis < taps.size();) {
    std::vector<const Tap*> chosen;
    for (std::size_t i = 0; i < taps.size(); ++i) chosen.push_back(&taps[i][choice[i]]);
    corners.push_back(corner(x, chosen, batch, b));
    for (axis = 0; axis < taps.size() && ++choice[axis] == taps[axis].size(); ++axis) {
      choice[axis] = 0;
    }
  }
  return corners;
}

Value sample_points(Value x, const Values& positions, std::size_t batch, PointMode mode,
                    Outside outside, Builder& b) {
  const ElementType element = b.type(x).element;
  Value sum;
  for (const Corner& part : corners_of(x, positions, batch, mode, outside, b)) {
    Value value = part.values;
    if (part.weight) {
      Shape column = b.shape(part.weight);
      column.push_back(1);
      value = b.mul(value, b.reshape(b.cast(part.weight, element), column));
    }
    sum = sum ? b.add(sum, value) : value;
  }
  return sum;
}

Value move_axis(Value x, std::size_t from, std::size_t to, Builder& b) {
  Axes order = axes_from(0, b.type(x).rank());
  if (from >= order.size() || to >= order.size()) return x;
  const std::int64_t moved = order[from];
  order.erase(order.begin() + static_cast<std::ptrdiff_t>(from));
  order.insert(order.begin() + static_cast<std::ptrdiff_t>(to), moved);
  return b.transpose(x, order);
}

}  // namespace pfsday::onnx
