#include "estimate/hardware_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "hardware/chip.h"
#include "units/print.h"
#include "units/quantity.h"

namespace pfsday::estimate {
namespace {

constexpr double assumed_gpu_utilization = 0.33;

std::unexpected<Error> lacks(std::string what, std::string hint) {
  return fail(Code::run_input_missing, fmt::format("hardware time lacks {}", what),
              std::move(hint));
}

/// Chip-hours, or chips and their time.
Result<std::vector<Factor>> chip_time(const HardwareInputs& in) {
  if (in.chip_hours) {
    if (in.count || in.days || in.hours) {
      return fail(Code::run_malformed, "chip-hours stand beside a number of chips or their time",
                  "state one of the two");
    }
    return std::vector<Factor>{{.name = "chip-hours", .value = *in.chip_hours},
                               {.name = "seconds per hour", .value = units::seconds_per_hour}};
  }
  if (!in.count) return lacks("the number of chips", "or state chip-hours");
  if (!in.days && !in.hours) return lacks("its time", "state days, hours or chip-hours");
  if (in.days && in.hours) {
    return fail(Code::run_malformed, "the time is stated in days and in hours", "keep one of them");
  }
  const Factor chips{.name = "chips", .value = *in.count};
  if (in.days) {
    return std::vector<Factor>{chips,
                               {.name = "days", .value = *in.days},
                               {.name = "seconds per day", .value = units::seconds_per_day}};
  }
  return std::vector<Factor>{chips,
                             {.name = "hours", .value = *in.hours},
                             {.name = "seconds per hour", .value = units::seconds_per_hour}};
}

/// Notes a stated peak that differs from the catalogue by more than 1 %.
void compare_with_catalogue(double stated, const hardware::Chip& chip, const hardware::Peak& listed,
                            std::vector<std::string>& assumptions) {
  const double ratio = stated / listed.operations_per_second;
  if (std::abs(ratio - 1) <= 0.01) return;
  assumptions.push_back(fmt::format(
      "the peak of {} is taken as stated; the catalogue lists {} for {}",
      units::to_si(stated, "FLOP/s"), units::to_si(listed.operations_per_second, "FLOP/s"),
      fmt::format("{} in {}", chip.id, listed.format)));
}

Result<Factor> peak_rate(const HardwareInputs& in, const hardware::Chip* chip,
                         std::vector<std::string>& assumptions) {
  Factor factor{.name = "operations/s of one chip at its peak"};
  if (chip == nullptr) {
    if (!in.peak) return lacks("the chip or its peak rate", "state one of them");
    factor.value = *in.peak;
    return factor;
  }
  const hardware::Peak listed = TRY(hardware::find_peak(*chip, in.format));
  if (in.peak) {
    compare_with_catalogue(in.peak->mid(), *chip, listed, assumptions);
    factor.value = *in.peak;
    return factor;
  }
  assumptions.push_back(fmt::format("the dense {} peak of {}: {} ({})", listed.format, chip->name,
                                    units::to_si(listed.operations_per_second, "FLOP/s"),
                                    listed.source->url));
  factor.value = listed.operations_per_second;
  return factor;
}

/// As it was written.
std::string written(const Uncertain& amount) {
  return amount.is_exact() ? fmt::format("{}", amount.mid()) : amount.text;
}

/// What would have to be true.
std::string above_one(double utilization) {
  if (utilization > 2) return "as a share, 40 % is 0.4";
  return fmt::format(
      "no chip does more than its peak: it would need {} times the chips, the time or the peak "
      "rate; as a share, 40 % is 0.4",
      units::to_significant(utilization));
}

/// A share of the peak: 95 of 100 values of a range are at most 1, and the rest count as 1.
Result<Uncertain> check_utilization(Uncertain share, std::vector<std::string>& assumptions) {
  const double high = value_at(share.distribution, uncertainty::score_of_95_percent);
  if (!(share.mid() > 0 && high <= 1 + 1e-9)) {
    return fail(Code::utilization_out_of_range,
                fmt::format("a utilization of {} is not in (0, 1]", written(share)),
                high > 1 ? above_one(high) : "");
  }
  if (share.is_exact()) return share;
  share.distribution.most = 1;
  if (is_clipped(share.distribution)) {
    assumptions.push_back(
        fmt::format("the utilization counts as 1 in the {} % of cases where {} is more",
                    units::to_significant(100 * clipped_share(share.distribution), 2), share.text));
  }
  return share;
}

Result<void> check_utilization_kind(std::string_view kind) {
  constexpr std::string_view kinds[] = {"mfu",       "hfu", "tensor-active",
                                        "sm-active", "smi", "assumed"};
  if (std::ranges::find(kinds, kind) != std::end(kinds)) return {};
  return fail(Code::run_malformed, fmt::format("no kind of utilization is called \"{}\"", kind),
              "one of mfu, hfu, tensor-active, sm-active, smi, assumed");
}

Result<Factor> utilization(const HardwareInputs& in, const hardware::Chip* chip,
                           std::vector<std::string>& assumptions) {
  TRY(check_utilization_kind(in.utilization_kind));
  Factor factor{.name = "utilization"};
  if (in.utilization_kind != "assumed") factor.name += fmt::format(" ({})", in.utilization_kind);
  if (in.utilization) {
    factor.value = TRY(check_utilization(*in.utilization, assumptions));
    return factor;
  }
  if (chip == nullptr || chip->kind != "gpu") {
    return lacks("the utilization", "0.33 is usual for GPUs, 0.17 for CPUs");
  }
  assumptions.emplace_back("not stated: the utilization of GPUs is assumed to be 0.33");
  factor.value = assumed_gpu_utilization;
  return factor;
}

}  // namespace

Result<HardwareFactors> resolve(const HardwareInputs& inputs) {
  HardwareFactors result;
  result.available = TRY(chip_time(inputs));
  const hardware::Chip* chip = inputs.chip ? TRY(hardware::find_chip(*inputs.chip)) : nullptr;
  result.available.push_back(TRY(peak_rate(inputs, chip, result.assumptions)));
  std::ranges::copy(inputs.factors, std::back_inserter(result.available));
  result.utilization = TRY(utilization(inputs, chip, result.assumptions));
  return result;
}

}  // namespace pfsday::estimate
