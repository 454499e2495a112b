// Published figures of utilization, row by row, each with its source: data/utilization/*.toml,
// embedded. Priors are fitted to them (estimate/utilization_prior.h).
//
//   for (const UtilizationRow& row : utilization_rows()) use(row.family, row.format, row.mfu);
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "estimate/run.h"
#include "estimate/utilization.h"

namespace pfsday::estimate {

/// What the time of a figure holds.
///   whole_run   the chip-hours of a run: downtime, restarts and evaluation too
///   reported    what the publication of a run states, usually of its steps
///   benchmark   the time of a step that was run to be measured
///   conjecture  a guess of others; no prior uses it
enum class UtilizationBasis : std::uint8_t { whole_run, reported, benchmark, conjecture };

struct UtilizationRow {
  std::string model = {};
  bool is_mixture = false;  ///< of experts
  std::string chip = {};    ///< as the source names it
  std::string family = {};  ///< of chips with the same peaks; empty where the source names none
  std::string format = {};  ///< of the peak: bf16 fp16 fp8 fp4 fp32; empty where it is not stated
  std::string recipe = {};  ///< how the source calls the numbers of the run; often the format
  std::optional<double> chips = {};
  std::optional<double> sequence = {};  ///< tokens
  double mfu = 0;
  std::optional<double> hfu = {};
  UtilizationBasis basis = UtilizationBasis::benchmark;
  AttentionPairs attention = AttentionPairs::unstated;
  Source source = {};
};

/// In the order of the files and of their rows.
std::span<const UtilizationRow> utilization_rows();

/// The family of a chip of the catalogue, or of a family's own name; empty if nothing was published
/// for it. "h100-sxm" is of the family h100, and so is "h800-sxm", which has the same peaks.
std::string_view chip_family(std::string_view chip);

std::string_view to_string(UtilizationBasis basis);

}  // namespace pfsday::estimate
