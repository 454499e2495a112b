// Windows that slide: reduce-window, and select-and-scatter, its gradient for maxima.
#include <fmt/format.h>

#include <algorithm>

#include "importers/hlo/complex.h"
#include "importers/hlo/reduction.h"
#include "importers/hlo/scope.h"
#include "ops/body.h"
#include "ops/infer.h"

namespace pfsday::hlo {
namespace {

ops::Window window_of(const WindowText& text) {
  return {.size = text.size,
          .strides = text.strides,
          .pads_low = text.pads_low,
          .pads_high = text.pads_high,
          .dilations = text.rhs_dilations};
}

/// With zeros between the elements, where the window says so.
Value dilated(Value x, const WindowText& text, Builder& b) {
  const bool is_dense = std::ranges::all_of(text.lhs_dilations, [](auto d) { return d == 1; });
  if (is_dense || !x) return x;
  Axes interior;
  for (const std::int64_t d : text.lhs_dilations) interior.push_back(d - 1);
  const Axes none(interior.size(), 0);
  return b.emit("pad", {x}, {{"low", none}, {"high", none}, {"interior", interior}});
}

Result<std::int64_t> taps_of(const WindowText& text) {
  Count taps = 1;
  for (const std::int64_t size : text.size) taps *= size;
  if (taps <= Count(ops::size_limit)) return static_cast<std::int64_t>(taps.value());
  return fail(Code::limit_exceeded, "a window of more than 2^60 taps");
}

/// Any computation: taps - 1 times for each element of the result.
Result<Values> fold_windows(const Node& node, const WindowText& text, Builder& b) {
  const Computation& computation = *TRY(node.computation("to_apply"));
  if (node.type().is_open) return open_sizes();
  const TensorTypes types = node.result_types();
  const Values all = node.all_arrays();
  ops::LoopValues in;
  for (std::size_t i = 0; i < types.size(); ++i) {
    in.carried.push_back(moved({all[i]}, types[i], node.op(), b));
  }
  const std::int64_t taps = TRY(taps_of(text));
  if (taps <= 1) return in.carried;
  const auto trip = [&](Builder& inner, const ops::LoopValues& values) -> Result<ops::LoopValues> {
    std::vector<Values> arguments;
    for (const Value v : values.carried) arguments.push_back({v});
    for (std::size_t i = 0; i < types.size(); ++i) {
      arguments.push_back({moved({inner.capture(all[i])}, types[i], node.op(), inner)});
    }
    Scope inside(node.scope().context(), inner, computation, node.scope().times());
    Values combined = TRY(inside.run_wide(arguments));
    for (std::size_t i = 0; i < combined.size() && i < types.size(); ++i) {
      combined[i] = inner.broadcast(combined[i], types[i].shape);
    }
    return ops::LoopValues{.carried = std::move(combined)};
  };
  return TRY(ops::build_loop(b, taps - 1, in, trip)).carried;
}

Result<WindowText> window_text(const Node& node, std::int64_t rank) {
  WindowText text = TRY(parse_window(node.text("window"), static_cast<std::size_t>(rank)));
  if (std::ssize(text.size) == rank) return text;
  return fail(Code::attribute_invalid,
              fmt::format("a window over {} axes of a tensor of rank {}", text.size.size(), rank));
}

Result<Values> lower_reduce_window(const Node& node, Builder& b) {
  const Value x = TRY(node.operand(0));
  const WindowText text = TRY(window_text(node, b.type(x).rank()));
  const std::string_view op = combiner_of(*TRY(node.computation("to_apply")));
  if (node.operand_count() != 2 || text.size.empty() || is_complex(b.type(x).element)) {
    return fold_windows(node, text, b);
  }
  const ops::Window window = window_of(text);
  const Value spread = dilated(x, text, b);
  if (op == "add") return Values{b.window_sum(spread, window)};
  if (op == "maximum") return Values{b.window_max(spread, window)};
  if (op == "minimum") {
    return Values{b.neg(b.window_max(b.neg(spread), window))};
  }
  return fold_windows(node, text, b);
}

/// Each element of the source is combined with the element of the operand's place that the
/// selection picks in its window: taps - 1 selections, one combination.
Result<Values> lower_select_and_scatter(const Node& node, Builder& b) {
  const Value x = TRY(node.operand(0));
  const Value source = TRY(node.operand(1));
  const WindowText text = TRY(window_text(node, b.type(x).rank()));
  const Computation& select = *TRY(node.computation("select"));
  const Computation& scatter = *TRY(node.computation("scatter"));
  const TensorType& small = b.type(source);
  Scope& scope = node.scope();
  ops::LoopValues in{.carried = {moved({x}, {b.type(x).element, small.shape}, node.op(), b)}};
  const auto trip = [&](Builder& inner, const ops::LoopValues& values) -> Result<ops::LoopValues> {
    const Value best = values.carried[0];
    const Value other = moved({inner.capture(x)}, inner.type(best), node.op(), inner);
    const std::vector<Values> arguments = {{best}, {other}};
    const Values picks =
        TRY(Scope(scope.context(), inner, select, scope.times()).run_wide(arguments));
    if (picks.size() != 1) return fail(Code::graph_invalid, "its selection is no one value");
    return ops::LoopValues{
        .carried = {moved({picks[0], best, other}, inner.type(best), node.op(), inner)}};
  };
  const std::int64_t taps = TRY(taps_of(text));
  Value best = in.carried[0];
  if (taps > 1) {
    const Values after = TRY(ops::build_loop(b, taps - 1, in, trip)).carried;
    if (after.empty()) return Values{};
    best = after[0];
  }
  const Value initial = TRY(node.operand(2));
  const Value old = moved({best, initial}, small, node.op(), b);
  const std::vector<Values> arguments = {{old}, {source}};
  const Values combined =
      TRY(Scope(scope.context(), b, scatter, scope.times()).run_wide(arguments));
  const TensorType type = TRY(node.result_type());
  return Values{moved(combined, type, node.op(), b)};
}

constexpr Lowering lowerings[] = {{"reduce-window", lower_reduce_window, false, true},
                                  {"select-and-scatter", lower_select_and_scatter}};

}  // namespace

extern constinit const LoweringFamily window{lowerings};

}  // namespace pfsday::hlo
