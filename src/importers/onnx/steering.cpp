#include "importers/onnx/steering.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace pfsday::onnx {
namespace {

/// The inputs of a node, some of which are replaced.
class Assumption {
 public:
  Assumption(const OnnxNode& node, const graph::TensorTypes& declared, Builder& b)
      : node_(node), declared_(declared), b_(b), inputs_(node.inputs()) {}

  const OnnxNode& node() const { return node_; }
  Shape input(std::size_t i) const { return b_.shape(node_.input(i)); }
  /// The shape of an output, if the file declares it.
  std::optional<Shape> output(std::size_t i) const {
    if (i >= declared_.size() || !declared_[i].known()) return std::nullopt;
    return declared_[i].shape;
  }
  std::int64_t rank() const { return b_.type(node_.input(0)).rank(); }

  /// The integers that input i would hold.
  void integers(std::size_t i, const Axes& values) {
    if (is_open(i)) replace(i, b_.integers(values));
  }
  /// The one number that input i would hold, in its shape.
  void number(std::size_t i, graph::Exact value) {
    if (is_open(i)) replace(i, b_.full(b_.type(node_.input(i)), value));
  }
  void numbers(std::size_t i, const std::vector<graph::Exact>& values) {
    if (!is_open(i)) return;
    const TensorType type{ElementType::f64, {std::ssize(values)}};
    replace(i, b_.constant(Literal::of(type, values)));
  }
  /// Input i, and any behind it, as if they were left out; input `last` holds those integers.
  void only_integers(std::size_t i, std::size_t last, const Axes& values) {
    if (!is_open(i) && !is_open(last)) return;
    note(is_open(last) ? last : i);
    inputs_.resize(std::max(inputs_.size(), last + 1));
    inputs_[i] = {};
    inputs_[last] = b_.integers(values);
  }

  const Values& inputs() const { return inputs_; }
  const std::vector<std::string>& replaced() const { return replaced_; }
  const Values& open() const { return open_; }

 private:
  bool is_open(std::size_t i) const {
    return node_.has_input(i) && b_.known(node_.input(i)) == nullptr;
  }
  void note(std::size_t i) {
    replaced_.push_back(fmt::format("\"{}\"", node_.input_name(i)));
    open_.push_back(node_.input(i));
  }
  void replace(std::size_t i, Value v) {
    inputs_[i] = v;
    note(i);
  }

  const OnnxNode& node_;
  const graph::TensorTypes& declared_;
  Builder& b_;
  Values inputs_;
  std::vector<std::string> replaced_;
  Values open_;
};

Axes all_axes(std::int64_t rank) { return axes_from(0, rank); }

/// The axes that `longer` has and `shorter` has not, where those are of size 1 or `may_differ`;
/// none if the sizes in between do not agree.
std::optional<Axes> axes_between(const Shape& longer, const Shape& shorter, bool may_differ) {
  Axes axes;
  std::size_t k = 0;
  for (std::size_t i = 0; i < longer.size(); ++i) {
    const bool must_stay = longer.size() - i == shorter.size() - k;
    const bool is_same = k < shorter.size() && longer[i] == shorter[k];
    if (is_same) {
      ++k;
    } else if (must_stay || (!may_differ && longer[i] != 1)) {
      return std::nullopt;
    } else {
      axes.push_back(static_cast<std::int64_t>(i));
    }
  }
  return axes;
}

bool assume_shape(Assumption& a, std::size_t input) {
  const auto y = a.output(0);
  if (y) a.integers(input, *y);
  return y.has_value();
}
bool assume_first(Assumption& a) { return assume_shape(a, 0); }
bool assume_second(Assumption& a) { return assume_shape(a, 1); }

bool assume_tile(Assumption& a) {
  const auto y = a.output(0);
  const Shape x = a.input(0);
  if (!y || y->size() != x.size() || a.node().opset() < 6) return false;
  Axes repeats;
  for (std::size_t i = 0; i < x.size(); ++i) repeats.push_back(x[i] == 0 ? 1 : (*y)[i] / x[i]);
  a.integers(1, repeats);
  return true;
}

/// Which part is taken makes no difference to the arithmetic, only its size does.
bool assume_slice(Assumption& a) {
  const auto y = a.output(0);
  const std::int64_t rank = a.rank();
  if (!y || a.node().input_count() < 3) return false;
  a.integers(1, Axes(static_cast<std::size_t>(rank), 0));
  a.integers(2, *y);
  a.integers(3, all_axes(rank));
  a.integers(4, Axes(static_cast<std::size_t>(rank), 1));
  return true;
}

bool assume_pad(Assumption& a) {
  const auto y = a.output(0);
  const Shape x = a.input(0);
  if (!y || y->size() != x.size()) return false;
  Axes pads(x.size(), 0);
  for (std::size_t i = 0; i < x.size(); ++i) pads.push_back((*y)[i] - x[i]);
  a.integers(1, pads);
  a.integers(3, all_axes(a.rank()));
  return true;
}

bool assume_squeeze(Assumption& a) {
  const auto y = a.output(0);
  const auto axes = y ? axes_between(a.input(0), *y, false) : std::nullopt;
  if (axes) a.integers(1, *axes);
  return axes.has_value();
}

bool assume_unsqueeze(Assumption& a) {
  const auto y = a.output(0);
  const auto axes = y ? axes_between(*y, a.input(0), false) : std::nullopt;
  if (axes) a.integers(1, *axes);
  return axes.has_value();
}

/// No axes at all mean every axis, so where nothing is reduced an axis of size 1 is named.
bool assume_reduction(Assumption& a) {
  const auto y = a.output(0);
  const auto keeps = a.node().integer("keepdims", 1);
  if (!y || !keeps) return false;
  const Shape x = a.input(0);
  std::optional<Axes> axes = Axes{};
  if (*keeps == 0) {
    axes = axes_between(x, *y, true);
  } else if (y->size() == x.size()) {
    for (std::int64_t i = 0; i < a.rank(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      if ((*y)[at] != x[at] || (*y)[at] == 1) axes->push_back(i);
    }
  }
  if (axes) a.integers(1, *axes);
  return axes.has_value();
}

bool assume_split(Assumption& a) {
  const auto axis = a.node().axis("axis", 0, a.rank());
  if (!axis) return false;
  Axes sizes;
  for (std::size_t i = 0; i < a.node().output_count(); ++i) {
    const auto y = a.output(i);
    if (!y || std::ssize(*y) != a.rank()) return false;
    sizes.push_back((*y)[static_cast<std::size_t>(*axis)]);
  }
  a.integers(1, sizes);
  return true;
}

bool assume_one_hot(Assumption& a) {
  const auto y = a.output(0);
  const auto axis = y ? a.node().axis("axis", -1, std::ssize(*y)) : Result<std::int64_t>(0);
  if (!y || !axis || y->empty()) return false;
  a.number(1, static_cast<graph::Exact>((*y)[static_cast<std::size_t>(*axis)]));
  return true;
}

bool assume_top_k(Assumption& a) {
  const auto y = a.output(a.output(0) ? 0 : 1);
  const auto axis = a.node().axis("axis", -1, a.rank());
  if (!y || !axis || std::ssize(*y) != a.rank()) return false;
  a.number(1, static_cast<graph::Exact>((*y)[static_cast<std::size_t>(*axis)]));
  return true;
}

bool assume_range(Assumption& a) {
  const auto y = a.output(0);
  if (!y || y->size() != 1) return false;
  a.number(0, 0);
  a.number(1, static_cast<graph::Exact>((*y)[0]));
  a.number(2, 1);
  return true;
}

/// The scale along each axis, the least one above y / x whose product is not rounded below y.
bool assume_scales(Assumption& a, std::size_t input, const Shape& y) {
  const Shape x = a.input(0);
  if (x.size() != y.size()) return false;
  std::vector<graph::Exact> scales;
  for (std::size_t i = 0; i < x.size(); ++i) {
    auto scale = x[i] == 0 ? 1.0F : static_cast<float>(y[i]) / static_cast<float>(x[i]);
    while (std::floor(scale * static_cast<float>(x[i])) < static_cast<float>(y[i])) {
      scale = std::nextafter(scale, HUGE_VALF);
    }
    scales.push_back(scale);
  }
  a.numbers(input, scales);
  return true;
}

/// The sizes are those of the output; a region of interest is the whole image.
bool assume_resize(Assumption& a) {
  const auto y = a.output(0);
  if (!y || std::ssize(*y) != a.rank()) return false;
  if (a.node().opset() < 11) return assume_scales(a, 1, *y);
  const auto named = a.node().integers("axes", all_axes(a.rank()));
  if (!named) return false;
  const auto axes = checked_axes(*named, a.rank());
  if (!axes) return false;
  Axes sizes;
  for (const std::int64_t axis : *axes) sizes.push_back((*y)[static_cast<std::size_t>(axis)]);
  std::vector<graph::Exact> region(sizes.size(), 0);
  region.resize(2 * sizes.size(), 1);
  a.numbers(1, region);
  a.only_integers(2, 3, sizes);
  return true;
}

bool assume_stft(Assumption& a) {
  const auto y = a.output(0);
  const auto onesided = a.node().integer("onesided", 1);
  if (!y || y->size() != 4 || !onesided || a.rank() < 2) return false;
  const std::int64_t frames = (*y)[1], bins = (*y)[2], signal = a.input(0)[1];
  std::int64_t length = *onesided != 0 ? 2 * (bins - 1) : bins;
  if (a.node().has_input(2)) length = a.input(2)[0];
  a.number(3, static_cast<graph::Exact>(length));
  a.number(1, static_cast<graph::Exact>(frames > 1 ? (signal - length) / (frames - 1) : signal));
  return true;
}

/// Where the bands end makes no difference to the arithmetic: the matrix is a constant.
bool assume_mel_weights(Assumption& a) {
  const auto y = a.output(0);
  if (!y || y->size() != 2) return false;
  const auto length = 2 * std::max<graph::Exact>((*y)[0] - 1, 1);
  a.number(0, static_cast<graph::Exact>((*y)[1]));
  a.number(1, length);
  a.number(2, length);
  a.number(3, 0);
  a.number(4, length / 2);
  return true;
}

bool assume_window(Assumption& a) {
  const auto y = a.output(0);
  if (!y || y->size() != 1) return false;
  a.number(0, static_cast<graph::Exact>((*y)[0]));
  return true;
}

bool assume_unpooled(Assumption& a) { return assume_shape(a, 2); }

bool assume_affine_grid(Assumption& a) {
  const auto y = a.output(0);
  if (!y || y->size() < 4) return false;
  Axes size(y->begin(), y->end() - 1);
  size.insert(size.begin() + 1, 1);
  a.integers(1, size);
  return true;
}

bool assume_crop(Assumption& a) {
  const auto y = a.output(0);
  const auto named = a.node().integers("axes", all_axes(a.rank()));
  if (!y || !named || std::ssize(*y) != a.rank()) return false;
  const auto axes = checked_axes(*named, a.rank());
  if (!axes) return false;
  Axes sizes;
  for (const std::int64_t axis : *axes) sizes.push_back((*y)[static_cast<std::size_t>(axis)]);
  a.integers(1, sizes);
  return true;
}

// The types of these do not depend on what is not known.

/// The longest axis has the most sums.
bool assume_cumulative_sum(Assumption& a) {
  const Shape x = a.input(0);
  a.number(1, static_cast<graph::Exact>(std::ranges::max_element(x) - x.begin()));
  return !x.empty();
}

bool assume_triangle(Assumption& a) {
  a.number(1, 0);
  return true;
}

/// It drops elements, as in training.
bool assume_dropout(Assumption& a) {
  a.number(1, 0.5L);
  a.number(2, 1);
  return true;
}

struct Row {
  std::string_view op;
  bool (*assume)(Assumption&);
  bool needs_types = true;
};
constexpr Row rows[] = {
    {"AffineGrid", assume_affine_grid},
    {"BlackmanWindow", assume_window},
    {"CenterCropPad", assume_crop},
    {"ConstantOfShape", assume_first},
    {"CumSum", assume_cumulative_sum, false},
    {"Dropout", assume_dropout, false},
    {"Expand", assume_second},
    {"HammingWindow", assume_window},
    {"HannWindow", assume_window},
    {"MaxUnpool", assume_unpooled},
    {"MelWeightMatrix", assume_mel_weights},
    {"OneHot", assume_one_hot},
    {"Pad", assume_pad},
    {"Range", assume_range},
    {"ReduceL1", assume_reduction},
    {"ReduceL2", assume_reduction},
    {"ReduceLogSum", assume_reduction},
    {"ReduceLogSumExp", assume_reduction},
    {"ReduceMax", assume_reduction},
    {"ReduceMean", assume_reduction},
    {"ReduceMin", assume_reduction},
    {"ReduceProd", assume_reduction},
    {"ReduceSum", assume_reduction},
    {"ReduceSumSquare", assume_reduction},
    {"Reshape", assume_second},
    {"Resize", assume_resize},
    {"STFT", assume_stft},
    {"Slice", assume_slice},
    {"Split", assume_split},
    {"Squeeze", assume_squeeze},
    {"Tile", assume_tile},
    {"TopK", assume_top_k},
    {"Trilu", assume_triangle, false},
    {"Unsqueeze", assume_unsqueeze},
    {"Upsample", assume_resize},
};

}  // namespace

std::optional<Steering> assume_steering(const OnnxNode& node, const graph::TensorTypes& declared,
                                        Builder& b) {
  const auto* const row = std::ranges::find(rows, node.op(), &Row::op);
  if (row == std::end(rows)) return std::nullopt;
  Assumption assumption(node, declared, b);
  if (!row->assume(assumption) || assumption.replaced().empty()) return std::nullopt;
  const std::string names = fmt::format("{}", fmt::join(assumption.replaced(), " and "));
  const std::string_view verb = assumption.replaced().size() == 1 ? "is" : "are";
  return Steering{
      .inputs = assumption.inputs(),
      .open = assumption.open(),
      .kind = row->needs_types ? "declared_shape" : "upper_bound",
      .reason = fmt::format("{} {} known only when the model runs: {}", names, verb,
                            row->needs_types ? "the sizes that the file declares are taken"
                                             : "the value that costs most is taken")};
}

}  // namespace pfsday::onnx
