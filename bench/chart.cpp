// How long a chart takes from the value to the file: 15 and 1,000 systems, as SVG and as a page.
#include <benchmark/benchmark.h>

#include <cmath>
#include <random>

#include "chart/html.h"
#include "chart/renderer.h"
#include "chart/svg.h"

namespace {

using namespace pfsday::chart;

const Renderer& renderer() {
  static const auto opened = Renderer::open(PFSDAY_RENDERER);
  return **opened;
}

/// Systems scattered about an exponential; every record has a label, as in `pfsday plot`.
Chart chart_of(std::int64_t count) {
  std::mt19937 random(2018);
  std::normal_distribution<double> scatter;
  Chart chart{.title = "Compute", .y = {.title = "pfs-days", .unit = "pfs-days"}};
  double most = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const double x = -10 + 16 * static_cast<double>(i) / static_cast<double>(count);
    const double y = std::pow(10, 0.5 * x + scatter(random));
    chart.points.push_back({.x = x,
                            .y = y,
                            .label = "System " + std::to_string(i),
                            .interval = Interval{y / 2, 2 * y},
                            .priority = y > most ? 1.0 : 0.0});
    most = std::max(most, y);
  }
  chart.lines = {{.slope = 0.5, .from = -10, .to = 6, .label = "doubles every 7.2 months"}};
  return chart;
}

void svg(benchmark::State& state) {
  const Chart chart = chart_of(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(to_svg(lay_out(chart, renderer()), theme_of("light")));
  }
}
BENCHMARK(svg)->Arg(15)->Arg(1000)->Unit(benchmark::kMillisecond);

void html(benchmark::State& state) {
  const Chart chart = chart_of(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(to_html(chart, lay_out(chart, renderer()), theme_of("light")));
  }
}
BENCHMARK(html)->Arg(15)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
