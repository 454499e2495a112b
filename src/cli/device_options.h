// The options that say on what a model ran: --chip, --format, --peak.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "cli/command.h"
#include "estimate/utilization.h"
#include "units/quantity.h"

namespace pfsday::cli {

/// An amount of more than zero in its base unit; none where the option is absent. Errors: those of
/// units::parse_as, and usage.
Result<std::optional<double>> find_amount(const Args& args, std::string_view option,
                                          units::Dimension dimension = units::Dimension::number);

/// Of a command with --chip, --format and --peak; a stated rate goes before the catalogue's. A rate
/// of zero: neither is given. Errors: chip_unknown, and those of find_amount.
Result<estimate::PeakInUse> read_peak(const Args& args);

}  // namespace pfsday::cli
