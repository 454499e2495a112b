#include "stats/first_crossing.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "stats/check.h"
#include "stats/distributions.h"
#include "stats/random.h"
#include "stats/resampling.h"

namespace pfsday::stats {
namespace {

/// A line and its scatter as they may be.
struct Draw {
  double center = 0, height = 0, slope = 0, scatter = 0;
};

Draw draw_line(RandomStream& random, const Line& line) {
  const auto freedom = static_cast<double>(line.degrees_of_freedom());
  const double chance = std::clamp(random.uniform(), 1e-12, 1 - 1e-12);
  const double wider = std::sqrt(freedom / chi_squared_quantile(chance, freedom));
  const double scatter = line.residual_deviation * wider;
  const double height_se = scatter / std::sqrt(static_cast<double>(line.n));
  return {.center = line.mean_x,
          .height = line.mean_y + height_se * random.normal(),
          .slope = line.slope + wider * line.slope_se * random.normal(),
          .scatter = scatter};
}

double first_crossing(RandomStream random, const Line& line, const CrossingQuestion& question) {
  const Draw drawn = draw_line(random, line);
  double x = question.start;
  while (true) {
    x -= std::log(1 - random.uniform()) / question.rate;
    if (x > question.end) return HUGE_VAL;
    const Bent at = bent(question.bend, x);
    const double mean = drawn.height + drawn.slope * (at.x - drawn.center) + at.lift;
    if (mean + drawn.scatter * random.normal() >= question.height) return x;
  }
}

}  // namespace

Result<std::vector<double>> simulate_first_crossing(const Line& line,
                                                    const CrossingQuestion& question,
                                                    const SimulationOptions& options) {
  const std::array<double, 4> numbers = {question.height, question.start, question.end,
                                         question.rate};
  TRY(check_finite({numbers}));
  const double arrivals = question.rate * (question.end - question.start);
  if (!(question.rate > 0 && arrivals > 0 && arrivals < 1e6)) {
    return fail(Code::fit_degenerate, "no points, or over a million, would arrive in this time");
  }
  std::vector<double> crossings(options.draws);
  for_ranges(options.draws, options.threads, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      crossings[i] = first_crossing(RandomStream(options.seed, i), line, question);
    }
  });
  std::ranges::sort(crossings);
  return crossings;
}

}  // namespace pfsday::stats
