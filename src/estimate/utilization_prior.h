// What utilization to expect where nobody measured it, fitted to published rows.
//
//   const UtilizationPrior prior = TRY(find_prior({.basis = UtilizationBasis::whole_run,
//                                                  .architecture = Architecture::dense}));
//   prior.median   // 0.32 of 19 runs; 5 % prior.low, 95 % prior.high
//   TRY(find_prior("prior:benchmark-h100-bf16-dense"));
//
// A prior belongs to a basis, a family of chips, the format of the peak and an architecture: the
// same run has half the share of an FP8 peak that it has of a BF16 peak, and mixtures of experts
// reach a third of what dense models reach. A key with fewer than 5 rows falls back, and the result
// says so:
//
//   reported    all chips
//   benchmark   all chips, the same format and architecture
//   whole-run   of dense models at 16-bit peaks: all chips. Of other formats and of mixtures, whose
//               whole runs are too few: the benchmark prior times goodput, 0.70 to 0.95
//
// Never falls back across formats or architectures.
//
//   median  m of the rows
//   5, 95 % of the next run: logistic(logit(m) -+ t s sqrt(1 + 1/n)), t the 95 % quantile of
//           Student's t with n - 1 degrees of freedom, s the standard deviation of the logits.
//           Those who benchmark choose what they show, and many rows are of one model: of a
//           benchmark, s is at least 0.5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "estimate/amount.h"
#include "estimate/utilization_rows.h"

namespace pfsday::estimate {

/// The share of its chip-hours in which a run makes progress at the speed of its steps. Our
/// assumption; its low end is the ratio of the medians of whole-run and reported rows.
inline constexpr double goodput_low = 0.70, goodput_high = 0.95;

enum class Architecture : std::uint8_t { any, dense, mixture };

struct PriorQuery {
  UtilizationBasis basis = UtilizationBasis::whole_run;
  std::string chip = {};    ///< of the catalogue, or a family; empty: all
  std::string format = {};  ///< of the peak; benchmarks and mixtures need it
  Architecture architecture = Architecture::dense;
};

struct UtilizationPrior {
  std::string name = {};  ///< of the rows in use: "prior:whole-run-dense"
  double low = 0;         ///< 5 %
  double median = 0;
  double high = 0;  ///< 95 %
  std::size_t n = 0;
  UtilizationKind kind = UtilizationKind::mfu;
  UtilizationBasis basis = UtilizationBasis::whole_run;  ///< of the rows
  AttentionPairs attention = AttentionPairs::unstated;   ///< where all rows agree
  std::vector<const UtilizationRow*> rows = {};
  std::vector<std::string> notes = {};  ///< each fallback and each widening
  std::vector<Source> sources = {};     ///< of the rows, each once
};

/// Fault run_input_missing where nothing comparable was published, or the format is needed.
Result<UtilizationPrior> find_prior(const PriorQuery& query);

/// By name: "prior:BASIS[-CHIP][-FORMAT][-dense|-mixture]". Faults: prior_unknown, and those above.
Result<UtilizationPrior> find_prior(std::string_view name);

/// The prior as an input: logit-normal with its median, as wide between 5 and 95 % as it is. (The
/// tails of the fit are Student's, a little heavier beyond.)
uncertainty::Distribution distribution_of(const UtilizationPrior& prior);

/// The probability that the distribution stays below a share in (0, 1).
double probability_below(const UtilizationPrior& prior, double share);

/// Every prior that is fitted to rows of its own chips, or of all, by its name without "prior:".
std::span<const uncertainty::Prior> utilization_priors();

namespace measure {
inline constexpr Measure utilization = {units::Dimension::number, 1, utilization_priors};
}  // namespace measure

/// True of text that names a prior: "prior:...".
bool names_prior(std::string_view text);

/// Rows of one family, recipe and architecture, and their median; in the order of the rows.
struct UtilizationGroup {
  std::string family = {};
  std::string recipe = {};
  bool is_mixture = false;
  std::size_t n = 0;
  double median = 0;
};
std::vector<UtilizationGroup> group_rows(UtilizationBasis basis);

}  // namespace pfsday::estimate
