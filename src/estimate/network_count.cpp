#include "estimate/network_count.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "count/step.h"

namespace pfsday::estimate {
namespace {

struct CountedNetwork {
  count::Counts counts = {};
  std::vector<std::string> notes = {};
  bool is_step_in_file = false;
  double devices = 1;  ///< that run the program, each with these counts
};

/// How a network is counted.
struct Manner {
  Passes passes = Passes::training;
  ops::Rules rules = {};
};

Result<count::Counts> count_graph(graph::Graph graph, const Manner& manner) {
  const auto step =
      manner.passes == Passes::training ? count::Step::training : count::Step::forward;
  return count::count_step(std::move(graph), {.step = step}, {.rules = manner.rules});
}

/// Bindings that the model file had no use for.
void note_unused(const importers::ImportOptions& bindings, const importers::Model& model,
                 std::vector<std::string>& notes) {
  const auto note = [&](const auto& bound) {
    for (const auto& [name, size] : bound) {
      if (std::ranges::find(model.used_bindings, name) != model.used_bindings.end()) continue;
      notes.push_back(fmt::format("the binding of \"{}\" is not used by the model", name));
    }
  };
  note(bindings.dimensions);
  note(bindings.inputs);
}

/// What makes the count a bound, each reason once.
void note_bounds(const count::Counts& counts, std::vector<std::string>& notes) {
  for (const count::Bound& bound : counts.bounds) {
    std::string kind = bound.kind;
    std::ranges::replace(kind, '_', ' ');
    std::string note = fmt::format("{}: {}", kind, bound.reason);
    if (std::ranges::find(notes, note) == notes.end()) notes.push_back(std::move(note));
  }
}

Result<count::Counts> count_file(importers::Model model, const Manner& manner) {
  if (model.training.empty()) return count_graph(std::move(model.graph), manner);
  if (manner.passes == Passes::forward) {
    return fail(Code::run_malformed,
                fmt::format("holds a training step ({}), in a phase of forward passes alone",
                            model.training),
                "name a file of the forward pass, or say passes = \"training\" in the phase");
  }
  return count::count_step_in_file(std::move(model.graph), {.rules = manner.rules});
}

Result<CountedNetwork> count_model(const Network& network, const Manner& manner,
                                   const ReadFile& read_file) {
  if (!read_file) {
    return fail(Code::file_unreadable, fmt::format("model {} cannot be read here", network.model));
  }
  const importers::Bytes bytes = TRY(read_file(network.model));
  importers::Model model =
      TRY(in_file(network.model, importers::read_model(bytes, network.bindings)));
  CountedNetwork result{.notes = std::move(model.notes),
                        .is_step_in_file = !model.training.empty(),
                        .devices = static_cast<double>(model.devices)};
  note_unused(network.bindings, model, result.notes);
  if (result.is_step_in_file) {
    result.notes.push_back("the file trains already: it is counted as it stands");
  }
  if (model.devices > 1) {
    result.notes.push_back(
        fmt::format("the program of one of {} devices, counted for all of them", model.devices));
  }
  result.counts = TRY(in_file(network.model, count_file(std::move(model), manner)));
  note_bounds(result.counts, result.notes);
  return result;
}

Result<CountedNetwork> count_recipe(const Network& network, const Manner& manner) {
  return CountedNetwork{.counts = TRY(count_graph(*network.recipe, manner)),
                        .notes = network.notes};
}

}  // namespace

Result<CountedExample> count_example(const CountingInputs& inputs, Passes passes,
                                     const ReadFile& read_file, ops::Rules::Attention attention) {
  const Network& network = *inputs.network;
  const Manner manner{.passes = passes, .rules = {.attention = attention}};
  CountedNetwork counted = network.recipe ? TRY(count_recipe(network, manner))
                                          : TRY(count_model(network, manner, read_file));
  const auto& forward = counted.counts.pass(graph::Pass::forward).work;
  const auto& total = counted.counts.total.work;
  const double networks = counted.devices * network.times / network.examples_per_pass;
  return CountedExample{
      .example = inputs.example,
      .passes = passes,
      .is_step_in_file = counted.is_step_in_file,
      .add_multiplies = (counted.is_step_in_file ? total : forward).products.to_double() * networks,
      .stated_add_multiplies = inputs.add_multiplies,
      .operations = total.operations().to_double() * networks,
      .forward_operations = forward.operations().to_double() * networks,
      .uncounted_nodes = counted.counts.uncounted.size(),
      .why = network.why,
      .notes = std::move(counted.notes),
  };
}

}  // namespace pfsday::estimate
