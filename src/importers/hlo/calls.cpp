// Which computations an instruction calls, and whether all calls come to an end.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "importers/hlo/scope.h"

namespace pfsday::hlo {
namespace {

/// Instructions that all calls may expand to.
constexpr std::uint64_t expansion_limit = 10'000'000;
/// Calls in calls.
constexpr std::size_t depth_limit = 128;
/// Arrays of a tuple that are handed on in the time of one instruction.
constexpr std::size_t arrays_each = 8;

/// The computations that an instruction calls, as often as it names them.
std::vector<const Computation*> called_by(const Module& module, const Instruction& instruction) {
  std::vector<const Computation*> all;
  for (const AttributeText& attribute : instruction.attributes) {
    if (!is_calling(attribute.name)) continue;
    for (const std::string_view name : parse_names(attribute.value)) {
      if (const Computation* called = module.find_computation(name)) all.push_back(called);
    }
  }
  return all;
}

class CallCheck {
 public:
  explicit CallCheck(const Module& module) : module_(&module) {}

  /// Instructions of the computation, those that it calls included; one that has many arrays stands
  /// for several.
  Result<Count> size_of(const Computation& computation) {
    const auto [found, is_new] = sizes_.try_emplace(&computation);
    if (!is_new) {
      if (found->second) return *found->second;
      return fail(fault_at(
          module_->text, computation.offset, Code::call_cyclic,
          fmt::format("computation \"{}\" calls itself{}", computation.name, way(computation)),
          "the file is damaged: no program of XLA calls itself"));
    }
    if (stack_.size() >= depth_limit) {
      return fail(fault_at(module_->text, computation.offset, Code::limit_exceeded,
                           fmt::format("calls are nested more than {} deep", depth_limit),
                           "the file is probably damaged"));
    }
    stack_.push_back(&computation);
    Count size = 0;
    for (const Instruction& one : computation.instructions) {
      size += 1 + one.type->leaves / arrays_each;
      for (const Computation* called : called_by(*module_, one)) size += TRY(size_of(*called));
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
  std::unordered_map<const Computation*, std::optional<Count>> sizes_;
  std::vector<const Computation*> stack_;
};

}  // namespace

Result<void> check_calls(const Module& module) {
  const Computation& entry = module.computations[module.entry];
  const Count size = TRY(CallCheck(module).size_of(entry));
  if (!size.overflowed() && size <= Count(expansion_limit)) return {};
  return fail(fault_at(module.text, entry.offset, Code::limit_exceeded,
                       fmt::format("the calls of \"{}\" expand to more than {} instructions",
                                   entry.name, expansion_limit),
                       "the file is probably damaged"));
}

}  // namespace pfsday::hlo
