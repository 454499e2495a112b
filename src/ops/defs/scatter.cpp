// Single elements and slices picked by their coordinates, and put or combined into a tensor.
#include <fmt/format.h>

#include <algorithm>

#include "ops/builder.h"
#include "ops/evaluation.h"
#include "ops/gradients.h"
#include "ops/infer.h"

namespace pfsday::ops {
namespace {

constexpr std::string_view gather_elements_doc = R"(
Elements of x picked along an axis, each by an index of its own.

  inputs   x   indices   integer, of x's rank; no longer than x along the other axes
  attrs    axis
  output   y of the shape of the indices: y[..., i, ...] = x[..., indices[..., i, ...], ...]
  derive   dx = combine_elements(0, indices, dy, add)

Negative indices count from the end; an index outside the axis picks zero.
)";
constexpr std::string_view scatter_elements_doc = R"(
x, where updates replace the elements that gather_elements picks.

  inputs   x   indices   updates of the shape of the indices
  attrs    axis
  output   y of x's type
  derive   dx = scatter_elements(dy, indices, 0), dupdates = gather_elements(dy, indices)

An index outside the axis puts nothing. The last update of an element counts; the derivative takes
them for distinct.
)";
constexpr std::string_view combine_elements_doc = R"(
x, where updates are combined with the elements that gather_elements picks.

  inputs   x   indices   updates of the shape of the indices
  attrs    axis; mode   add, mul, max or min
  output   y of x's type
  work     one add, multiply or compare for each update
  derive   add: dx = dy, dupdates = gather(dy)
           mul: dx = dy * combine(1, updates, mul), dupdates = gather(dy * y) / updates
           max, min: dx = select(x = y, dy, 0), dupdates likewise of gather(y) and gather(dy)

An index outside the axis combines nothing.
)";
constexpr std::string_view gather_nd_doc = R"(
Slices of x picked by coordinates.

  inputs   x [batch..., sizes..., inner...]   indices [batch..., picked..., k]   integer, k sizes
  attrs    batch   how many axes are shared
  output   y [batch..., picked..., inner...]
  derive   dx = combine_nd(0, indices, dy, add)

Negative coordinates count from the end; coordinates outside x pick zeros.
)";
constexpr std::string_view scatter_nd_doc = R"(
x, where updates replace the slices that gather_nd picks.

  inputs   x   indices   updates of the shape that gather_nd picks
  attrs    batch
  output   y of x's type
  derive   dx = scatter_nd(dy, indices, 0), dupdates = gather_nd(dy, indices)

Coordinates outside x put nothing. The last update of a slice counts; the derivative takes them for
distinct.
)";
constexpr std::string_view combine_nd_doc = R"(
x, where updates are combined with the slices that gather_nd picks.

  inputs   x   indices   updates of the shape that gather_nd picks
  attrs    batch; mode   add, mul, max or min
  output   y of x's type
  work     one add, multiply or compare for each element of the updates
  derive   as combine_elements

Coordinates outside x combine nothing.
)";

Result<void> check_indices(const NodeView& node) {
  if (graph::is_integer(node.input_type(1).element)) return {};
  return fail(Code::type_unsupported, fmt::format("indices are {} instead of integers",
                                                  to_string(node.input_type(1).element)));
}

std::unexpected<Error> misfit(const NodeView& node) {
  return fail(Code::shapes_disagree,
              fmt::format("indices {} do not fit {}", to_string(node.input_shape(1)),
                          to_string(node.input_shape(0))));
}

// Two ways to say where: an index along one axis for each element, or coordinates of slices. Each
// has the shape of what is picked, and visits (offset in the whole, offset in what is picked).

/// One coordinate of an index; none if it is outside the axis.
std::optional<std::int64_t> wrapped(Exact index, std::int64_t size) {
  if (index < 0) index += static_cast<Exact>(size);
  if (index < 0 || index >= static_cast<Exact>(size)) return std::nullopt;
  return static_cast<std::int64_t>(index);
}

struct ByElement {
  static Result<Shape> picked_shape(const NodeView& node) {
    TRY(check_indices(node));
    const Shape& x = node.input_shape(0);
    const Shape& indices = node.input_shape(1);
    const auto axis = TRY(require_integer(node, "axis", 0, node.input_type(0).rank() - 1));
    if (indices.size() != x.size()) return misfit(node);
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (static_cast<std::int64_t>(i) != axis && indices[i] > x[i]) return misfit(node);
    }
    return indices;
  }

  static Attributes attributes(const NodeView& node) { return {{"axis", node.integer("axis")}}; }

  template <class Visit>
  static void for_each(const NodeView& node, const auto& indices, Visit&& visit) {
    const Shape& whole = node.input_shape(0);
    const Axes strides = strides_of(whole);
    const auto axis = static_cast<std::size_t>(node.integer("axis"));
    for_each_index(node.input_shape(1), [&](const Axes& at, std::size_t position) {
      const auto chosen = wrapped(value_of(indices[position]), whole[axis]);
      if (!chosen) return;
      Axes from = at;
      from[axis] = *chosen;
      visit(offset_of(from, strides), position);
    });
  }

  static constexpr std::string_view gather = "gather_elements", scatter = "scatter_elements",
                                    combine = "combine_elements";
};

struct BySlice {
  static Result<Shape> picked_shape(const NodeView& node) {
    TRY(check_indices(node));
    const Shape& x = node.input_shape(0);
    const Shape& indices = node.input_shape(1);
    if (indices.empty()) return misfit(node);
    const auto ranks = std::min(node.input_type(0).rank(), node.input_type(1).rank() - 1);
    const auto batch = TRY(require_integer(node, "batch", 0, ranks));
    const bool shares = std::equal(x.begin(), x.begin() + batch, indices.begin());
    if (!shares || indices.back() > node.input_type(0).rank() - batch) return misfit(node);
    Shape picked(indices.begin(), indices.end() - 1);
    picked.insert(picked.end(), x.begin() + batch + indices.back(), x.end());
    return picked;
  }

  static Attributes attributes(const NodeView& node) { return {{"batch", node.integer("batch")}}; }

  template <class Visit>
  static void for_each(const NodeView& node, const auto& indices, Visit&& visit) {
    const Shape& whole = node.input_shape(0);
    const Axes strides = strides_of(whole);
    const auto batch = static_cast<std::size_t>(node.integer("batch"));
    const auto depth = static_cast<std::size_t>(node.input_shape(1).back());
    const Shape slices(node.input_shape(1).begin(), node.input_shape(1).end() - 1);
    const Shape inner(whole.begin() + static_cast<std::ptrdiff_t>(batch + depth), whole.end());
    const auto slice_size = static_cast<std::size_t>(graph::element_count(inner).value());
    for_each_index(slices, [&](const Axes& at, std::size_t slice) {
      std::int64_t offset = 0;
      for (std::size_t i = 0; i < batch; ++i) offset += at[i] * strides[i];
      for (std::size_t i = 0; i < depth; ++i) {
        const auto chosen = wrapped(value_of(indices[slice * depth + i]), whole[batch + i]);
        if (!chosen) return;
        offset += *chosen * strides[batch + i];
      }
      for (std::size_t i = 0; i < slice_size; ++i) {
        visit(static_cast<std::size_t>(offset) + i, slice * slice_size + i);
      }
    });
  }

  static constexpr std::string_view gather = "gather_nd", scatter = "scatter_nd",
                                    combine = "combine_nd";
};

template <class Where>
Result<TensorTypes> infer_gather(const NodeView& node) {
  return TensorTypes{{node.input_type(0).element, TRY(Where::picked_shape(node))}};
}

template <class Where>
Result<TensorTypes> infer_scatter(const NodeView& node) {
  const TensorType updates{node.input_type(0).element, TRY(Where::picked_shape(node))};
  if (node.input_type(2) == updates) return TensorTypes{node.input_type(0)};
  return fail(Code::shapes_disagree,
              fmt::format("updates are {} instead of {}", to_string(node.input_type(2)),
                          to_string(updates)));
}

enum class Mode : std::uint8_t { add, mul, max, min };
constexpr std::string_view mode_names[] = {"add", "mul", "max", "min"};

std::optional<Mode> find_mode(std::string_view name) {
  const auto* found = std::ranges::find(mode_names, name);
  if (found == std::end(mode_names)) return std::nullopt;
  return static_cast<Mode>(found - std::begin(mode_names));
}

template <class Where>
Result<TensorTypes> infer_combine(const NodeView& node) {
  const std::string mode = TRY(require_text(node, "mode"));
  if (!find_mode(mode)) return fail(Code::attribute_invalid, fmt::format("mode \"{}\"", mode));
  const ElementType element = node.input_type(0).element;
  if (!graph::is_real(element) && !graph::is_integer(element)) {
    return fail(Code::type_unsupported,
                fmt::format("{} is not defined for {}", node.kind().name, to_string(element)));
  }
  return infer_scatter<Where>(node);
}

Work work_of_combine(const NodeView& node, const Rules&) {
  const Count updates = node.input_type(2).elements();
  switch (*find_mode(node.text("mode"))) {
    case Mode::add:
      return {.add = updates};
    case Mode::mul:
      return {.mul = updates};
    default:
      return {.compare = updates};
  }
}

template <class Where>
Value gather_of(Builder& b, const NodeView& node, Value whole) {
  return b.emit(Where::gather, {whole, node.input(1)}, Where::attributes(node));
}

template <class Where>
Value combine_of(Builder& b, const NodeView& node, Value x, Value updates, Mode mode) {
  Attributes attributes = Where::attributes(node);
  attributes.push_back({"mode", std::string(mode_names[static_cast<std::size_t>(mode)])});
  return b.emit(Where::combine, {x, node.input(1), updates}, std::move(attributes));
}

template <class Where>
void derive_gather(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (!out.needs(0)) return;
  const Value zero = out.graph().full(node.input_type(0), 0);
  out.add(0, combine_of<Where>(out.graph(), node, zero, dy[0], Mode::add));
}

template <class Where>
void derive_scatter(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  Builder& b = out.graph();
  if (out.needs(0)) {
    const Value zero = b.full(node.input_type(2), 0);
    out.add(0, b.emit(Where::scatter, {dy[0], node.input(1), zero}, Where::attributes(node)));
  }
  if (out.needs(2)) out.add(2, gather_of<Where>(b, node, dy[0]));
}

template <class Where>
void derive_product(const NodeView& node, Value dy, Gradients& out) {
  Builder& b = out.graph();
  if (out.needs(0)) {
    const Value one = b.full(node.input_type(0), 1);
    out.add(0, b.mul(dy, combine_of<Where>(b, node, one, node.input(2), Mode::mul)));
  }
  if (out.needs(2)) {
    const Value of_y = gather_of<Where>(b, node, b.mul(dy, node.output(0)));
    out.add(2, b.div(of_y, node.input(2)));
  }
}

template <class Where>
void derive_winner(const NodeView& node, Value dy, Gradients& out) {
  Builder& b = out.graph();
  const auto where_equal = [&](Value operand, Value result, Value adjoint) {
    const Value wins = b.emit("equal", {operand, result});
    return b.select(wins, adjoint, b.full(b.type(adjoint), 0));
  };
  if (out.needs(0)) out.add(0, where_equal(node.input(0), node.output(0), dy));
  if (out.needs(2)) {
    const Value result = gather_of<Where>(b, node, node.output(0));
    out.add(2, where_equal(node.input(2), result, gather_of<Where>(b, node, dy)));
  }
}

template <class Where>
void derive_combine(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  switch (*find_mode(node.text("mode"))) {
    case Mode::add:
      if (out.needs(0)) out.add(0, dy[0]);
      if (out.needs(2)) out.add(2, gather_of<Where>(out.graph(), node, dy[0]));
      return;
    case Mode::mul:
      return derive_product<Where>(node, dy[0], out);
    default:
      return derive_winner<Where>(node, dy[0], out);
  }
}

template <class Where, class Scalar>
void evaluate_gather(const NodeView& node, Evaluation<Scalar>& run) {
  Where::for_each(node, run.input(1).data, [&](std::size_t whole, std::size_t part) {
    run.output(0).data[part] = run.input(0).data[whole];
  });
}

template <class Where, class Scalar>
void evaluate_scatter(const NodeView& node, Evaluation<Scalar>& run) {
  run.output(0).data = run.input(0).data;
  Where::for_each(node, run.input(1).data, [&](std::size_t whole, std::size_t part) {
    run.output(0).data[whole] = run.input(2).data[part];
  });
}

template <class Scalar>
Scalar combined(Mode mode, const Scalar& a, const Scalar& b) {
  switch (mode) {
    case Mode::add:
      return add(a, b);
    case Mode::mul:
      return multiply(a, b);
    case Mode::max:
      return larger(a, b);
    default:
      count_one<Scalar>(&Work::compare);
      return value_of(b) < value_of(a) ? b : a;
  }
}

/// What is combined with an element outside is counted, as a kernel without a test would do it.
template <class Where, class Scalar>
void evaluate_combine(const NodeView& node, Evaluation<Scalar>& run) {
  const Mode mode = *find_mode(node.text("mode"));
  std::size_t outside = run.input(2).data.size();
  run.output(0).data = run.input(0).data;
  Where::for_each(node, run.input(1).data, [&](std::size_t whole, std::size_t part) {
    Scalar& y = run.output(0).data[whole];
    y = combined(mode, y, run.input(2).data[part]);
    --outside;
  });
  for (; outside > 0; --outside) combined<Scalar>(mode, 0, 0);
}

template <class Where>
consteval Primitive gather_row(std::string_view doc) {
  return {.kind = {.name = Where::gather, .inputs = 2, .doc = doc},
          .cost = Cost::movement,
          .infer = infer_gather<Where>,
          .derive = derive_gather<Where>,
          .evaluate = {evaluate_gather<Where, Exact>, evaluate_gather<Where, Tally>}};
}

template <class Where>
consteval Primitive scatter_row(std::string_view doc) {
  return {.kind = {.name = Where::scatter, .inputs = 3, .doc = doc},
          .cost = Cost::movement,
          .infer = infer_scatter<Where>,
          .derive = derive_scatter<Where>,
          .evaluate = {evaluate_scatter<Where, Exact>, evaluate_scatter<Where, Tally>}};
}

template <class Where>
consteval Primitive combine_row(std::string_view doc) {
  return {.kind = {.name = Where::combine, .inputs = 3, .doc = doc},
          .infer = infer_combine<Where>,
          .work = work_of_combine,
          .derive = derive_combine<Where>,
          .evaluate = {evaluate_combine<Where, Exact>, evaluate_combine<Where, Tally>}};
}

constexpr Primitive defs[] = {
    gather_row<ByElement>(gather_elements_doc),   scatter_row<ByElement>(scatter_elements_doc),
    combine_row<ByElement>(combine_elements_doc), gather_row<BySlice>(gather_nd_doc),
    scatter_row<BySlice>(scatter_nd_doc),         combine_row<BySlice>(combine_nd_doc),
};

}  // namespace

extern constinit const PrimitiveFamily scatter{"Elements and slices by coordinates", defs};

}  // namespace pfsday::ops
