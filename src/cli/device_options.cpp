#include "cli/device_options.h"

#include <fmt/format.h>

namespace pfsday::cli {

Result<std::optional<double>> find_amount(const Args& args, std::string_view option,
                                          units::Dimension dimension) {
  using Found = std::optional<double>;
  const auto text = args.value(option);
  if (!text) return Found{};
  const double amount = TRY(units::parse_as(*text, dimension, 1));
  if (amount > 0) return Found(amount);
  return fail(Code::usage, fmt::format("{} {} is not more than zero", option, *text));
}

Result<estimate::PeakInUse> read_peak(const Args& args) {
  estimate::PeakInUse peak;
  const auto rate = TRY(find_amount(args, "--peak", units::Dimension::rate));
  if (const auto id = args.value("--chip")) {
    const hardware::Chip* const chip = TRY(hardware::find_chip(*id));
    peak = TRY(estimate::find_peak_in_use(*chip, args.value("--format")));
  }
  if (rate) peak = {.format = peak.format, .rate = *rate};
  return peak;
}

}  // namespace pfsday::cli
