#include "estimate/utilization.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "hardware/variants.h"
#include "units/print.h"

namespace pfsday::estimate {
namespace {

struct KindName {
  UtilizationKind kind;
  std::string_view name;
};
constexpr KindName kind_names[] = {
    {UtilizationKind::mfu, "mfu"},
    {UtilizationKind::hfu, "hfu"},
    {UtilizationKind::tensor_active, "tensor-active"},
    {UtilizationKind::sm_active, "sm-active"},
    {UtilizationKind::smi, "smi"},
    {UtilizationKind::assumed, "assumed"},
};

std::string rate_text(double rate) { return units::to_si(rate, "FLOP/s"); }

/// "h100-sxm in fp8 (1.979 PFLOP/s)", dense and sparse peaks of one chip.
void add_peaks(const hardware::Chip& chip, double least, std::vector<std::string>& found) {
  const auto add = [&](const hardware::Peak& peak, double rate, std::string_view how) {
    if (rate < least) return;
    found.push_back(fmt::format("{} in {}{} ({})", chip.id, peak.format, how, rate_text(rate)));
  };
  for (const hardware::Peak& peak : chip.peaks) {
    add(peak, peak.operations_per_second, "");
    if (peak.sparse) add(peak, *peak.sparse, " with sparsity");
  }
}

/// Of the chip itself, then of its variants; a few.
std::vector<std::string> peaks_of_at_least(const hardware::Chip& chip, double rate) {
  constexpr std::size_t most = 6;
  std::vector<std::string> found;
  add_peaks(chip, rate, found);
  for (const hardware::Chip* other : hardware::variants_of(chip)) add_peaks(*other, rate, found);
  if (found.size() > most) found.resize(most);
  return found;
}

/// Which peak is as high as that.
std::string where_such(const PeakInUse& peak, double rate) {
  if (peak.chip == nullptr)
    return "check the operations, the number of chips, the time and the peak";
  const std::vector<std::string> enough = peaks_of_at_least(*peak.chip, rate);
  if (!enough.empty()) return fmt::format("such a peak has {}", join(enough, ", "));
  return "no peak of such a chip is that high: check the operations, the number of chips and the "
         "time";
}

/// Many write a share in per cent.
std::string with_percent(double share, std::string hint) {
  return share > 2 ? fmt::format("{}; as a share, 40 % is 0.4", hint) : hint;
}

std::unexpected<Error> above_one(double share, const PeakInUse& peak) {
  if (peak.rate <= 0) {
    return fail(Code::utilization_out_of_range,
                fmt::format("a utilization of {} is not in (0, 1]", share),
                "as a share, 40 % is 0.4");
  }
  const double needed = share * peak.rate;
  const std::string whose =
      peak.chip == nullptr ? "stated" : fmt::format("of {} in {}", peak.chip->id, peak.format);
  const std::string what =
      fmt::format("a utilization of {} is above 1: the peak {} is {}, and this needs {}",
                  units::to_significant(share), whose, rate_text(peak.rate), rate_text(needed));
  return fail(Code::utilization_out_of_range, what, with_percent(share, where_such(peak, needed)));
}

}  // namespace

std::string_view to_string(UtilizationKind kind) {
  return std::ranges::find(kind_names, kind, &KindName::kind)->name;
}

std::string_view to_string(AttentionPairs pairs) {
  if (pairs == AttentionPairs::full) return "full";
  return pairs == AttentionPairs::causal ? "causal" : "unstated";
}

Result<UtilizationKind> parse_utilization_kind(std::string_view text) {
  const auto* const found = std::ranges::find(kind_names, text, &KindName::name);
  if (found != std::end(kind_names)) return found->kind;
  return fail(Code::run_malformed, fmt::format("no kind of utilization is called \"{}\"", text),
              "one of mfu, hfu, tensor-active, sm-active, smi, assumed");
}

Result<PeakInUse> find_peak_in_use(const hardware::Chip& chip,
                                   std::optional<std::string_view> format) {
  const hardware::Peak peak = TRY(hardware::find_peak(chip, format));
  return PeakInUse{.chip = &chip,
                   .format = std::string(peak.format),
                   .rate = peak.operations_per_second,
                   .clock_mhz = peak.clock_mhz,
                   .source = std::string(peak.source->url)};
}

Result<void> check_share(double share, const PeakInUse& peak) {
  if (share > 0 && share <= 1) return {};
  if (share > 1) return above_one(share, peak);
  return fail(Code::utilization_out_of_range,
              fmt::format("a utilization of {} is not in (0, 1]", share));
}

}  // namespace pfsday::estimate
