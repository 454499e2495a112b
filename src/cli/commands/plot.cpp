#include "report/plot.h"

#include <fmt/format.h>
#include <sys/auxv.h>

#include <filesystem>

#include "chart/layout.h"
#include "chart/renderer.h"
#include "chart/svg.h"
#include "cli/command.h"
#include "cli/fit_options.h"
#include "cli/session.h"

namespace pfsday::cli {
namespace {

constexpr Option options[] = {
    {.name = "-o,--output", .value = "PATH", .doc = "where to write: chart.svg or chart.png"},
    fit_option::set,
    fit_option::select,
    fit_option::domain,
    fit_option::minimum,
    fit_option::from,
    fit_option::to,
    fit_option::leave_out,
    fit_option::leave_out_organization,
    fit_option::level,
    fit_option::name,
    fit_option::date,
    fit_option::compute,
};

constexpr double png_scale = 2;  // PNG pixels per SVG pixel: 200 dpi on a page 24 cm wide

enum class Format { svg, png };

struct Target {
  std::string path;
  Format format = Format::svg;
};

Result<Target> target_of(const Args& args) {
  const auto path = args.value("--output");
  if (!path) return fail(Code::usage, "plot: where to write is not said", "add -o chart.svg");
  Target target{.path = std::string(*path)};
  if (path->ends_with(".png")) {
    target.format = Format::png;
  } else if (!path->ends_with(".svg") && path != "-") {
    return fail(Code::usage, fmt::format("plot: \"{}\" is of no known format", *path),
                "end it in .svg or .png");
  }
  return target;
}

/// Empty if unknown. Where /proc is not mounted, the kernel still tells how it was started.
std::filesystem::path program_path() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) return program;
  return std::filesystem::canonical(reinterpret_cast<const char*>(getauxval(AT_EXECFN)), error);
}

/// lib/pfsday beside the bin/ of this program, as built and as installed.
std::vector<std::string> renderer_paths() {
  const std::filesystem::path program = program_path();
  if (program.empty()) return {};
  return {(program.parent_path().parent_path() / "lib" / "pfsday" / "render.so").string()};
}

Result<int> run(Session& session, const Args& args) {
  const Target target = TRY(target_of(args));
  const auto path = file_of(args);
  const report::FitRequest request = TRY(fit_request(session, args, path));
  const report::FitReport report = TRY(report::fit(request));
  report_faulty_rows(session, report.rows, path.value_or(""));
  const auto renderer = TRY(chart::Renderer::open(renderer_paths()));
  const chart::Layout layout = chart::lay_out(report::chart_of(report), *renderer);
  if (layout.unlabeled > 0) {
    session.warn(fmt::format("{} of {} systems have no label, as there is no room",
                             layout.unlabeled, layout.points.size()));
  }
  std::string picture = chart::to_svg(layout);
  if (target.format == Format::png) picture = TRY(renderer->to_png(picture, png_scale));
  TRY(session.write_file(target.path, picture));
  if (target.path != "-") session.print(target.path + "\n");
  return 0;
}

}  // namespace

extern constinit const Command plot{
    .name = "plot",
    .usage = "plot [FILE] [options]",
    .summary = "Draw training compute over publication dates, with the fitted trend.",
    .details =
        "Takes what `pfsday fit` takes: a table of comma-separated values, or a set of the bundled "
        "catalogue. The path that was written is printed; - writes SVG to standard output.",
    .example = "pfsday plot --set 2018-chart -o chart.svg",
    .options = options,
    .run = run,
};

}  // namespace pfsday::cli
