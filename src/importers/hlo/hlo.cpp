// The importer of XLA's text form: a module, as module.h has it, to a graph of primitives.
//
// The instructions of the entry computation are lowered in order. What they call is put in place, a
// `while` becomes a loop, a `conditional` a branch. The text may be packed by gzip.
#include <fmt/format.h>

#include "base/gzip.h"
#include "base/text.h"
#include "importers/hlo/parse.h"
#include "importers/hlo/recognition.h"
#include "importers/hlo/scope.h"
#include "importers/importer.h"

namespace pfsday::importers {
namespace {

using hlo::Module;
using pfsday::hlo::Computation;
using pfsday::hlo::Instruction;

std::string_view text_of(Bytes file) {
  return {reinterpret_cast<const char*>(file.data()), file.size()};
}

/// The arguments of the entry computation, as inputs and parameters of the graph.
class Arguments {
 public:
  Arguments(hlo::Context& context, ops::Builder& builder)
      : context_(&context), builder_(&builder) {}

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
      const bool matches =
          matches_glob(pattern, argument.name) ||
          matches_glob(pattern, pfsday::hlo::read_metadata(argument.find("metadata")).op_name);
      if (!matches) continue;
      context_->use(pattern);
      return true;
    }
    return false;
  }

  hlo::Context* context_;
  ops::Builder* builder_;
};

std::size_t count_nodes(const Module& module) {
  std::size_t count = 0;
  for (const Computation& one : module.computations) count += one.instructions.size();
  return count;
}

void add_communication(const hlo::Context& context, Model& model) {
  for (const auto& [op, one] : context.communication()) {
    model.communication.push_back({op, one.times, one.bytes});
  }
}

void note_devices(hlo::Devices devices, Model& model) {
  model.devices = devices.count;
  for (std::string& note : devices.notes) model.notes.push_back(std::move(note));
}

Result<Model> lower(const Module& module, const ImportOptions& options) {
  TRY(check_calls(module));
  Model model;
  ops::Builder builder(model.graph);
  hlo::Context context(module, options);
  const Computation& entry = module.computations[module.entry];
  Arguments arguments(context, builder);
  std::vector<graph::Values> values;
  for (const std::uint32_t i : entry.parameters) {
    values.push_back(arguments.add(entry.instructions[i]));
  }
  model.graph.set_outputs(TRY(hlo::Scope(context, builder, entry, 1).run(values)));
  model.format = "hlo";
  model.node_count = count_nodes(module);
  model.training = find_training(module, context.gradient());
  if (!model.training.empty() && context.gradient().empty()) {
    model.notes.emplace_back(
        "Nothing in the file tells gradients from the forward pass (its metadata has no op_name): "
        "the "
        "line forward holds both, but for calls that are gradients by their name.");
  }
  model.used_bindings.assign(context.used().begin(), context.used().end());
  note_devices(find_devices(module), model);
  add_communication(context, model);
  return model;
}

Result<Model> read(Bytes file, const ImportOptions& options) {
  std::string unpacked;
  std::string_view text = text_of(file);
  if (is_gzip(file)) {
    unpacked = TRY(read_gzip(file));
    text = unpacked;
  }
  auto module = hlo::parse_module(text);
  if (module) return lower(*module, options);
  Error error = std::move(module).error();
  if (error.hint.empty()) error.hint = "the text is damaged or edited: dump the program again";
  return fail(std::move(error));
}

bool recognizes(Bytes head) {
  if (!is_gzip(head)) return hlo::begins_as_hlo(text_of(head));
  return hlo::begins_as_hlo(read_gzip_head(head, 4096));
}

constexpr std::string_view extensions[] = {".hlo", ".hlo.gz"};

}  // namespace

extern constinit const Importer hlo{
    .name = "hlo",
    .doc = "XLA HLO text, before and after optimization; packed by gzip or not.",
    .extensions = extensions,
    .recognizes = recognizes,
    .read = read};

}  // namespace pfsday::importers
