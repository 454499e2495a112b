// Lowers the instructions of a computation, in order, into a graph.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <unordered_set>

#include "importers/hlo/lowering.h"
#include "importers/hlo/op_name.h"
#include "importers/importer.h"

namespace pfsday::hlo {

/// What all scopes of one import share.
class Context {
 public:
  Context(const Module& module, const importers::ImportOptions& options);

  const Module& module() const { return *module_; }
  const importers::ImportOptions& options() const { return *options_; }

  /// Errors: Code::model_malformed where there is none of that name.
  Result<const Computation*> find_computation(std::string_view name) const;

  /// The provenance of an instruction, the same however often it is lowered.
  std::uint32_t origin_of(const Computation& computation, const Instruction& instruction,
                          graph::Graph& root);
  /// Which part of a step its metadata says it belongs to; after origin_of.
  std::optional<graph::Pass> pass_of(const Instruction& instruction) const {
    return passes_[instruction.number];
  }
  /// An instruction that its metadata calls a gradient; empty if none was lowered.
  std::string_view gradient() const { return gradient_; }

  /// Data that only a run gives, such as the number of the device: one input of the graph each.
  Value input(std::string name, const TensorType& type, Builder& b);

  /// Notes a name that the user gave and the file has.
  void use(std::string_view name) { used_.emplace(name); }
  const std::set<std::string, std::less<>>& used() const { return used_; }

  /// Bytes that a collective moves on this device.
  void add_communication(std::string_view op, Count times, Count bytes);
  struct Communication {
    Count times = 0, bytes = 0;
  };
  const std::map<std::string, Communication, std::less<>>& communication() const {
    return communication_;
  }

  /// What has been lowered to any sort of bound: said once for each instruction.
  bool is_first(const Instruction& instruction) { return bounded_.insert(&instruction).second; }

 private:
  /// What the name says, which an instruction shares with others of its layer.
  const OpName& scope_of(std::string_view op_name);

  const Module* module_;
  const importers::ImportOptions* options_;
  std::vector<std::uint32_t> origins_;  ///< by number; 0: none yet
  std::vector<std::optional<graph::Pass>> passes_;
  /// By the part of a name that instructions of one layer share.
  TextTable scope_numbers_;
  std::deque<OpName> scopes_;
  std::string_view gradient_;
  std::map<std::string, Value, std::less<>> inputs_;
  std::set<std::string, std::less<>> used_;
  std::map<std::string, Communication, std::less<>> communication_;
  std::unordered_set<const Instruction*> bounded_;
};

/// Checks that no computation calls itself, that calls do not nest too deep, and that they do not
/// expand to too many instructions. Errors: Code::call_cyclic, limit_exceeded.
Result<void> check_calls(const Module& module);

class Scope {
 public:
  /// times: how often the computation runs in one run of the program.
  Scope(Context& context, Builder& builder, const Computation& computation, Count times)
      : context_(&context), builder_(&builder), computation_(&computation), times_(times) {}

  /// The arrays of the root, for arguments in the order of the parameters.
  Result<Values> run(std::span<const Values> arguments);
  /// The same for a computation of scalars, on tensors of one shape instead: each instruction works
  /// on every element. Errors: Code::value_unknown where one does not.
  Result<Values> run_wide(std::span<const Values> arguments);

  /// Runs another computation in its place.
  Result<Values> call(const Computation& computation, std::span<const Values> arguments);

  Context& context() const { return *context_; }
  Builder& builder() const { return *builder_; }
  const Computation& computation() const { return *computation_; }
  Count times() const { return times_; }
  bool is_wide() const { return is_wide_; }
  /// The arrays of an instruction that has been lowered.
  const Values& values_of(std::uint32_t instruction) const { return values_[instruction]; }
  /// Errors: Code::graph_invalid where there is no such argument.
  Result<Values> argument(std::int64_t number) const;

 private:
  Result<Values> lower(const Instruction& instruction);
  Result<Values> lower_by_table(const Node& node);
  Result<Values> lower_start(const Node& node);
  Result<void> fit(const Instruction& instruction, Values& values);
  Result<void> fit_part(const Type& stated, Value* values);
  void set_provenance(const Instruction& instruction);

  Context* context_;
  Builder* builder_;
  const Computation* computation_;
  Count times_;
  bool is_wide_ = false;
  graph::Pass outer_pass_ = graph::Pass::forward;
  std::span<const Values> arguments_;
  std::vector<Values> values_;  ///< by instruction
};

/// The arguments of a call: one for each operand from `first` on.
std::vector<Values> arguments_of(const Node& node, std::size_t first = 0);

}  // namespace pfsday::hlo
