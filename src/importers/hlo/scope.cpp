#include "importers/hlo/scope.h"

#include <fmt/format.h>

#include "importers/hlo/literal.h"

namespace pfsday::hlo {
namespace {

constexpr bool is_uncountable(Code code) {
  return code == Code::value_unknown || code == Code::type_unsupported;
}

/// What the count calls the instruction: of a custom call, what it calls.
std::string shown_op(const Instruction& instruction) {
  const std::string_view target = unquoted(instruction.find("custom_call_target"));
  return std::string(target.empty() ? instruction.op : target);
}

/// Begins an operation that another instruction ends.
bool is_start(std::string_view op) { return op.ends_with("-start"); }

}  // namespace

Context::Context(const Module& module, const importers::ImportOptions& options)
    : module_(&module),
      options_(&options),
      origins_(module.instructions),
      passes_(module.instructions) {
  for (const Computation& one : module.computations) computations_.emplace(one.name, &one);
}

Result<const Computation*> Context::find_computation(std::string_view name) const {
  const auto found = computations_.find(name);
  if (found != computations_.end()) return found->second;
  return fail(Code::model_malformed, fmt::format("there is no computation \"{}\"", name),
              "the file holds a part of a program, or is cut off");
}

const OpName& Context::scope_of(std::string_view op_name) {
  const std::size_t slash = op_name.rfind('/');
  const bool has_operation = slash != op_name.npos && op_name.find(')', slash) == op_name.npos &&
                             op_name.find("_backward", slash) == op_name.npos;
  const auto [found, is_new] =
      scopes_.try_emplace(has_operation ? op_name.substr(0, slash) : op_name);
  if (is_new) found->second = read_op_name(op_name);
  return found->second;
}

std::uint32_t Context::origin_of(const Computation& computation, const Instruction& instruction,
                                 graph::Graph& root) {
  std::uint32_t& origin = origins_[instruction.number];
  if (origin != 0) return origin;
  const std::string_view metadata = instruction.find("metadata");
  OpName read;
  if (!metadata.empty()) {
    const std::string_view name = metadata_of(metadata, "op_name");
    if (!name.empty()) read = scope_of(name);
    if (metadata_of(metadata, "op_type").find("_backward") != std::string_view::npos) {
      read.pass = graph::Pass::data_gradient;
    }
  }
  passes_[instruction.number] = read.pass;
  const bool is_backward =
      read.pass == graph::Pass::data_gradient || read.pass == graph::Pass::recompute;
  if (is_backward && gradient_.empty() && !instruction.operands.empty()) {
    gradient_ = instruction.name;
  }
  std::string name = read.path;
  if (name.empty() && &computation != &module_->computations[module_->entry]) {
    name = computation.name;
  }
  if (!name.empty()) name += '/';
  name += instruction.name;
  origin = root.add_origin({shown_op(instruction), std::move(name)});
  return origin;
}

Value Context::input(std::string name, const TensorType& type, Builder& b) {
  const auto [found, is_new] = inputs_.try_emplace(name);
  if (is_new) found->second = b.root().add_input(std::move(name), type);
  return b.from_root(found->second);
}

void Context::add_communication(std::string_view op, Count times, Count bytes) {
  Communication& one = communication_[std::string(op)];
  one.times += times;
  one.bytes += times * bytes;
}

Result<Values> Scope::run(std::span<const Values> arguments) {
  arguments_ = arguments;
  outer_pass_ = builder_->pass();
  const std::uint32_t origin = builder_->origin();
  if (arguments.size() != computation_->parameters.size()) {
    return fail(Code::graph_invalid,
                fmt::format("\"{}\" takes {} operands and is given {}", computation_->name,
                            computation_->parameters.size(), arguments.size()));
  }
  values_.resize(computation_->instructions.size());
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const Instruction& one = computation_->instructions[i];
    auto values = lower(one);
    if (!values) {
      Error error = std::move(values).error();
      if (!error.place.line) {
        error.place = fault_at(context_->module().text, one.offset, error.code, {}).place;
        error.place.node = fmt::format("{} ({})", one.name, one.op);
      }
      return fail(std::move(error));
    }
    values_[i] = std::move(*values);
  }
  builder_->set_origin(origin);
  builder_->set_pass(outer_pass_);
  return std::move(values_[computation_->root]);
}

Result<Values> Scope::run_wide(std::span<const Values> arguments) {
  is_wide_ = true;
  return run(arguments);
}

Result<Values> Scope::call(const Computation& computation, std::span<const Values> arguments) {
  Scope inside(*context_, *builder_, computation, times_);
  return is_wide_ ? inside.run_wide(arguments) : inside.run(arguments);
}

Result<Values> Scope::argument(std::int64_t number) const {
  if (number >= 0 && number < std::ssize(arguments_)) {
    return arguments_[static_cast<std::size_t>(number)];
  }
  return fail(Code::graph_invalid, fmt::format("there is no argument {}", number));
}

void Scope::set_provenance(const Instruction& instruction) {
  builder_->set_origin(context_->origin_of(*computation_, instruction, builder_->root()));
  builder_->set_pass(context_->pass_of(instruction).value_or(outer_pass_));
}

Result<Values> Scope::lower(const Instruction& instruction) {
  if (instruction.type.is_open) {
    return fail(Code::dimension_unbound,
                "a size of its result is not known: the program is open in it",
                "dump the program after it was specialized to sizes");
  }
  set_provenance(instruction);
  const Node node(*this, instruction, values_);
  auto values = lower_by_table(node);
  if (auto fault = builder_->take_fault(); fault && values) values = fail(*std::move(fault));
  if (!values && is_uncountable(values.error().code) && !is_wide_) {
    return builder_->uncounted(node.all_arrays(), node.result_types(), shown_op(instruction),
                               std::move(values.error().what));
  }
  if (values && !is_wide_ && !is_start(instruction.op) && instruction.op != "async-update") {
    TRY(fit(instruction, *values));
  }
  return values;
}

Result<Values> Scope::lower_by_table(const Node& node) {
  const Lowering* lowering = find_lowering(node.op());
  if (lowering == nullptr && is_start(node.op())) return lower_start(node);
  if (lowering == nullptr) {
    return fail(Code::value_unknown, fmt::format("operation \"{}\" is not known", node.op()));
  }
  if (is_wide_ && !lowering->is_elementwise) {
    return fail(Code::value_unknown,
                fmt::format("\"{}\" works on more than one element", node.op()));
  }
  return lowering->lower(node, *builder_);
}

/// The instruction that an asynchronous one stands for. Its values are those that end up in the
/// instruction which ends it: the second part of its type, or all of it.
Result<Values> Scope::lower_start(const Node& node) {
  Instruction whole = node.instruction();
  whole.op.remove_suffix(std::string_view("-start").size());
  if (find_lowering(whole.op) == nullptr) {
    return fail(Code::value_unknown, fmt::format("operation \"{}\" is not known", whole.op));
  }
  const bool has_parts = whole.op != "all-reduce" && whole.type.elements.size() >= 2;
  if (has_parts) {
    Type part = whole.type.elements[whole.op == "copy" ? 0 : 1];
    whole.type = std::move(part);
  }
  const Node inner(*this, whole, values_);
  auto values = lower_by_table(inner);
  if (values) TRY(fit(whole, *values));
  return values;
}

/// Casts the arrays to the element types that the text states, and holds their shapes against it.
Result<void> Scope::fit(const Instruction& instruction, Values& values) {
  TensorTypes stated;
  append_arrays(instruction.type, stated);
  if (stated.size() != values.size()) {
    return fail(Code::graph_invalid, fmt::format("its result is {}, which is not what its operands "
                                                 "give: {} arrays",
                                                 hlo::to_string(instruction.type), values.size()));
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const TensorType& type = builder_->type(values[i]);
    if (!type.known()) continue;
    if (type.shape != stated[i].shape) {
      return fail(Code::shapes_disagree,
                  fmt::format("its result is stated as {}, but its operands give {}",
                              to_string(stated[i]), to_string(type)));
    }
    if (type.element != stated[i].element) {
      values[i] = builder_->cast(values[i], stated[i].element);
    }
  }
  return {};
}

std::vector<Values> arguments_of(const Node& node, std::size_t first) {
  std::vector<Values> arguments;
  for (std::size_t i = first; i < node.operand_count(); ++i) {
    arguments.push_back(**node.arrays(i));
  }
  return arguments;
}

}  // namespace pfsday::hlo
