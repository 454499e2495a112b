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
  if (!instruction.op.starts_with("custom-call")) return std::string(instruction.op);
  const std::string_view target = unquoted(instruction.find("custom_call_target"));
  return std::string(target.empty() ? instruction.op : target);
}

/// Begins an operation that another instruction ends, or asks how far that is.
bool is_start(std::string_view op) { return op.ends_with("-start"); }
bool is_update(std::string_view op) { return op.ends_with("-update"); }

/// What ends whatever was begun is the same for all of them.
const Lowering* find_any_lowering(std::string_view op) {
  if (const Lowering* found = find_lowering(op)) return found;
  if (op.ends_with("-done")) return find_lowering("async-done");
  return is_update(op) ? find_lowering("async-update") : nullptr;
}

}  // namespace

Context::Context(const Module& module, const importers::ImportOptions& options)
    : module_(&module),
      options_(&options),
      origins_(module.instructions.size()),
      passes_(module.instructions.size()) {}

Result<const Computation*> Context::find_computation(std::string_view name) const {
  if (const Computation* found = module_->find_computation(name)) return found;
  return fail(Code::model_malformed, fmt::format("there is no computation \"{}\"", name),
              "the file holds a part of a program, or is cut off");
}

const OpName& Context::scope_of(std::string_view op_name) {
  const std::size_t slash = op_name.rfind('/');
  const bool has_operation = slash != op_name.npos && op_name.find(')', slash) == op_name.npos &&
                             op_name.find("_backward", slash) == op_name.npos;
  const std::string_view shared = has_operation ? op_name.substr(0, slash) : op_name;
  if (const auto known = scope_numbers_.find(shared)) return scopes_[*known];
  scope_numbers_.add(shared, static_cast<std::uint32_t>(scopes_.size()));
  scopes_.push_back(read_op_name(op_name));
  return scopes_.back();
}

std::uint32_t Context::origin_of(const Computation& computation, const Instruction& instruction,
                                 graph::Graph& root) {
  std::uint32_t& origin = origins_[instruction.number];
  if (origin != 0) return origin;
  const Metadata metadata = read_metadata(instruction.find("metadata"));
  std::string_view layer;
  std::optional<graph::Pass>& pass = passes_[instruction.number];
  if (!metadata.op_name.empty()) {
    const OpName& read = scope_of(metadata.op_name);
    layer = read.path;
    pass = read.pass;
  }
  if (metadata.op_type.find("_backward") != std::string_view::npos) {
    pass = graph::Pass::data_gradient;
  }
  const bool is_backward = pass == graph::Pass::data_gradient || pass == graph::Pass::recompute;
  if (is_backward && gradient_.empty() && !instruction.operands.empty()) {
    gradient_ = instruction.name;
  }
  const bool is_entry = &computation == &module_->computations[module_->entry];
  if (layer.empty() && !is_entry) layer = computation.name;
  std::string name;
  name.reserve(layer.size() + 1 + instruction.name.size());
  name += layer;
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
      if (error.hint.empty()) error.hint = "the text is damaged or edited: dump the program again";
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
  set_provenance(instruction);
  const Node node(*this, instruction, values_);
  auto values = lower_by_table(node);
  if (auto fault = builder_->take_fault(); fault && values) values = fail(*std::move(fault));
  if (!values && is_uncountable(values.error().code) && !is_wide_) {
    return builder_->uncounted(node.all_arrays(), node.result_types(), shown_op(instruction),
                               std::move(values.error().what));
  }
  const bool has_parts = is_start(instruction.op) || is_update(instruction.op);
  if (values && !is_wide_ && !has_parts) {
    TRY(fit(instruction, *values));
  }
  return values;
}

Result<Values> Scope::lower_by_table(const Node& node) {
  const Lowering* lowering = find_any_lowering(node.op());
  const bool infers_sizes =
      lowering != nullptr && (lowering->is_elementwise || lowering->infers_sizes);
  if (node.type().is_open && !infers_sizes) return open_sizes();
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
  const bool has_parts = whole.op != "all-reduce" && whole.type->elements.size() >= 2;
  if (has_parts) whole.type = &whole.type->elements[whole.op == "copy" ? 0 : 1];
  const Node inner(*this, whole, values_);
  auto values = lower_by_table(inner);
  if (values) TRY(fit(whole, *values));
  return values;
}

/// Casts the arrays to the element types that the text states, and holds their shapes against it.
Result<void> Scope::fit(const Instruction& instruction, Values& values) {
  const Type& stated = *instruction.type;
  if (stated.leaves != values.size()) {
    return fail(Code::graph_invalid, fmt::format("its result is {}, which is not what its operands "
                                                 "give: {} arrays",
                                                 hlo::to_string(stated), values.size()));
  }
  return fit_part(stated, values.begin());
}

Result<void> Scope::fit_part(const Type& stated, Value* values) {
  for (const Type& element : stated.elements) TRY(fit_part(element, values + element.first));
  if (stated.kind != Type::Kind::array) return {};
  const TensorType& type = builder_->type(*values);
  if (!type.known()) return {};
  if (type.shape != stated.array.shape && !stated.is_open) {
    return fail(Code::shapes_disagree,
                fmt::format("its result is stated as {}, but its operands give {}",
                            to_string(stated.array), to_string(type)));
  }
  if (type.element != stated.array.element) *values = builder_->cast(*values, stated.array.element);
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
