#include "report/plot.h"

#include <fmt/format.h>
#include <sys/auxv.h>

#include <filesystem>

#include "chart/data.h"
#include "chart/html.h"
#include "chart/layout.h"
#include "chart/renderer.h"
#include "chart/svg.h"
#include "cli/command.h"
#include "cli/fit_method.h"
#include "cli/fit_options.h"
#include "cli/plot_options.h"
#include "cli/session.h"

namespace pfsday::cli {
namespace {

constexpr Option own_options[] = {
    {.name = "-o,--output",
     .value = "PATH",
     .doc = "where to write: chart.svg, chart.png or chart.html"},
    {.name = "--data", .value = "PATH", .doc = "write what is drawn as comma-separated values"},
    {.name = "--theme", .value = "light|dark|print", .doc = "colors"},
};
constexpr auto options =
    join_options(own_options, look_options, selection_options, quantity_options, method_options);

constexpr double png_scale = 2;  // PNG pixels per SVG pixel: 200 dpi on a page 24 cm wide

enum class Format : std::uint8_t { svg, png, html };

struct Target {
  std::string path;
  Format format = Format::svg;
};

Result<Target> parse_target(std::string_view path) {
  Target target{.path = std::string(path)};
  if (path == "-" || path.ends_with(".svg")) return target;
  if (path.ends_with(".png")) {
    target.format = Format::png;
  } else if (path.ends_with(".html")) {
    target.format = Format::html;
  } else {
    return fail(Code::usage, fmt::format("plot: \"{}\" is of no known format", path),
                "end it in .svg, .png or .html");
  }
  return target;
}

/// None where only the data are asked for.
Result<std::optional<Target>> target_of(const Args& args) {
  const auto path = args.value("--output");
  if (path) return std::optional(TRY(parse_target(*path)));
  if (args.value("--data")) return std::optional<Target>();
  return fail(Code::usage, "plot: where to write is not said", "add -o chart.svg");
}

/// Empty if unknown. Where /proc is not mounted, the kernel still tells how it was started.
std::filesystem::path program_path() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) return program;
  return std::filesystem::canonical(reinterpret_cast<const char*>(getauxval(AT_EXECFN)), error);
}

/// lib/pfsday beside the bin/ of this program, as built and as installed.
std::string renderer_path() {
  return (program_path().parent_path().parent_path() / "lib" / "pfsday" / "render").string();
}

Result<void> write(Session& session, const std::string& path, std::string_view bytes) {
  TRY(session.write_file(path, bytes));
  if (path != "-") session.print(path + "\n");
  return {};
}

/// Says which names are not on the picture, where a reader would expect them.
void report_missing_labels(Session& session, const chart::Layout& layout) {
  if (layout.unlabeled > 0 && layout.points.size() <= chart::few_points) {
    session.warn(fmt::format("{} of {} systems have no label, as there is no room",
                             layout.unlabeled, layout.points.size()));
  }
  for (const chart::CurveMark& curve : layout.curves) {
    if (curve.text.empty() || curve.label) continue;
    session.warn(fmt::format("the line \"{}\" has no label, as there is no room", curve.text));
  }
}

Result<std::string> render(Session& session, const chart::Chart& chart, Format format,
                           const chart::Theme& theme) {
  const auto renderer = TRY(chart::Renderer::open(renderer_path()));
  const chart::Layout layout = chart::lay_out(chart, *renderer);
  TRY(renderer->check());
  report_missing_labels(session, layout);
  if (format == Format::html) return chart::to_html(chart, layout, theme);
  std::string svg = chart::to_svg(layout, theme);
  return format == Format::png ? renderer->to_png(svg, png_scale) : svg;
}

Result<int> run(Session& session, const Args& args) {
  const auto target = TRY(target_of(args));
  const auto path = file_of(args);
  report::FitRequest request = TRY(fit_request(session, args, path));
  TRY(read_quantity(args, request));
  TRY(read_method(args, request, false));
  const report::PlotOptions looks = TRY(plot_options(args, request.quantity));
  const report::FitReport report = TRY(report::fit(request));
  report_faulty_rows(session, report.rows, path.value_or(""));
  const chart::Chart chart = TRY(report::chart_of(report, looks));
  if (target) {
    const chart::Theme& theme = chart::theme_of(args.choice("--theme"));
    const std::string picture = TRY(render(session, chart, target->format, theme));
    TRY(write(session, target->path, picture));
  }
  if (const auto data = args.value("--data")) {
    TRY(write(session, std::string(*data), chart::to_csv(chart)));
  }
  return 0;
}

}  // namespace

extern constinit const Command plot{
    .name = "plot",
    .usage = "plot [FILE] [options]",
    .summary = "Draw training compute, or what --y names, over publication dates, with its trend.",
    .details =
        "Takes what `pfsday fit` takes: a table of comma-separated values, or a set of the bundled "
        "catalogue. The paths that were written are printed; - writes SVG to standard output. A "
        "page "
        "(chart.html) is one file that needs no network: it zooms, shows what is known of each "
        "system and has a table of them.\n"
        "Beyond 120 systems, those highlighted are labeled first, then records, then those "
        "farthest from the line, as many as there is room for.",
    .example = "pfsday plot --set 2018-chart -o chart.svg",
    .options = options,
    .run = run,
};

}  // namespace pfsday::cli
