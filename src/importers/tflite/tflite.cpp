// The TFLite importer: a FlatBuffer, as model.h reads it, to a graph of primitives.
//
// Sizes are those that the file states; --bind NAME=1x96 gives an input another shape. Operators
// are lowered in the order of the file, which is that in which they run. The graphs that IF and
// WHILE name become the sides of a branch and the body of a loop; that of CALL_ONCE runs when the
// model is loaded, and is not counted.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "importers/onnx/lowering.h"
#include "importers/tflite/names.h"
#include "ops/body.h"

namespace pfsday::importers {
namespace {

using graph::ElementType;
using graph::TensorType;
using graph::to_string;
using graph::Value;
using graph::Values;
using ops::Builder;
using ops::LoopValues;
using pfsday::tflite::GraphView;
using pfsday::tflite::Lowering;
using pfsday::tflite::ModelView;
using pfsday::tflite::name_of;
using pfsday::tflite::Operator;
using pfsday::tflite::OperatorView;
using pfsday::tflite::TensorView;

/// Operators that the calls of a file may unfold to, and calls within each other.
constexpr std::size_t most_operators = 1'000'000;
constexpr std::size_t most_calls = 64;

class Import {
 public:
  Import(ModelView view, const ImportOptions& options)
      : view_(std::move(view)), options_(&options), root_(result_.graph) {}

  Result<Model> run() {
    const GraphView& main = view_.graphs.front();
    Values inputs;
    for (const std::int32_t index : main.inputs) {
      inputs.push_back(TRY(input_of(main.tensors[static_cast<std::size_t>(index)])));
    }
    Values outputs = TRY(call(0, inputs, root_));
    result_.graph.set_outputs(std::move(outputs));
    result_.format = "tflite";
    result_.node_count = origins_.size();
    return std::move(result_);
  }

 private:
  /// A constant that the file lists as an input is none.
  Result<Value> input_of(const TensorView& tensor) {
    if (!tensor.data.empty()) return Value{};
    TensorType type = tensor.type;
    const auto bound = options_->inputs.find(tensor.name);
    if (bound != options_->inputs.end()) {
      type.shape = bound->second;
      TRY(pfsday::onnx::check_limits(type));
      result_.used_bindings.emplace_back(tensor.name);
    } else if (tensor.has_open_axis) {
      result_.notes.push_back(fmt::format(
          "Input {} has an open axis, which counts at its stored size, {}; --bind gives another.",
          to_printable(tensor.name), to_string(tensor.type.shape)));
    }
    return result_.graph.add_input(std::string(tensor.name), type);
  }

  /// The values of a graph of the file, by tensor, while its operators are lowered.
  struct Frame {
    std::size_t number = 0;
    const GraphView* graph = nullptr;
    Builder* builder = nullptr;
    std::vector<Value> values = {};
  };

  /// The outputs of a graph of the file. Errors: Code::call_cyclic, Code::limit_exceeded.
  Result<Values> call(std::int64_t number, const Values& inputs, Builder& b) {
    if (number < 0 || std::cmp_greater_equal(number, view_.graphs.size())) {
      return fail(Code::graph_invalid, fmt::format("there is no graph {}: the file has {}", number,
                                                   view_.graphs.size()));
    }
    TRY(check_calls(static_cast<std::size_t>(number)));
    calls_.push_back(static_cast<std::size_t>(number));
    auto outputs = lower_graph(static_cast<std::size_t>(number), inputs, b);
    calls_.pop_back();
    return outputs;
  }

  Result<void> check_calls(std::size_t number) const {
    const auto first = std::ranges::find(calls_, number);
    if (first != calls_.end()) {
      std::string way;
      for (auto at = first; at != calls_.end(); ++at) way += fmt::format("graph {} -> ", *at);
      return fail(Code::call_cyclic, fmt::format("{}graph {}", way, number));
    }
    if (calls_.size() < most_calls) return {};
    return fail(Code::limit_exceeded,
                fmt::format("more than {} graphs within each other", most_calls));
  }

  Result<Values> lower_graph(std::size_t number, const Values& inputs, Builder& b) {
    const GraphView& graph = view_.graphs[number];
    if (inputs.size() != graph.inputs.size()) {
      return fail(Code::graph_invalid, fmt::format("graph {} has {} inputs, not {}", number,
                                                   graph.inputs.size(), inputs.size()));
    }
    Frame frame{number, &graph, &b, std::vector<Value>(graph.tensors.size())};
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      frame.values[static_cast<std::size_t>(graph.inputs[i])] = inputs[i];
    }
    for (std::size_t i = 0; i < graph.operators.size(); ++i) TRY(add_operator(frame, i));
    Values outputs;
    for (const std::int32_t index : graph.outputs) outputs.push_back(TRY(value_of(frame, index)));
    return outputs;
  }

  /// A tensor that something gives, or that the file holds, or that keeps its contents between
  /// runs.
  Result<Value> value_of(Frame& frame, std::int32_t index) {
    if (index == pfsday::tflite::absent) return Value{};
    Value& value = frame.values[static_cast<std::size_t>(index)];
    if (value) return value;
    const TensorView& tensor = frame.graph->tensors[static_cast<std::size_t>(index)];
    if (!tensor.data.empty() || tensor.type.elements() == units::Count(0)) {
      value = TRY(constant_of(tensor, *frame.builder));
    } else if (tensor.is_variable) {
      const Value state = variable_of(frame.number, index, tensor);
      value = frame.builder->from_root(state);
    } else {
      return fail(Code::graph_invalid,
                  fmt::format("it uses tensor {} (\"{}\"), which nothing before it gives", index,
                              to_printable(tensor.name)));
    }
    return value;
  }

  Value variable_of(std::size_t graph, std::int32_t index, const TensorView& tensor) {
    const auto [found, is_new] = variables_.try_emplace({graph, index});
    if (is_new) found->second = result_.graph.add_input(std::string(tensor.name), tensor.type);
    return found->second;
  }

  /// The same buffer, read as the same type, is the same tensor.
  Result<Value> constant_of(const TensorView& tensor, Builder& b) {
    const TensorType& type = tensor.type;
    const bool has_numbers = type.element != ElementType::text;
    if (has_numbers && units::Count(tensor.data.size()) != type.bytes()) {
      return fail(Code::model_malformed,
                  fmt::format("tensor \"{}\", {}, has {} bytes in the file",
                              to_printable(tensor.name), to_string(type), tensor.data.size()));
    }
    const bool is_packed = graph::bits_of(type.element) < 8;
    std::optional<graph::Literal> literal;
    if (has_numbers && !is_packed && graph::can_be_literal(type)) {
      literal = graph::Literal::view(type, tensor.data);
    }
    const auto [found, is_new] = held_.try_emplace({tensor.buffer, to_string(type)});
    return b.held_tensor(&found->second, std::string(tensor.name), type, std::move(literal));
  }

  /// "conv2d/Relu6", the name of its first output.
  static std::string path_of(const Frame& frame, const OperatorView& view, std::size_t number) {
    std::string name;
    if (!view.outputs.empty()) {
      name = to_printable(frame.graph->tensors[static_cast<std::size_t>(view.outputs[0])].name);
    }
    if (name.empty() || name == "unnamed") name = fmt::format("{}/{}", name_of(view), number);
    return frame.number == 0 ? name : fmt::format("graph {}/{}", frame.number, name);
  }

  Result<void> add_operator(Frame& frame, std::size_t number) {
    const OperatorView& view = frame.graph->operators[number];
    const std::string path = path_of(frame, view, number);
    const auto [origin, is_new] = origins_.try_emplace({frame.number, number});
    if (is_new) {
      origin->second = result_.graph.add_origin({.op = name_of(view), .name = path});
    }
    return in_node(fmt::format("{} ({})", path, name_of(view)),
                   add_outputs(frame, view, path, origin->second));
  }

  Result<void> add_outputs(Frame& frame, const OperatorView& view, const std::string& path,
                           std::uint32_t origin) {
    if (++operators_ > most_operators) {
      return fail(Code::limit_exceeded, "the graphs of the file unfold to too many operators");
    }
    Values inputs;
    for (const std::int32_t index : view.inputs) inputs.push_back(TRY(value_of(frame, index)));
    Builder& b = *frame.builder;
    b.set_origin(origin);
    const Operator op(*frame.graph, view, std::move(inputs));
    auto outputs = lower(frame, op, path);
    if (auto fault = b.take_fault(); fault && outputs) outputs = fail(*std::move(fault));
    if (!outputs) {
      const Code code = outputs.error().code;
      const bool is_uncountable = code == Code::value_unknown || code == Code::type_unsupported;
      if (!is_uncountable) return fail(std::move(outputs).error());
      outputs = keep_uncounted(frame, op, outputs.error().what);
    }
    if (outputs->size() < view.outputs.size()) {
      return fail(Code::graph_invalid, fmt::format("it has {} outputs, the file names {}",
                                                   outputs->size(), view.outputs.size()));
    }
    for (std::size_t i = 0; i < view.outputs.size(); ++i) {
      const Value value = (*outputs)[i];
      if (value) TRY(pfsday::onnx::check_limits(b.type(value)));
      frame.values[static_cast<std::size_t>(view.outputs[i])] = value;
    }
    return {};
  }

  Result<Values> lower(Frame& frame, const Operator& op, const std::string& path) {
    Builder& b = *frame.builder;
    switch (op.view().builtin) {
      case pfsday::tflite::builtin_call:
        return call(TRY(op.integer(0)), op.inputs(), b);
      case pfsday::tflite::builtin_call_once:
        return Values{};
      case pfsday::tflite::builtin_if:
        return lower_if(op, path, b);
      case pfsday::tflite::builtin_while:
        return lower_while(op, path, b);
      default:
        return lower_tensors(op, path, b);
    }
  }

  Result<Values> lower_tensors(const Operator& op, const std::string& path, Builder& b) {
    for (std::size_t i = 0; i < op.input_count(); ++i) {
      if (!op.has_input(i) || b.type(op.input(i)).known()) continue;
      return fail(Code::type_unsupported, fmt::format("the type of input {} is unknown", i));
    }
    const Lowering* lowering = pfsday::tflite::find_lowering(op.view().builtin);
    if (lowering == nullptr || !op.view().custom.empty()) return lower_custom(op, path, b);
    for (std::size_t i = 0; i < lowering->inputs; ++i) {
      const bool may_be_absent = i > 0 && lowering->inputs > 5;  // of recurrent cells
      if (op.has_input(i) || (may_be_absent && i < op.input_count())) continue;
      return fail(Code::input_missing, fmt::format("input {} is missing", i));
    }
    if (op.output_count() == 0) return fail(Code::graph_invalid, "it has no output");
    return lowering->lower(op, b);
  }

  /// By the user's formulas, where there are any.
  Result<Values> lower_custom(const Operator& op, const std::string& path, Builder& b) {
    const std::string name = name_of(op.view());
    const CustomOperators* operators = options_->operators.get();
    const CustomOperator* found = operators != nullptr ? operators->find("", name) : nullptr;
    if (found == nullptr) {
      return fail(Code::type_unsupported,
                  op.view().custom.empty() ? "no lowering for this operator" : "a custom operator");
    }
    OperatorSite site;
    Values inputs;
    for (const Value v : op.inputs()) {
      site.inputs.push_back(v ? std::optional(b.type(v)) : std::nullopt);
      if (v) inputs.push_back(v);
    }
    site.attribute = [](std::string_view) { return std::optional<std::int64_t>(); };
    site.contents = [&](std::size_t i) { return b.known(op.input(i)); };
    CustomFigures figures = TRY(work_out(*found, site));
    result_.custom.push_back({path, name});
    return b.custom(inputs, figures.outputs, name, std::move(figures.work));
  }

  Values keep_uncounted(Frame& frame, const Operator& op, std::string reason) {
    Values inputs;
    for (const Value v : op.inputs()) {
      if (v) inputs.push_back(v);
    }
    graph::TensorTypes types;
    for (std::size_t i = 0; i < op.output_count(); ++i) types.push_back(op.output_tensor(i).type);
    return frame.builder->uncounted(std::move(inputs), types, name_of(op.view()),
                                    std::move(reason));
  }

  ops::BuildSide side_of(std::int64_t number, const Values& inputs) {
    return [this, number, inputs](Builder& side) -> Result<Values> {
      Values inside;
      for (const Value v : inputs) inside.push_back(side.capture(v));
      return call(number, inside, side);
    };
  }

  /// Inputs: the condition, then those of both sides.
  Result<Values> lower_if(const Operator& op, const std::string& path, Builder& b) {
    if (!op.has_input(0)) return fail(Code::input_missing, "its condition is missing");
    const std::int64_t then_graph = TRY(op.integer(0)), else_graph = TRY(op.integer(1));
    const Values inputs(op.inputs().begin() + 1, op.inputs().end());
    std::optional<bool> side;
    if (const auto stated = options_->branches.find(path); stated != options_->branches.end()) {
      side = stated->second;
      result_.used_bindings.push_back(path);
    } else if (const graph::Literal* known = b.known(op.input(0));
               known != nullptr && known->type().elements() == units::Count(1)) {
      side = known->at(0) != 0;
    }
    if (side) return call(*side ? then_graph : else_graph, inputs, b);
    return ops::build_branch(b, op.input(0), side_of(then_graph, inputs),
                             side_of(else_graph, inputs));
  }

  /// The condition is computed before each trip and once more; the number of trips is the user's.
  Result<Values> lower_while(const Operator& op, const std::string& path, Builder& b) {
    const std::int64_t condition = TRY(op.integer(0)), body = TRY(op.integer(1));
    const Values& inputs = op.inputs();
    const std::uint32_t origin = b.origin();
    Values carried = inputs;
    for (const Value v : TRY(call(condition, inputs, b))) carried.push_back(v);
    b.set_origin(origin);  // the loop is the operator's, not of the graph just called
    const auto trip = [&](Builder& inner, const LoopValues& in) -> Result<LoopValues> {
      const Values before(in.carried.begin(), in.carried.begin() + std::ssize(inputs));
      Values after = TRY(call(body, before, inner));
      for (const Value v : TRY(call(condition, after, inner))) after.push_back(v);
      return LoopValues{.carried = after, .scanned = {}};
    };
    const LoopValues out =
        TRY(ops::build_loop(b, trips_of(path, b), {.carried = carried, .scanned = {}}, trip));
    if (out.carried.size() < inputs.size()) return Values(op.output_count());
    return Values(out.carried.begin(), out.carried.begin() + std::ssize(inputs));
  }

  std::int64_t trips_of(const std::string& path, Builder& b) {
    const auto stated = options_->trips.find(path);
    if (stated != options_->trips.end()) {
      result_.used_bindings.push_back(path);
      return stated->second;
    }
    b.note_bound("per_trip", fmt::format("one trip is counted: how many there are is known only "
                                         "when the model runs; pass --trips {}=N",
                                         path));
    return 1;
  }

  ModelView view_;
  const ImportOptions* options_;
  Model result_;
  Builder root_;
  std::vector<std::size_t> calls_;  ///< graphs that are being lowered, outermost first
  std::size_t operators_ = 0;
  std::map<std::pair<std::size_t, std::size_t>, std::uint32_t> origins_;  ///< by graph and operator
  std::map<std::pair<std::size_t, std::int32_t>, Value> variables_;
  /// By buffer and type; the address of the entry names the tensor.
  std::map<std::pair<std::uint32_t, std::string>, char> held_;
};

Result<Model> read(Bytes file, const ImportOptions& options) {
  return Import(TRY(pfsday::tflite::read_model_view(file)), options).run();
}

constexpr std::string_view extensions[] = {".tflite"};

}  // namespace

extern constinit const Importer tflite{
    .name = "tflite",
    .doc = "TensorFlow Lite, version 3 of its format; weights are not read.",
    .extensions = extensions,
    .recognizes = pfsday::tflite::begins_as_tflite,
    .read = read};

}  // namespace pfsday::importers
