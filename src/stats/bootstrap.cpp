#include "stats/bootstrap.h"

#include <algorithm>
#include <bit>
#include <cassert>

#include "stats/check.h"
#include "stats/line.h"
#include "stats/random.h"
#include "stats/resampling.h"

namespace pfsday::stats {
namespace {

/// What a drawn row adds to the sums; u and v are x and y less their means.
struct alignas(32) Row {
  double u = 0, v = 0, uu = 0, uv = 0;

  void add(const Row& row) {
    u += row.u;
    v += row.v;
    uu += row.uu;
    uv += row.uv;
  }
};

/// Resamples of n rows have fewer than 3 distinct x with a chance below 1e-90 where n is above
/// this.
constexpr std::size_t largest_small = 64;

struct Sample {
  double center = 0, middle = 0;  // the means of x and y
  std::vector<Row> rows = {};
  std::vector<Interval> noise = {};  // empty, or one per row
  std::vector<unsigned> rank = {};   // of x among its distinct values; of small samples only
};

std::vector<unsigned> ranks_of(std::span<const double> x) {
  std::vector<double> distinct(x.begin(), x.end());
  std::ranges::sort(distinct);
  distinct.erase(std::ranges::unique(distinct).begin(), distinct.end());
  std::vector<unsigned> ranks;
  for (const double value : x) {
    const auto at = std::ranges::lower_bound(distinct, value);
    ranks.push_back(static_cast<unsigned>(at - distinct.begin()));
  }
  return ranks;
}

Sample sample_of(std::span<const double> x, std::span<const double> y, const Line& line,
                 std::span<const Interval> noise) {
  Sample sample{.center = line.mean_x, .middle = line.mean_y};
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double u = x[i] - line.mean_x, v = y[i] - line.mean_y;
    sample.rows.push_back({.u = u, .v = v, .uu = u * u, .uv = u * v});
  }
  sample.noise.assign(noise.begin(), noise.end());
  if (x.size() <= largest_small) sample.rank = ranks_of(x);
  return sample;
}

/// Two sums at once, so that an addition need not wait for the one before it.
Row draw_sums(RandomStream& random, const Sample& sample) {
  const std::size_t n = sample.rows.size();
  const Row* rows = sample.rows.data();
  Row even, odd;
  for (std::size_t pair = 0; pair < n / 2; ++pair) {
    const auto [first, second] = random.two_below(n);
    even.add(rows[first]);
    odd.add(rows[second]);
  }
  if (n % 2 != 0) even.add(rows[random.below(n)]);
  even.add(odd);
  return even;
}

Row draw_noisy_sums(RandomStream& random, const Sample& sample) {
  const std::size_t n = sample.rows.size();
  Row sum;
  for (std::size_t draw = 0; draw < n; ++draw) {
    const std::uint32_t index = random.below(n);
    Row row = sample.rows[index];
    const double shift = random.uniform(sample.noise[index].low, sample.noise[index].high);
    row.v += shift;
    row.uv += row.u * shift;
    sum.add(row);
  }
  return sum;
}

/// Whether the draws that `random` is about to make have 3 distinct x.
bool has_three_positions(RandomStream random, const Sample& sample) {
  if (sample.rank.empty()) return true;
  const std::size_t n = sample.rows.size();
  std::uint64_t seen = 0;
  const auto see = [&](std::uint32_t index) { seen |= std::uint64_t{1} << sample.rank[index]; };
  if (sample.noise.empty()) {
    for (std::size_t pair = 0; pair < n / 2; ++pair) {
      const auto [first, second] = random.two_below(n);
      see(first), see(second);
    }
    if (n % 2 != 0) see(random.below(n));
  } else {
    for (std::size_t draw = 0; draw < n; ++draw) {
      see(random.below(n));
      random.next();  // the noise
    }
  }
  return std::popcount(seen) >= 3;
}

Row draw(RandomStream& random, const Sample& sample) {
  while (true) {
    const bool is_usable = has_three_positions(random, sample);
    const Row sums =
        sample.noise.empty() ? draw_sums(random, sample) : draw_noisy_sums(random, sample);
    if (is_usable) return sums;
  }
}

CenteredLine line_through(const Sample& sample, const Row& sums) {
  const auto n = static_cast<double>(sample.rows.size());
  const double slope = (sums.uv - sums.u * sums.v / n) / (sums.uu - sums.u * sums.u / n);
  return {.height = sample.middle + (sums.v - slope * sums.u) / n, .slope = slope};
}

/// b_(i) = b - u e / (Sxx (1 - h)), the height likewise: influence.h for a line.
std::vector<CenteredLine> jackknife_lines(const Sample& sample, const Line& line) {
  const auto n = static_cast<double>(sample.rows.size());
  double spread = 0;
  for (const Row& row : sample.rows) spread += row.uu;
  std::vector<CenteredLine> lines;
  for (const Row& row : sample.rows) {
    const double freedom = 1 - 1 / n - row.uu / spread;
    if (freedom < 1e-10) continue;  // without this row all x are equal
    const double pull = (row.v - line.slope * row.u) / freedom;
    lines.push_back(
        {.height = sample.middle - pull / n, .slope = line.slope - row.u * pull / spread});
  }
  return lines;
}

template <class Value>
Interval interval_of(const LineBootstrap& lines, double level, BootstrapRule rule, Value value_of) {
  std::vector<double> resampled, jackknife;
  for (const CenteredLine& line : lines.resampled) resampled.push_back(value_of(line));
  if (rule == BootstrapRule::percentile) return percentile_interval(resampled, level);
  for (const CenteredLine& line : lines.jackknife) jackknife.push_back(value_of(line));
  return bca_interval(resampled, value_of(lines.estimate), jackknife, level);
}

}  // namespace

std::vector<Interval> equal_noise(std::size_t n, double half_width) {
  return std::vector<Interval>(n, {-half_width, half_width});
}

Interval LineBootstrap::slope_interval(double level, BootstrapRule rule) const {
  return interval_of(*this, level, rule, [](const CenteredLine& line) { return line.slope; });
}

Interval LineBootstrap::height_interval(double x, double level, BootstrapRule rule) const {
  const double u = x - center;
  return interval_of(*this, level, rule,
                     [u](const CenteredLine& line) { return line.height + line.slope * u; });
}

Result<LineBootstrap> bootstrap_line(std::span<const double> x, std::span<const double> y,
                                     const BootstrapOptions& options) {
  assert(options.noise.empty() || options.noise.size() == x.size());
  const Line line = TRY(fit_line(x, y));
  const Sample sample = sample_of(x, y, line, options.noise);
  LineBootstrap lines{.center = line.mean_x,
                      .estimate = {.height = line.mean_y, .slope = line.slope},
                      .resampled = std::vector<CenteredLine>(options.resamples),
                      .jackknife = jackknife_lines(sample, line)};
  for_ranges(options.resamples, options.threads, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      RandomStream random(options.seed, i);
      lines.resampled[i] = line_through(sample, draw(random, sample));
    }
  });
  return lines;
}

}  // namespace pfsday::stats
