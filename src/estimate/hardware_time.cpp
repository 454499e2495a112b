#include "estimate/hardware_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

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

/// The floating-point format of the chip whose peak is nearest to the stated one; where it has
/// none, its default format.
std::string format_of_rate(const hardware::Chip& chip, double rate) {
  std::string_view nearest = chip.default_format;
  double least = std::numeric_limits<double>::infinity();
  for (const hardware::Peak& peak : chip.peaks) {
    const bool is_float = !peak.format.starts_with("int");
    const double distance = std::abs(std::log(rate / peak.operations_per_second));
    if (!is_float || distance >= least) continue;
    least = distance;
    nearest = peak.format;
  }
  return std::string(nearest);
}

/// The stated peak, or the catalogue's.
Result<Factor> peak_rate(const HardwareInputs& in, PeakInUse& peak,
                         std::vector<std::string>& assumptions) {
  Factor factor{.name = "operations/s of one chip at its peak"};
  if (peak.chip == nullptr) {
    if (!in.peak) return lacks("the chip or its peak rate", "state one of them");
    factor.value = *in.peak;
    peak.rate = in.peak->mid();
    peak.format = in.format.value_or("");
    return factor;
  }
  const hardware::Chip& chip = *peak.chip;
  const hardware::Peak listed = TRY(hardware::find_peak(chip, in.format));
  if (in.peak) {
    peak.rate = in.peak->mid();
    peak.format = in.format ? std::string(listed.format) : format_of_rate(chip, peak.rate);
    compare_with_catalogue(peak.rate, chip, listed, assumptions);
    factor.value = *in.peak;
    return factor;
  }
  peak = TRY(find_peak_in_use(chip, in.format));
  assumptions.push_back(fmt::format("the dense {} peak of {}: {} ({})", listed.format, chip.name,
                                    units::to_si(peak.rate, "FLOP/s"), peak.source));
  factor.value = peak.rate;
  return factor;
}

/// A share of the peak: 95 of 100 values of a range are at most 1, and the rest count as 1.
Result<Uncertain> check_utilization(Uncertain share, const PeakInUse& peak,
                                    std::vector<std::string>& assumptions) {
  const double high = value_at(share.distribution, uncertainty::score_of_95_percent);
  Result<void> fits = check_share(high > 1 && high <= 1 + 1e-9 ? 1 : high, peak);
  if (!fits && !share.is_exact()) {
    fits.error().what =
        fmt::format("of {}, 5 % is more than the peak: {}", share.text, fits.error().what);
  }
  TRY(std::move(fits));
  if (share.is_exact()) return share;
  share.distribution.most = 1;
  if (is_clipped(share.distribution)) {
    assumptions.push_back(
        fmt::format("the utilization counts as 1 in the {} % of cases where {} is more",
                    units::to_significant(100 * clipped_share(share.distribution), 2), share.text));
  }
  return share;
}

Result<Factor> utilization(const HardwareInputs& in, const PeakInUse& peak,
                           std::vector<std::string>& assumptions) {
  Factor factor{.name = "utilization"};
  if (in.utilization_kind != UtilizationKind::assumed) {
    factor.name += fmt::format(" ({})", to_string(in.utilization_kind));
  }
  if (in.is_utilization_replaced) {
    assumptions.emplace_back("the utilization is the caller's, whatever the run file states");
  }
  if (in.utilization) {
    factor.value = TRY(check_utilization(*in.utilization, peak, assumptions));
    return factor;
  }
  if (peak.chip == nullptr || peak.chip->kind != "gpu") {
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
  if (inputs.chip) result.peak.chip = TRY(hardware::find_chip(*inputs.chip));
  result.available.push_back(TRY(peak_rate(inputs, result.peak, result.assumptions)));
  std::ranges::copy(inputs.factors, std::back_inserter(result.available));
  result.utilization = TRY(utilization(inputs, result.peak, result.assumptions));
  return result;
}

}  // namespace pfsday::estimate
