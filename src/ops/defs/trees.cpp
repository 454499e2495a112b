// Ensembles of decision trees.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "ops/builder.h"
#include "ops/evaluation.h"
#include "ops/infer.h"

namespace pfsday::ops {
namespace {

constexpr std::string_view trees_doc = R"(
An ensemble of decision trees: each example goes from the root of each tree to a leaf, and combines
the weights of the leaf into its targets.

  inputs   x [examples, features]; then of each tree node:
           mode   0 leaf; 1 x <= t, 2 x < t, 3 x >= t, 4 x > t, 5 x = t, 6 x != t; 8 more if a
                  missing x (not a number) goes the way of true
           feature, threshold t, true child, false child
           first  [nodes + 1] where its weights begin; those of the next node follow
           then of each weight: target, weight
  attrs    targets; aggregate   sum, min or max
           roots, depths, weights   of each tree: its root, the most compares on a path, the most
           weights of a leaf
  output   y [examples, targets]; zero for a target without weights
  work     of each example: sum of depths compare; sum of weights add, or compare for min and max
  derive   none: the result is a step in x

Each example takes as many steps as its tree is deep, as examples that go side by side do: at a leaf
it stays. One that stops at its leaf takes fewer.
)";

enum Input : std::uint8_t {
  x_input,
  mode,
  feature,
  threshold,
  if_true,
  if_false,
  first,
  target,
  weight
};

Result<void> check_node_lists(const NodeView& node) {
  const Shape& nodes = node.input_shape(mode);
  const Shape& weights = node.input_shape(weight);
  bool fits = node.input_type(x_input).rank() == 2 && nodes.size() == 1 && weights.size() == 1;
  for (const Input i : {feature, threshold, if_true, if_false}) {
    fits = fits && node.input_shape(i) == nodes;
  }
  fits =
      fits && node.input_shape(first) == Shape{nodes[0] + 1} && node.input_shape(target) == weights;
  for (const Input i : {mode, feature, if_true, if_false, first, target}) {
    fits = fits && graph::is_integer(node.input_type(i).element);
  }
  fits = fits && graph::is_real(node.input_type(weight).element) &&
         node.input_type(x_input).element == node.input_type(threshold).element;
  if (fits) return {};
  return fail(Code::shapes_disagree, "the lists of decision_trees do not fit each other");
}

Result<TensorTypes> infer_trees(const NodeView& node) {
  TRY(check_node_lists(node));
  const Axes roots = TRY(require_axes(node, "roots", 0, node.input_shape(mode)[0] - 1));
  TRY(require_sizes(node, "depths", roots.size(), 0, size_limit));
  TRY(require_sizes(node, "weights", roots.size(), 0, size_limit));
  const std::string aggregate = TRY(require_text(node, "aggregate"));
  if (aggregate != "sum" && aggregate != "min" && aggregate != "max") {
    return fail(Code::attribute_invalid, fmt::format("aggregate is \"{}\"", aggregate));
  }
  const std::int64_t targets = TRY(require_integer(node, "targets", 1, size_limit));
  return TensorTypes{{node.input_type(weight).element, {node.input_shape(x_input)[0], targets}}};
}

Count sum_of(const Axes& terms) { return std::accumulate(terms.begin(), terms.end(), Count(0)); }

Work work_of_trees(const NodeView& node, const Rules&) {
  const bool is_sum = node.text("aggregate") == "sum";
  const Count combined = sum_of(node.axes("weights"));
  const Count steps = sum_of(node.axes("depths"));
  Work work{.add = is_sum ? combined : Count(0), .compare = is_sum ? steps : steps + combined};
  return work *= node.input_shape(x_input)[0];
}

bool goes_to_true(int mode_of_node, Exact x, Exact t) {
  if (std::isnan(x)) return (mode_of_node & 8) != 0;
  switch (mode_of_node & 7) {
    case 1:
      return x <= t;
    case 2:
      return x < t;
    case 3:
      return x >= t;
    case 4:
      return x > t;
    case 5:
      return x == t;
    default:
      return x != t;
  }
}

template <class Scalar>
class Walk {
 public:
  Walk(const NodeView& node, Evaluation<Scalar>& run) : node_(node), run_(run) {}

  void example(std::size_t row) {
    const Axes& roots = node_.axes("roots");
    seen_.assign(static_cast<std::size_t>(node_.integer("targets")), false);
    for (std::size_t tree = 0; tree < roots.size(); ++tree) {
      std::int64_t at = roots[tree];
      for (std::int64_t step = node_.axes("depths")[tree]; step > 0; --step) at = next(row, at);
      combine(row, at, node_.axes("weights")[tree]);
    }
  }

 private:
  std::int64_t list(Input i, std::int64_t at) const {
    return static_cast<std::int64_t>(value_of(run_.input(i).data[static_cast<std::size_t>(at)]));
  }
  std::size_t width() const { return static_cast<std::size_t>(run_.input(x_input).shape()[1]); }

  /// The child that the example goes to; at a leaf, the leaf.
  std::int64_t next(std::size_t row, std::int64_t at) const {
    count_one<Scalar>(&Work::compare);
    const auto how = static_cast<int>(list(mode, at));
    if (how == 0) return at;
    const auto column = static_cast<std::size_t>(list(feature, at));
    const Exact x = value_of(run_.input(x_input).data[row * width() + column]);
    const Exact t = value_of(run_.input(threshold).data[static_cast<std::size_t>(at)]);
    return list(goes_to_true(how, x, t) ? if_true : if_false, at);
  }

  /// The leaf's weights; as many are counted as a leaf of the tree has at most.
  void combine(std::size_t row, std::int64_t leaf, std::int64_t most) {
    const bool is_sum = node_.text("aggregate") == "sum";
    for (std::int64_t i = 0; i < most; ++i) count_one<Scalar>(is_sum ? &Work::add : &Work::compare);
    for (std::int64_t i = list(first, leaf); i < list(first, leaf + 1); ++i) {
      const auto to = static_cast<std::size_t>(list(target, i));
      const Exact w = value_of(run_.input(weight).data[static_cast<std::size_t>(i)]);
      Scalar& y = run_.output(0).data[row * seen_.size() + to];
      y = seen_[to] ? combined(value_of(y), w) : w;
      seen_[to] = true;
    }
  }

  Exact combined(Exact y, Exact w) const {
    const std::string& aggregate = node_.text("aggregate");
    return aggregate == "sum" ? y + w : aggregate == "min" ? std::min(y, w) : std::max(y, w);
  }

  const NodeView& node_;
  Evaluation<Scalar>& run_;
  std::vector<bool> seen_;
};

template <class Scalar>
void evaluate_trees(const NodeView& node, Evaluation<Scalar>& run) {
  Walk<Scalar> walk(node, run);
  for (std::int64_t row = 0; row < node.input_shape(x_input)[0]; ++row) {
    walk.example(static_cast<std::size_t>(row));
  }
}

constexpr Primitive defs[] = {
    {.kind = {.name = "decision_trees", .inputs = 9, .doc = trees_doc},
     .infer = infer_trees,
     .work = work_of_trees,
     .evaluate = {evaluate_trees<Exact>, evaluate_trees<Tally>}},
};

}  // namespace

extern constinit const PrimitiveFamily trees{"Decision trees", defs};

}  // namespace pfsday::ops
