#include "trend/drivers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "hardware/chip.h"
#include "trend/chips.h"

namespace pfsday::trend {
namespace {

constexpr double seconds_per_hour = 3600;

enum Driver : std::uint8_t { chips, peak, hours, utilization };
constexpr std::array<std::string_view, 4> driver_names = {"chips", "peak rate of a chip",
                                                          "training time", "utilization"};

/// What one system states of the drivers.
using Stated = std::array<std::optional<double>, driver_names.size()>;

Stated stated_by(const System& system, std::span<const ChipPeak> peaks) {
  Stated stated = {system.chips, std::nullopt, system.hours, system.utilization};
  if (system.hardware.size() == 1) stated[peak] = find_peak(peaks, system.hardware[0]);
  return stated;
}

/// The systems that are in, with what they state.
struct Cases {
  std::vector<Point> compute = {};
  std::vector<Stated> stated = {};
};

DriverFit fit_driver(const Cases& cases, Driver driver, const FitOptions& options) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < cases.compute.size(); ++i) {
    if (const auto value = cases.stated[i][driver]) {
      points.push_back(cases.compute[i]);
      points.back().value = *value;
      points.back().low = points.back().high = std::nullopt;  // those are of its compute
    }
  }
  DriverFit result{.name = std::string(driver_names[driver]), .n = points.size()};
  if (auto fit = fit_exponential(points, options)) result.fit = std::move(*fit);
  return result;
}

/// The cases with chips, peak and time, where utilization is what is left of compute.
Cases complete_cases(const Cases& cases) {
  Cases complete;
  for (std::size_t i = 0; i < cases.compute.size(); ++i) {
    Stated stated = cases.stated[i];
    if (!stated[chips] || !stated[peak] || !stated[hours]) continue;
    stated[utilization] = cases.compute[i].value /
                          (*stated[chips] * *stated[peak] * *stated[hours] * seconds_per_hour);
    complete.compute.push_back(cases.compute[i]);
    complete.stated.push_back(stated);
  }
  return complete;
}

std::optional<CompleteSplit> split_complete(const Cases& cases, const FitOptions& options) {
  const auto compute = fit_exponential(cases.compute, options);
  if (!compute || compute->line.slope == 0) return std::nullopt;  // no growth, no shares
  CompleteSplit split{.n = compute->line.n, .slope = compute->line.slope};
  for (const Driver driver : {chips, peak, hours, utilization}) {
    const DriverFit part = fit_driver(cases, driver, options);
    const double slope = part.fit->line.slope;
    split.parts.push_back({.name = driver == utilization ? "implied utilization" : part.name,
                           .slope = slope,
                           .share = slope / split.slope});
  }
  return split;
}

/// What is not understood of the chips of the systems that are in.
void note_chips(Drivers& drivers, std::span<const System> systems,
                std::span<const Decision> decisions, std::span<const ChipPeak> peaks) {
  std::set<std::string> unknown;
  for (std::size_t i = 0; i < systems.size(); ++i) {
    if (decisions[i].verdict != Verdict::in) continue;
    const auto& hardware = systems[i].hardware;
    if (hardware.size() > 1) ++drivers.several_types;
    if (hardware.size() == 1 && !find_peak(peaks, hardware[0])) unknown.insert(hardware[0]);
  }
  drivers.unknown_chips = {unknown.begin(), unknown.end()};
}

}  // namespace

Result<std::vector<ChipPeak>> read_chip_peaks(std::string_view csv) {
  const ChipTable table = TRY(read_chips(csv));
  std::vector<ChipPeak> peaks;
  for (const Chip& chip : table.chips) {
    if (const auto rate = training_peak(chip)) peaks.push_back({chip.name, *rate});
  }
  return peaks;
}

std::vector<ChipPeak> catalogue_peaks() {
  std::vector<ChipPeak> peaks;
  for (const hardware::Chip& chip : hardware::chips()) {
    if (const auto rate = hardware::find_peak(chip)) {
      peaks.push_back({std::string(chip.name), rate->operations_per_second});
    }
  }
  return peaks;
}

std::optional<double> find_peak(std::span<const ChipPeak> peaks, std::string_view name) {
  const ChipPeak* best = nullptr;
  for (const ChipPeak& chip : peaks) {
    const bool begins = name == chip.name || name.starts_with(chip.name + " ");
    if (begins && (best == nullptr || chip.name.size() > best->name.size())) best = &chip;
  }
  return best == nullptr ? std::nullopt : std::optional(best->operations_per_second);
}

Result<Drivers> split_drivers(std::span<const System> systems, std::span<const Decision> decisions,
                              std::span<const ChipPeak> peaks, const FitOptions& options) {
  Cases cases;
  for (std::size_t i = 0; i < systems.size(); ++i) {
    if (decisions[i].verdict != Verdict::in) continue;
    cases.compute.push_back(point_of(systems[i], Quantity::compute));
    cases.stated.push_back(stated_by(systems[i], peaks));
  }
  Drivers drivers;
  drivers.compute = TRY(fit_exponential(cases.compute, options));
  for (const Driver driver : {chips, peak, hours, utilization}) {
    drivers.each.push_back(fit_driver(cases, driver, options));
  }
  note_chips(drivers, systems, decisions, peaks);
  drivers.complete = split_complete(complete_cases(cases), options);
  return drivers;
}

}  // namespace pfsday::trend
