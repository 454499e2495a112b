// Whole axes repeated, interleaved, cropped or summed up: Tile, DepthToSpace, SpaceToDepth, Trilu,
// CenterCropPad, CumSum.
#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {
namespace {

constexpr std::int64_t step_limit = std::int64_t{1} << 60;

/// How often each axis is repeated. Before opset 6: one count and the axis it is for.
Result<Axes> read_repeats(const OnnxNode& node, std::int64_t rank, Builder& b) {
  Axes repeats(static_cast<std::size_t>(rank), 1);
  if (node.opset() < 6) {
    if (!node.has_input(2)) return fail(Code::input_missing, "the axis is missing");
    const std::int64_t named = TRY(known_integer(node, 2, b));
    const auto axis = static_cast<std::size_t>(TRY(checked_axis(named, rank)));
    repeats[axis] = TRY(known_integer(node, 1, b));
  } else {
    repeats = TRY(known_integers(node, 1, b));
  }
  const bool is_negative = std::ranges::any_of(repeats, [](std::int64_t r) { return r < 0; });
  if (std::ssize(repeats) == rank && !is_negative) return repeats;
  return fail(Code::shapes_disagree,
              fmt::format("repeats are {} for {} axes", to_string(repeats), rank));
}

/// Each axis [n] as [1, n], broadcast to [repeats, n], and joined again.
Result<Values> lower_tile(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Shape shape = b.shape(x);
  const Axes repeats = TRY(read_repeats(node, std::ssize(shape), b));
  Shape split;
  Shape repeated;
  Shape joined;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const Count size = Count(shape[i]) * repeats[i];
    if (size > Count(step_limit)) {
      return fail(Code::limit_exceeded,
                  fmt::format("{} tiled {} times", to_string(shape), to_string(repeats)));
    }
    split.insert(split.end(), {1, shape[i]});
    repeated.insert(repeated.end(), {repeats[i], shape[i]});
    joined.push_back(static_cast<std::int64_t>(size.value()));
  }
  TRY(check_limits({b.type(x).element, joined}));
  return Values{b.reshape(b.broadcast(b.reshape(x, split), repeated), joined)};
}

/// The size of a block, which must divide what `divides` says of [N, C, H, W].
Result<std::int64_t> read_block(const OnnxNode& node, const Shape& x,
                                bool (*divides)(std::int64_t block, const Shape& x)) {
  constexpr std::int64_t block_limit = std::int64_t{1} << 30;
  const std::int64_t block = TRY(node.integer("blocksize", 0));
  if (x.size() == 4 && block >= 1 && block <= block_limit && divides(block, x)) return block;
  return fail(Code::shapes_disagree, fmt::format("blocks of {} in {}", block, to_string(x)));
}

/// Depth is read as [block, block, channels], in mode CRD as [channels, block, block].
Result<Values> lower_depth_to_space(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Shape s = b.shape(x);
  const std::int64_t block = TRY(read_block(node, s, [](std::int64_t n, const Shape& whole) {
    return n * n <= std::max<std::int64_t>(whole[1], 1) && whole[1] % (n * n) == 0;
  }));
  const std::int64_t channels = s[1] / (block * block);
  const std::string_view mode = TRY(node.text("mode", "DCR"));
  const bool is_column_row = mode == "CRD";
  if (!is_column_row && mode != "DCR") {
    return fail(Code::attribute_invalid, fmt::format("mode is \"{}\"", mode));
  }
  const Shape split = is_column_row ? Shape{s[0], channels, block, block, s[2], s[3]}
                                    : Shape{s[0], block, block, channels, s[2], s[3]};
  const Axes order = is_column_row ? Axes{0, 1, 4, 2, 5, 3} : Axes{0, 3, 4, 1, 5, 2};
  const Value y = b.transpose(b.reshape(x, split), order);
  return Values{b.reshape(y, {s[0], channels, s[2] * block, s[3] * block})};
}

Result<Values> lower_space_to_depth(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Shape s = b.shape(x);
  const std::int64_t block = TRY(read_block(node, s, [](std::int64_t n, const Shape& whole) {
    const std::int64_t most = std::max<std::int64_t>(std::min(whole[2], whole[3]), 1);
    return n <= most && whole[2] % n == 0 && whole[3] % n == 0;
  }));
  const std::int64_t height = s[2] / block;
  const std::int64_t width = s[3] / block;
  const Value split = b.reshape(x, {s[0], s[1], height, block, width, block});
  const Value y = b.transpose(split, {0, 3, 5, 1, 2, 4});
  return Values{b.reshape(y, {s[0], s[1] * block * block, height, width})};
}

Result<Values> lower_trilu(const OnnxNode& node, Builder& b) {
  const std::int64_t upper = TRY(node.integer("upper", 1)) != 0 ? 1 : 0;
  std::int64_t diagonal = 0;
  if (node.has_input(1)) diagonal = TRY(known_integer(node, 1, b));
  diagonal = std::clamp(diagonal, -step_limit, step_limit);
  return Values{b.emit("triangle", {node.input(0)}, {{"upper", upper}, {"diagonal", diagonal}})};
}

/// Half of what is too much or missing goes before; the odd one after.
Result<Values> lower_center_crop_pad(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Shape shape = b.shape(x);
  const Axes all = axes_from(0, std::ssize(shape));
  const Axes stated = TRY(node.integers("axes", all));
  const Axes axes = TRY(checked_axes(stated, std::ssize(shape)));
  const Axes target = TRY(known_integers(node, 1, b));
  if (target.size() != axes.size()) {
    return fail(Code::shapes_disagree,
                fmt::format("sizes {} for axes {}", to_string(target), to_string(axes)));
  }
  Axes low(shape.size(), 0);
  Axes high(shape.size(), 0);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto at = static_cast<std::size_t>(axes[i]);
    if (target[i] < 0 || target[i] > step_limit) {
      return fail(Code::shapes_disagree, fmt::format("a size of {}", target[i]));
    }
    const std::int64_t missing = target[i] - shape[at];
    low[at] = missing / 2;
    high[at] = missing - low[at];
  }
  return Values{
      b.emit("pad", {x}, {{"low", low}, {"high", high}, {"interior", Axes(shape.size(), 0)}})};
}

/// The elements before each one alone: without the last, behind a zero.
Value before_each(Value x, std::size_t axis, Builder& b) {
  Shape limits = b.shape(x);
  if (limits[axis] == 0) return x;
  --limits[axis];
  const Value all_but_last = b.slice(x, Axes(limits.size(), 0), limits, Axes(limits.size(), 1));
  const Value sums =
      b.emit("cumulative_sum", {all_but_last}, {{"axis", static_cast<std::int64_t>(axis)}});
  Axes low(limits.size(), 0);
  low[axis] = 1;
  const Axes none(limits.size(), 0);
  return b.emit("pad", {sums}, {{"low", low}, {"high", none}, {"interior", none}});
}

Result<Values> lower_cumulative_sum(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const std::int64_t named = TRY(known_integer(node, 1, b));
  const std::int64_t axis = TRY(checked_axis(named, b.type(x).rank()));
  const bool is_reversed = TRY(node.integer("reverse", 0)) != 0;
  const bool is_exclusive = TRY(node.integer("exclusive", 0)) != 0;
  const auto turned = [&](Value v) {
    return is_reversed ? b.emit("reverse", {v}, {{"axes", Axes{axis}}}) : v;
  };
  const Value ordered = turned(x);
  if (!ordered) return Values{};
  const Value sums = is_exclusive ? before_each(ordered, static_cast<std::size_t>(axis), b)
                                  : b.emit("cumulative_sum", {ordered}, {{"axis", axis}});
  return Values{turned(sums)};
}

constexpr Lowering rows[] = {
    {.op = "Tile", .inputs = 2, .lower = lower_tile},
    {.op = "DepthToSpace", .lower = lower_depth_to_space},
    {.op = "SpaceToDepth", .lower = lower_space_to_depth},
    {.op = "Trilu", .lower = lower_trilu},
    {.op = "CenterCropPad", .inputs = 2, .lower = lower_center_crop_pad},
    {.op = "CumSum", .inputs = 2, .lower = lower_cumulative_sum},
};

}  // namespace

extern constinit const LoweringFamily rearrangement{rows};

}  // namespace pfsday::onnx
