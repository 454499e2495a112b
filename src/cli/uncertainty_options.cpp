#include "cli/uncertainty_options.h"

#include <limits>

#include "cli/numbers.h"

namespace pfsday::cli {

Result<uncertainty::Options> read_uncertainty(const Args& args) {
  uncertainty::Options result;
  if (const auto level = args.value("--level")) result.level = TRY(parse_level(*level));
  if (const auto seed = args.value("--seed")) {
    result.seed = TRY(parse_whole(*seed, 0, std::numeric_limits<std::int64_t>::max()));
  }
  if (const auto samples = args.value("--samples")) {
    result.samples =
        TRY(parse_whole(*samples, uncertainty::least_samples, uncertainty::most_samples));
  }
  return result;
}

}  // namespace pfsday::cli
