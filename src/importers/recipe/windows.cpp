// Windows of an image or a sequence, each a sequence of its own.
#include <fmt/format.h>

#include "importers/recipe/kinds.h"

namespace pfsday::recipe {
namespace {

/// How x [N, sizes..., C] is cut: [N, size / window, window, ..., C], and in which order its axes
/// then are batch and numbers of windows, places in a window, channels.
struct Cut {
  Shape apart = {};
  Axes order = {};
  std::int64_t windows = 1;  ///< of the whole batch
  std::int64_t steps = 1;    ///< of each
};

Result<Cut> cut_of(Layer& in, const Shape& x) {
  const std::size_t axes = x.size() - 2;
  const Axes sizes = TRY(in.axes_or("windows", axes, 1));
  Cut cut{.apart = {x[0]}, .order = {0}, .windows = x[0]};
  for (std::size_t i = 0; i < axes; ++i) {
    if (x[i + 1] % sizes[i] != 0) {
      return in.invalid(fmt::format("windows of {} do not divide {} evenly", sizes[i], x[i + 1]));
    }
    cut.apart.insert(cut.apart.end(), {x[i + 1] / sizes[i], sizes[i]});
    cut.windows *= x[i + 1] / sizes[i];
    cut.steps *= sizes[i];
  }
  cut.apart.push_back(x.back());
  for (const std::size_t first : {1, 2}) {
    for (std::size_t i = 0; i < axes; ++i) {
      cut.order.push_back(static_cast<std::int64_t>(2 * i + first));
    }
  }
  cut.order.push_back(static_cast<std::int64_t>(2 * axes) + 1);
  return cut;
}

Axes inverse(const Axes& order) {
  Axes back(order.size(), 0);
  for (std::size_t i = 0; i < order.size(); ++i) {
    back[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
  }
  return back;
}

}  // namespace

Result<Value> lower_windows(Lowering& to, Layer& in, Value x) {
  if (!is_sequence(to, x)) TRY(need_image(to, in, x));
  to.begin("", "Windows");
  const bool is_flat = is_sequence(to, x);
  if (!is_flat) x = channels_last(to, x);
  Shape whole = to.shape(x);
  const Cut cut = TRY(cut_of(in, whole));
  Builder& b = to.builder();
  const Value moved = b.transpose(b.reshape(x, cut.apart), cut.order);
  Shape moved_shape = to.shape(moved);
  const Value y =
      TRY(to.add_part(in, "layers", b.reshape(moved, {cut.windows, cut.steps, whole.back()})));
  to.begin("", "Windows");
  if (!is_sequence(to, y) || to.shape(y)[0] != cut.windows || to.shape(y)[1] != cut.steps) {
    return in.invalid(
        fmt::format("windows of {} steps come back as {}", cut.steps, to_string(to.shape(y))));
  }
  moved_shape.back() = whole.back() = channels_of(to, y);
  const Value together =
      b.reshape(b.transpose(b.reshape(y, moved_shape), inverse(cut.order)), whole);
  return is_flat ? together : channels_second(to, together);
}

}  // namespace pfsday::recipe
