// Which computations an instruction calls, and whether all calls come to an end.
#include <fmt/format.h>

#include <algorithm>

#include "importers/hlo/scope.h"

namespace pfsday::hlo {
namespace {

constexpr std::string_view calling[] = {"to_apply",
                                        "calls",
                                        "body",
                                        "condition",
                                        "true_computation",
                                        "false_computation",
                                        "branch_computations",
                                        "called_computations",
                                        "select",
                                        "scatter"};

/// Instructions that all calls may expand to.
constexpr std::uint64_t expansion_limit = 10'000'000;
/// Calls in calls.
constexpr std::size_t depth_limit = 128;

class CallCheck {
 public:
  explicit CallCheck(const Module& module) : module_(&module) {
    for (const Computation& one : module.computations) computations_.emplace(one.name, &one);
  }

  /// Instructions of the computation, those that it calls included.
  Result<Count> size_of(const Computation& computation) {
    const auto [found, is_new] = sizes_.try_emplace(&computation);
    if (!is_new) {
      if (found->second) return *found->second;
      return fail(fault_at(
          module_->text, computation.offset, Code::call_cyclic,
          fmt::format("computation \"{}\" calls itself{}", computation.name, way(computation))));
    }
    if (stack_.size() >= depth_limit) {
      return fail(fault_at(module_->text, computation.offset, Code::limit_exceeded,
                           fmt::format("calls are nested more than {} deep", depth_limit)));
    }
    stack_.push_back(&computation);
    Count size = 0;
    for (const Instruction& one : computation.instructions) {
      size += 1;
      for (const std::string_view name : called_by(one)) {
        const auto called = computations_.find(name);
        if (called != computations_.end()) size += TRY(size_of(*called->second));
      }
    }
    stack_.pop_back();
    sizes_[&computation] = size;
    return size;
  }

 private:
  /// ", by way of a, b"
  std::string way(const Computation& from) const {
    std::string names;
    for (auto at = std::ranges::find(stack_, &from); at != stack_.end(); ++at) {
      if (*at == &from) continue;
      names += (names.empty() ? ", by way of " : ", ") + std::string((*at)->name);
    }
    return names;
  }

  const Module* module_;
  std::unordered_map<std::string_view, const Computation*> computations_;
  std::unordered_map<const Computation*, std::optional<Count>> sizes_;
  std::vector<const Computation*> stack_;
};

}  // namespace

std::vector<std::string_view> called_by(const Instruction& instruction) {
  std::vector<std::string_view> names;
  for (const AttributeText& attribute : instruction.attributes) {
    if (std::ranges::find(calling, attribute.name) == std::end(calling)) continue;
    for (const std::string_view name : parse_names(attribute.value)) names.push_back(name);
  }
  return names;
}

Result<void> check_calls(const Module& module) {
  const Computation& entry = module.computations[module.entry];
  const Count size = TRY(CallCheck(module).size_of(entry));
  if (!size.overflowed() && size <= Count(expansion_limit)) return {};
  return fail(fault_at(module.text, entry.offset, Code::limit_exceeded,
                       fmt::format("the calls of \"{}\" expand to more than {} instructions",
                                   entry.name, expansion_limit)));
}

}  // namespace pfsday::hlo
