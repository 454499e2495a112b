// Einsum: any number of operands, contracted in pairs from the left.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {
namespace {

/// A letter of the equation, or an axis of its ellipsis: those are numbered from the right.
using Label = int;
using Labels = InlineVector<Label, 8>;
constexpr Label first_of_ellipsis = 256;

bool contains(const Labels& labels, Label label) {
  return std::ranges::find(labels, label) != labels.end();
}

/// One comma-separated part of the equation: its letters, and how many stand before the ellipsis.
struct Term {
  Labels letters;
  std::optional<std::size_t> ellipsis = {};

  /// The label of each axis, where the ellipsis stands for so many.
  Labels labels(std::size_t axes_of_ellipsis) const {
    Labels all = letters;
    if (!ellipsis) return all;
    Labels inner;
    for (std::size_t i = axes_of_ellipsis; i-- > 0;) {
      inner.push_back(first_of_ellipsis + static_cast<Label>(i));
    }
    all.insert(all.begin() + static_cast<std::ptrdiff_t>(*ellipsis), inner.begin(), inner.end());
    return all;
  }
};

struct Equation {
  std::vector<Term> inputs;
  std::optional<Term> output;
};

std::unexpected<Error> malformed(std::string_view equation, std::string_view what) {
  return fail(Code::attribute_invalid, fmt::format("equation \"{}\": {}", equation, what));
}

Result<Term> parse_term(std::string_view text, std::string_view equation) {
  Term term;
  while (!text.empty()) {
    const char c = text.front();
    if (text.starts_with("...") && !term.ellipsis) {
      term.ellipsis = term.letters.size();
      text.remove_prefix(3);
    } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      term.letters.push_back(c);
      text.remove_prefix(1);
    } else {
      return malformed(equation, fmt::format("it goes on with \"{}\"", text));
    }
  }
  return term;
}

Result<Equation> parse_equation(std::string_view text) {
  std::string packed(text);
  std::erase(packed, ' ');
  std::string_view left = packed;
  Equation equation;
  if (const auto arrow = left.find("->"); arrow != std::string_view::npos) {
    equation.output = TRY(parse_term(left.substr(arrow + 2), text));
    left = left.substr(0, arrow);
  }
  for (;;) {
    const std::size_t comma = left.find(',');
    equation.inputs.push_back(TRY(parse_term(left.substr(0, comma), text)));
    if (comma == std::string_view::npos) return equation;
    left.remove_prefix(comma + 1);
  }
}

/// A value each of whose axes has a label.
struct Labeled {
  Value value;
  Labels labels;

  std::int64_t axis_of(Label label) const {
    return std::ranges::find(labels, label) - labels.begin();
  }
};

/// The sizes of all labels; a size of 1 gives way to any other.
using Sizes = std::map<Label, std::int64_t>;

class Contraction {
 public:
  Contraction(std::string_view equation, Builder& b) : equation_(equation), b_(b) {}

  Result<Value> run(const OnnxNode& node) {
    const Equation parsed = TRY(parse_equation(equation_));
    TRY(label_operands(node, parsed));
    const Labels output = TRY(output_labels(parsed));
    for (Labeled& operand : operands_) TRY(take_diagonals(operand));
    for (Labeled& operand : operands_) drop_repeated(operand);
    Labeled result = operands_[0];
    for (std::size_t i = 1; i < operands_.size(); ++i) {
      result = contract(result, operands_[i], still_needed(i + 1, output));
    }
    sum_others(result, output);
    Axes permutation;
    for (const Label label : output) permutation.push_back(result.axis_of(label));
    return b_.transpose(result.value, permutation);
  }

 private:
  Result<void> label_operands(const OnnxNode& node, const Equation& parsed) {
    if (parsed.inputs.size() != node.input_count()) {
      return malformed(equation_, fmt::format("it has {} terms for {} operands",
                                              parsed.inputs.size(), node.input_count()));
    }
    for (std::size_t i = 0; i < node.input_count(); ++i) {
      const Shape& shape = b_.shape(node.input(i));
      const Term& term = parsed.inputs[i];
      const std::size_t letters = term.letters.size();
      const bool fits = term.ellipsis ? letters <= shape.size() : letters == shape.size();
      if (!fits) {
        return malformed(equation_, fmt::format("operand {} is {}", i, to_string(shape)));
      }
      ellipsis_axes_ = std::max(ellipsis_axes_, shape.size() - letters);
      operands_.push_back({node.input(i), term.labels(shape.size() - letters)});
      TRY(note_sizes(operands_.back(), shape));
    }
    return {};
  }

  Result<void> note_sizes(const Labeled& operand, const Shape& shape) {
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      std::int64_t& size = sizes_.try_emplace(operand.labels[axis], shape[axis]).first->second;
      if (size == 1) size = shape[axis];
      if (shape[axis] == 1 || shape[axis] == size) continue;
      return fail(Code::shapes_disagree,
                  fmt::format("equation \"{}\": axis {} of an operand of {} meets a size of {}",
                              equation_, axis, to_string(shape), size));
    }
    return {};
  }

  /// Without an arrow: the ellipsis, then the letters that stand once, in alphabetical order.
  Result<Labels> output_labels(const Equation& parsed) const {
    if (!parsed.output) {
      std::map<Label, int> times;
      for (const Term& term : parsed.inputs) {
        for (const Label letter : term.letters) ++times[letter];
      }
      Term implied{.letters = {}, .ellipsis = 0};
      for (const auto& [letter, count] : times) {
        if (count == 1) implied.letters.push_back(letter);
      }
      return implied.labels(ellipsis_axes_);
    }
    Labels labels = parsed.output->labels(ellipsis_axes_);
    for (const Label label : labels) {
      if (sizes_.contains(label) && std::ranges::count(labels, label) == 1) continue;
      return malformed(equation_, fmt::format("the output's \"{}\" is in no operand, or repeated",
                                              static_cast<char>(label)));
    }
    return labels;
  }

  /// A label that stands twice: its two axes are joined, and of them every (n + 1)-th element is
  /// taken.
  Result<void> take_diagonals(Labeled& operand) {
    for (std::size_t i = 0; i < operand.labels.size(); ++i) {
      for (std::size_t j = i + 1; j < operand.labels.size();) {
        if (operand.labels[i] != operand.labels[j]) {
          ++j;
          continue;
        }
        TRY(take_diagonal(operand, i, j));
      }
    }
    return {};
  }

  Result<void> take_diagonal(Labeled& operand, std::size_t i, std::size_t j) {
    const Shape from = b_.shape(operand.value);
    const std::int64_t n = from[i];
    if (from[j] != n) {
      return fail(Code::shapes_disagree,
                  fmt::format("equation \"{}\": a diagonal of {}", equation_, to_string(from)));
    }
    // Axis j goes behind axis i, so that i keeps its place.
    Axes order = axes_from(0, b_.type(operand.value).rank());
    const auto at = order.begin();
    std::rotate(at + static_cast<std::ptrdiff_t>(i) + 1, at + static_cast<std::ptrdiff_t>(j),
                at + static_cast<std::ptrdiff_t>(j) + 1);
    Shape joined = from;
    joined[i] = n * n;
    joined.erase(joined.begin() + static_cast<std::ptrdiff_t>(j));
    Axes strides(joined.size(), 1);
    strides[i] = n + 1;
    const Value whole = b_.reshape(b_.transpose(operand.value, order), joined);
    operand.value = b_.slice(whole, Axes(joined.size(), 0), joined, strides);
    operand.labels.erase(operand.labels.begin() + static_cast<std::ptrdiff_t>(j));
    return {};
  }

  /// An axis of size 1 that others have larger only repeats what is there: no arithmetic needs it.
  void drop_repeated(Labeled& operand) {
    Shape kept;
    Labels labels;
    const Shape& shape = b_.shape(operand.value);
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      if (shape[axis] == 1 && sizes_.at(operand.labels[axis]) != 1) continue;
      kept.push_back(shape[axis]);
      labels.push_back(operand.labels[axis]);
    }
    operand = {b_.reshape(operand.value, kept), labels};
  }

  Labels still_needed(std::size_t from, const Labels& output) const {
    Labels needed = output;
    for (std::size_t i = from; i < operands_.size(); ++i) {
      needed.insert(needed.end(), operands_[i].labels.begin(), operands_[i].labels.end());
    }
    return needed;
  }

  /// Sums over the axes whose label nobody needs any more.
  void sum_others(Labeled& operand, const Labels& needed) {
    Axes summed;
    Labels kept;
    for (std::size_t axis = 0; axis < operand.labels.size(); ++axis) {
      if (contains(needed, operand.labels[axis])) {
        kept.push_back(operand.labels[axis]);
      } else {
        summed.push_back(static_cast<std::int64_t>(axis));
      }
    }
    operand = {b_.reduce_sum(operand.value, summed), kept};
  }

  /// The product of two: over the labels that they share and nobody needs any more.
  Labeled contract(Labeled a, Labeled b, const Labels& needed) {
    Labels needed_of_a = needed;
    needed_of_a.insert(needed_of_a.end(), b.labels.begin(), b.labels.end());
    Labels needed_of_b = needed;
    needed_of_b.insert(needed_of_b.end(), a.labels.begin(), a.labels.end());
    sum_others(a, needed_of_a);
    sum_others(b, needed_of_b);
    ops::DotAxes axes;
    Labels batch;
    Labels free;
    for (const Label label : a.labels) {
      if (!contains(b.labels, label)) {
        free.push_back(label);
        continue;
      }
      const bool is_batch = contains(needed, label);
      (is_batch ? axes.batch_a : axes.contract_a).push_back(a.axis_of(label));
      (is_batch ? axes.batch_b : axes.contract_b).push_back(b.axis_of(label));
      if (is_batch) batch.push_back(label);
    }
    for (const Label label : b.labels) {
      if (!contains(a.labels, label)) free.push_back(label);
    }
    batch.insert(batch.end(), free.begin(), free.end());
    return {b_.dot(a.value, b.value, axes), batch};
  }

  std::string_view equation_;
  Builder& b_;
  std::vector<Labeled> operands_;
  Sizes sizes_;
  std::size_t ellipsis_axes_ = 0;
};

Result<Values> lower_einsum(const OnnxNode& node, Builder& b) {
  for (const Value operand : node.inputs()) b.use_as_parameter(operand);
  const std::string_view equation = TRY(node.text("equation", ""));
  return Values{TRY(Contraction(equation, b).run(node))};
}

constexpr Lowering rows[] = {
    {.op = "Einsum", .lower = lower_einsum},
};

}  // namespace

extern constinit const LoweringFamily einsum{rows};

}  // namespace pfsday::onnx
