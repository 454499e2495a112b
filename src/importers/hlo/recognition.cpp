#include "importers/hlo/recognition.h"

#include <fmt/format.h>

#include <algorithm>

#include "importers/hlo/attributes.h"
#include "importers/hlo/cursor.h"
#include "importers/hlo/op_name.h"

namespace pfsday::hlo {
namespace {

/// The largest number of a device that groups of devices name, such as {{0,1},{2,3}} or
/// [4,2]<=[8]; none where they name none.
std::int64_t devices_named(std::string_view groups) {
  if (const auto arrow = groups.find("<=["); arrow != groups.npos) {
    const auto close = groups.find(']', arrow);
    const auto sizes = parse_axes(groups.substr(arrow + 3, close - arrow - 3));
    std::int64_t product = 1;
    for (const std::int64_t size : sizes ? *sizes : Axes{})
      product *= std::clamp<std::int64_t>(size, 1, 1 << 20);
    return product;
  }
  std::int64_t most = 0;
  std::size_t at = 0;
  while ((at = groups.find_first_of("0123456789", at)) != groups.npos) {
    const std::size_t end = std::min(groups.find_first_not_of("0123456789", at), groups.size());
    const auto number = parse_integer(groups.substr(at, end - at));
    if (number) most = std::max(most, *number + 1);
    at = end;
  }
  return most;
}

bool is_collective(std::string_view op) {
  for (const std::string_view name :
       {"all-reduce", "all-gather", "reduce-scatter", "all-to-all", "collective-permute"}) {
    if (op.starts_with(name)) return true;
  }
  return false;
}

struct Signs {
  std::int64_t devices = 0;   ///< that collectives name
  bool is_annotated = false;  ///< says how it is to be divided: it is not yet
};

Signs read_signs(const Module& module) {
  Signs signs;
  for (const Computation& computation : module.computations) {
    for (const Instruction& one : computation.instructions) {
      if (is_collective(one.op)) {
        const std::string_view groups = one.find("replica_groups");
        const std::string_view pairs = one.find("source_target_pairs");
        signs.devices = std::max({signs.devices, devices_named(groups), devices_named(pairs)});
      }
      if (one.op != "custom-call") continue;
      const std::string_view target = unquoted(one.find("custom_call_target"));
      signs.is_annotated |= target == "Sharding" || target == "xla.sdy.FuncResultSharding";
    }
  }
  return signs;
}

std::int64_t header_number(const Module& module, std::string_view name) {
  const std::string_view text = module.find(name);
  const auto number = text.empty() ? Result<std::int64_t>(1) : parse_integer(text);
  return number && *number >= 1 ? *number : 1;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

std::string find_training(const Module& module, std::string_view gradient) {
  if (!gradient.empty()) return fmt::format("gradients, such as \"{}\"", gradient);
  for (const Computation& computation : module.computations) {
    for (const Instruction& one : computation.instructions) {
      if (one.op != "custom-call") continue;
      const std::string_view target = one.find("custom_call_target");
      if (contains(target, "ackward")) return "a call of " + std::string(unquoted(target));
    }
  }
  if (contains(module.name, "train_step")) return "the module " + std::string(module.name);
  return {};
}

Devices find_devices(const Module& module) {
  const std::int64_t partitions = header_number(module, "num_partitions");
  const std::int64_t replicas = header_number(module, "replica_count");
  const Signs signs = read_signs(module);
  Devices devices;
  if (signs.is_annotated && partitions > 1) {
    devices.count = replicas;
    devices.notes.push_back(fmt::format(
        "The program is not divided yet: its sizes are those of the whole, which {} devices are to "
        "share.",
        partitions));
    return devices;
  }
  constexpr std::int64_t most = std::int64_t{1} << 31;
  devices.count = std::min(partitions, most) * std::min(replicas, most);
  if (devices.count == 1 && signs.devices > 1) {
    devices.count = signs.devices;
    devices.notes.push_back(fmt::format(
        "The header names no number of devices; the collectives name {}.", signs.devices));
  }
  return devices;
}

bool names_parameter(const Instruction& argument) {
  const std::string_view name = read_metadata(argument.find("metadata")).op_name;
  if (contains(name, "opt_state") || contains(name, "optimizer")) return false;
  const std::size_t at = name.find("params");
  if (at == name.npos) return false;
  const std::size_t end = at + std::string_view("params").size();
  const bool is_part = (at > 0 && (is_name_character(name[at - 1]) && name[at - 1] != '.')) ||
                       (end < name.size() && is_name_character(name[end]) && name[end] != '.');
  return !is_part;
}

}  // namespace pfsday::hlo
