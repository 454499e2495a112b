// Growth of training compute split into its drivers:
//
//   compute = chips x peak rate of a chip x training time x utilization
//
//   const Drivers drivers = TRY(split_drivers(systems, decisions, peaks, {}));
//   drivers.each[0].factor_per_year   // of the chips, over the systems that state them
//   drivers.complete->parts           // over the systems that state all: slopes add exactly
//
// Fits of single drivers run over the systems that happen to state each, so their slopes do not add
// up to that of compute. In the complete-case split utilization is implied: what is left of
// compute.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "trend/fit.h"
#include "trend/select.h"
#include "trend/system.h"

namespace pfsday::trend {

struct ChipPeak {
  std::string name = {};
  double operations_per_second = 0;  ///< dense, in the format that training uses
};

/// The peaks that training uses, of a table of chips (trend/chips.h). Chips without one are left
/// out.
/// Faults: table_malformed, column_missing.
Result<std::vector<ChipPeak>> read_chip_peaks(std::string_view csv);

/// The peaks of the bundled catalogue.
std::vector<ChipPeak> catalogue_peaks();

/// The chip of that name, or the one with the longest name that the given name begins with
/// ("NVIDIA H100 SXM5" for "NVIDIA H100 SXM5 80GB"); none where there is none.
std::optional<double> find_peak(std::span<const ChipPeak> peaks, std::string_view name);

struct DriverFit {
  std::string name = {};
  std::optional<Fit> fit = {};  ///< none where too few systems state it
  std::size_t n = 0;
};

struct CompleteSplit {
  struct Part {
    std::string name = {};
    double slope = 0;  ///< decades per year
    double share = 0;  ///< of the slope of compute; shares sum to 1
  };
  std::size_t n = 0;
  double slope = 0;              ///< of compute over these systems
  std::vector<Part> parts = {};  ///< chips, peak, time, implied utilization
};

struct Drivers {
  Fit compute = {};                  ///< over all systems selected
  std::vector<DriverFit> each = {};  ///< chips, peak rate of a chip, training time, utilization
  std::size_t several_types = 0;     ///< systems with several types of chips: they have no peak
  std::vector<std::string> unknown_chips = {};  ///< names without a peak
  std::optional<CompleteSplit> complete = {};
};

/// Over the systems that the decisions take. Fault too_few_points.
Result<Drivers> split_drivers(std::span<const System> systems, std::span<const Decision> decisions,
                              std::span<const ChipPeak> peaks, const FitOptions& options);

}  // namespace pfsday::trend
