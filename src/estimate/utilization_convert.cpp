#include "estimate/utilization_convert.h"

#include <fmt/format.h>

#include <cmath>

#include "units/print.h"

namespace pfsday::estimate {
namespace {

using Kind = UtilizationKind;
using Pairs = AttentionPairs;

// Vilanakis, "What does GPU utilization mean?", 2026, https://doi.org/10.5281/zenodo.22881088, on
// an H100 PCIe: nvidia-smi 100 %, multiprocessors active 94 %, tensor cores active 58 %, HFU 42 %,
// MFU 41 %; full recomputation adds 27 to 34 % of executed work; counting only the pairs that are
// not masked moves MFU by 8 % at 2,048 tokens and by 26 % at 8,192.
constexpr std::string_view measured = "https://doi.org/10.5281/zenodo.22881088";
constexpr double most_executed_over_model = 1.34;
constexpr double least_causal_over_full = 0.74;

struct Range {
  double low = 1, high = 1;

  double mid() const { return std::sqrt(low * high); }
  Range inverse() const { return {1 / high, 1 / low}; }
};

std::string to_text(const Range& range) {
  if (range.low == range.high) return units::to_significant(range.low);
  return fmt::format("{} to {}", units::to_significant(range.low),
                     units::to_significant(range.high));
}

void multiply(ConvertedUtilization& share, const Range& by, std::string why) {
  if (share.low) share.low = *share.low * by.low;
  if (share.mid) share.mid = *share.mid * by.mid();
  share.high *= by.high;
  share.steps.push_back(fmt::format("x {}: {}", to_text(by), why));
}

bool counts_operations(Kind kind) { return kind == Kind::mfu || kind == Kind::hfu; }

/// A counter of busy time becomes an upper bound of executed operations.
void bound(const Utilization& from, const ConversionFacts& facts, ConvertedUtilization& share) {
  share.low.reset();
  share.mid.reset();
  share.steps.push_back(fmt::format(
      "{} counts busy time: an upper bound of what is executed, no estimate of it (where "
      "nvidia-smi showed 100 %, multiprocessors were active 94 %, tensor cores 58 %, and HFU was "
      "42 %: {})",
      to_string(from.kind), measured));
  if (facts.clock_over_peak > 1) {
    multiply(share, {facts.clock_over_peak, facts.clock_over_peak},
             "the chip may run above the clock that its peak assumes");
  }
}

/// Executed over model operations.
void apply_recompute(const ConversionFacts& facts, bool to_hfu, ConvertedUtilization& share) {
  const auto known = facts.executed_over_model;
  const Range range = known ? Range{*known, *known} : Range{1, most_executed_over_model};
  multiply(share, to_hfu ? range : range.inverse(),
           known ? "recomputation as stated"
                 : fmt::format("recomputation is not stated: none to all of the forward pass, "
                               "which was measured to add 27 to 34 % ({})",
                               measured));
}

/// The causal count over the full one.
void apply_pairs(const ConversionFacts& facts, bool to_causal, bool is_stated,
                 ConvertedUtilization& share) {
  const auto known = facts.attention_share;
  Range range{least_causal_over_full, least_causal_over_full};
  if (known) range = {1 - *known / 2, 1 - *known / 2};
  // Without the lengths of the sequences it may be anything up to the most that was measured;
  // without the convention of the share it may be so already.
  if (!known || !is_stated) range.high = 1;
  const std::string how =
      known
          ? fmt::format("attention is {:.1f} % of the full count", *known * 100)
          : fmt::format("how much attention there is is not known: up to 26 % at 8,192 tokens ({})",
                        measured);
  multiply(share, to_causal ? range : range.inverse(),
           fmt::format("from {} pairs of a query and a key to {}: {}",
                       is_stated ? (to_causal ? "all" : "unmasked") : "unstated",
                       to_causal ? "unmasked ones" : "all", how));
}

}  // namespace

Result<ConvertedUtilization> convert(const Utilization& from, const UtilizationTarget& to,
                                     const ConversionFacts& facts) {
  if (!counts_operations(to.kind)) {
    return fail(Code::run_malformed,
                fmt::format("{} cannot be told from {}", to_string(to.kind), to_string(from.kind)),
                "mfu and hfu can");
  }
  ConvertedUtilization share{.low = from.share, .mid = from.share, .high = from.share};
  if (from.kind == Kind::assumed) {
    share.steps.emplace_back("assumed: taken as it is");
    return share;
  }
  const bool is_counter = !counts_operations(from.kind);
  if (is_counter) {
    bound(from, facts, share);
  } else if (from.kind != to.kind) {
    apply_recompute(facts, to.kind == Kind::hfu, share);
  }
  // What is executed is at most all pairs and at least the unmasked ones.
  const Pairs pairs = is_counter ? Pairs::causal : from.attention;
  if (to.attention != Pairs::unstated && to.attention != pairs) {
    apply_pairs(facts, to.attention == Pairs::causal, pairs != Pairs::unstated, share);
  }
  return share;
}

}  // namespace pfsday::estimate
