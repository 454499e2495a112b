#include "importers/hlo/program.h"

#include <fmt/format.h>

#include "base/text.h"
#include "importers/hlo/recognition.h"
#include "importers/hlo/scope.h"

namespace pfsday::hlo {
namespace {

/// The arguments of the entry computation, as inputs and parameters of the graph.
class Arguments {
 public:
  Arguments(Context& context, ops::Builder& builder) : context_(&context), builder_(&builder) {}

  graph::Values add(const Instruction& argument) {
    graph::TensorTypes types;
    append_arrays(*argument.type, types);
    graph::Values values;
    const bool is_parameter = names_parameter(argument) || is_named(argument);
    for (std::size_t i = 0; i < types.size(); ++i) {
      std::string name(argument.name);
      if (types.size() > 1) name += fmt::format(".{}", i);
      values.push_back(is_parameter && graph::is_real(types[i].element)
                           ? add_parameter(std::move(name), types[i])
                           : builder_->graph().add_input(std::move(name), types[i]));
    }
    return values;
  }

 private:
  graph::Value add_parameter(std::string name, const graph::TensorType& type) {
    const graph::Value weight = builder_->graph().add_tensor(std::move(name), type);
    builder_->use_as_parameter(weight);
    return weight;
  }

  /// As --parameter says.
  bool is_named(const Instruction& argument) {
    for (const std::string& pattern : context_->options().parameters) {
      const bool matches = matches_glob(pattern, argument.name) ||
                           matches_glob(pattern, read_metadata(argument.find("metadata")).op_name);
      if (!matches) continue;
      context_->use(pattern);
      return true;
    }
    return false;
  }

  Context* context_;
  ops::Builder* builder_;
};

std::size_t count_nodes(const Module& module) {
  std::size_t count = 0;
  for (const Computation& one : module.computations) count += one.instructions.size();
  return count;
}

void add_communication(const Context& context, importers::Model& model) {
  for (const auto& [op, one] : context.communication()) {
    model.communication.push_back({op, one.times, one.bytes});
  }
}

void note_devices(Devices devices, importers::Model& model) {
  model.devices = devices.count;
  for (std::string& note : devices.notes) model.notes.push_back(std::move(note));
}

}  // namespace

Result<importers::Model> lower_program(const Module& module,
                                       const importers::ImportOptions& options) {
  TRY(check_calls(module));
  importers::Model model;
  ops::Builder builder(model.graph);
  Context context(module, options);
  const Computation& entry = module.computations[module.entry];
  Arguments arguments(context, builder);
  std::vector<graph::Values> values;
  for (const std::uint32_t i : entry.parameters) {
    const Instruction& argument = entry.instructions[i];
    if (argument.type->is_open) {
      const Error open = open_sizes().error();
      return fail(fault_at(module.text, argument.offset, open.code,
                           fmt::format("argument \"{}\": {}", argument.name, open.what),
                           open.hint));
    }
    values.push_back(arguments.add(argument));
  }
  model.graph.set_outputs(TRY(Scope(context, builder, entry, 1).run(values)));
  model.format = "hlo";
  model.node_count = count_nodes(module);
  model.training = find_training(module, context.gradient());
  if (!model.training.empty() && context.gradient().empty()) {
    model.notes.emplace_back(
        "Nothing in the file tells gradients from the forward pass (its metadata has no op_name): "
        "the line forward holds both, but for calls that are gradients by their name.");
  }
  model.used_bindings.assign(context.used().begin(), context.used().end());
  note_devices(find_devices(module), model);
  add_communication(context, model);
  return model;
}

}  // namespace pfsday::hlo
