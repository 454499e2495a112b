// What the lowering of a TFLite operator sees, and the table of them all.
//
// Quantized operators count as what they stand for. A product multiplies the integers, less their
// zero points, adds the bias as an integer, and multiplies each sum by the scales once. All else
// computes with the real numbers: an input costs a subtraction of its zero point, if it has one,
// and a multiply by its scale; an output a division, a rounding and two comparisons that saturate
// it. What only moves, or compares, keeps the integers. A fused activation of a quantized operator
// is part of the saturation.
#pragma once

#include "importers/tflite/model.h"
#include "ops/builder.h"

namespace pfsday::tflite {

using graph::Axes;
using graph::Count;
using graph::ElementType;
using graph::Literal;
using graph::Shape;
using graph::TensorType;
using graph::to_string;
using graph::Value;
using graph::Values;
using ops::Builder;
using ops::keep_dims;
using ops::KeepDims;

enum class Activation : std::int8_t { none, relu, relu_n1_to_1, relu6, tanh, sign_bit };

/// An operator of the file whose inputs are values of the graph.
class Operator {
 public:
  /// values: of its inputs; the empty Value where one is left out.
  Operator(const GraphView& graph, const OperatorView& view, Values values)
      : graph_(&graph), view_(&view), values_(std::move(values)) {}

  const OperatorView& view() const { return *view_; }
  std::size_t input_count() const { return values_.size(); }
  std::size_t output_count() const { return view_->outputs.size(); }
  bool has_input(std::size_t i) const { return i < values_.size() && values_[i]; }
  Value input(std::size_t i) const { return i < values_.size() ? values_[i] : Value{}; }
  const Values& inputs() const { return values_; }
  /// As the file declares it; it must be there.
  const TensorView& input_tensor(std::size_t i) const {
    return graph_->tensors[static_cast<std::size_t>(view_->inputs[i])];
  }
  const TensorView& output_tensor(std::size_t i) const {
    return graph_->tensors[static_cast<std::size_t>(view_->outputs[i])];
  }
  bool is_quantized(std::size_t i) const {
    return has_input(i) && input_tensor(i).quantization.has_value();
  }

  // Options: fields of a table that is the operator's own.
  Result<std::int64_t> integer(int field, std::int32_t fallback = 0) const;
  Result<bool> flag(int field) const;
  Result<double> real(int field) const;
  Result<Axes> integers(int field) const;
  Result<Activation> activation(int field) const;

 private:
  const GraphView* graph_;
  const OperatorView* view_;
  Values values_;
};

using Lower = Result<Values> (*)(const Operator& op, Builder& b);

struct Lowering {
  std::int32_t builtin = 0;
  std::string_view name;
  std::size_t inputs = 1;  ///< how many it requires
  Lower lower = nullptr;   ///< null: it is not counted, or needs the graphs of the file
};

/// Null if the number is not known.
const Lowering* find_lowering(std::int32_t builtin);
/// Those of control flow, which importer.cpp lowers itself.
constexpr std::int32_t builtin_call = 31, builtin_if = 118, builtin_while = 119,
                       builtin_call_once = 129;

// What several lowerings share.

/// A constant of the file, whole numbers. Errors: Code::value_unknown.
Result<Axes> known_integers(const Operator& op, std::size_t input, Builder& b);

/// An axis in 0..rank-1; negative ones count from the back. Errors: Code::attribute_invalid.
Result<std::int64_t> checked_axis(std::int64_t axis, std::int64_t rank);

/// The real numbers that an input stands for.
Value real_input(const Operator& op, std::size_t input, Builder& b);
/// Output i, of what was computed in real numbers: activated, and quantized where the file says so.
Value finish(const Operator& op, Value y, Activation activation, Builder& b,
             std::size_t output = 0);
/// A float tensor of more than one element that the input is made of is a parameter.
void note_weight(const Operator& op, std::size_t input, Builder& b);

/// The operands of a product: integers less their zero points, or reals. The second is a weight.
struct Factors {
  Value x, w;
  bool is_integer = false;
};
Factors factors_of(const Operator& op, std::size_t x, std::size_t w, Builder& b);
/// Output 0, of sums of products whose last axis is that of the channels: bias (an input that may
/// be left out), scales, activation.
Value finish_products(const Operator& op, Value sums, const Factors& factors, std::size_t x,
                      std::size_t w, std::size_t bias, Activation activation, Builder& b);

// The families.
extern constinit const std::span<const Lowering> products, elements, movements, reductions,
    recurrences;

}  // namespace pfsday::tflite
