#include "cli/fit_studies.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "units/print.h"

namespace pfsday::cli {
namespace {

constexpr std::size_t usual_rows = 10;  // of single systems, without --explain

std::string number(double value) { return fmt::format("{:#.4g}", value); }

std::string months(const std::optional<double>& doubling) {
  return doubling ? number(*doubling) : "none";
}

/// A change of the slope in decades per year.
std::string signed_change(double change) { return fmt::format("{:+.4f}", change); }

std::string amount(const std::optional<double>& value) {
  return value ? units::to_significant(*value) : "-";
}

/// "the 10 of 85 that change it most".
std::string shown_of(std::size_t shown, std::size_t all, std::string_view what) {
  if (shown == all) return fmt::format("{} {}", all, what);
  return fmt::format("the {} of {} {} that change the slope most", shown, all, what);
}

std::size_t shown_rows(std::size_t size, bool all) {
  return all ? size : std::min(size, usual_rows);
}

/// " (A enters)", " (A and 2 others enter)".
std::string entered_text(const trend::Influence& influence) {
  const auto& entered = influence.entered;
  if (entered.empty()) return {};
  if (entered.size() == 1) return fmt::format(" ({} enters)", entered[0]);
  return fmt::format(" ({} and {} other{} enter)", entered[0], entered.size() - 1,
                     entered.size() == 2 ? "" : "s");
}

Table steps_table(const report::VintageReport& report) {
  const trend::VintageChange& change = report.change;
  Table table({{"step"},
               {"systems", Align::right},
               {"n", Align::right},
               {"decades per year", Align::right},
               {"change", Align::right},
               {"doubling, months", Align::right}});
  const auto add = [&](std::string name, std::string systems, std::size_t n, double slope,
                       std::string moved) {
    table.add_row({std::move(name), std::move(systems), std::to_string(n), number(slope),
                   std::move(moved),
                   months(trend::doubling_months_of(slope, change.before.axis->months_per_year))});
  };
  add(report.before, "", change.before.line.n, change.before.line.slope, "");
  for (const trend::Step& step : change.steps) {
    add(std::string(trend::describe(step.kind)), std::to_string(step.systems), step.n, step.slope,
        signed_change(step.change));
  }
  add(report.after, "", change.after.line.n, change.after.line.slope,
      signed_change(change.after.line.slope - change.before.line.slope));
  return table;
}

Table effects_table(const report::VintageReport& report, std::size_t rows) {
  Table table({{"system"},
               {"what changed"},
               {"before", Align::right},
               {"after", Align::right},
               {"alone", Align::right}});
  for (const trend::Effect& effect : std::span(report.change.effects).first(rows)) {
    table.add_row({effect.name, std::string(trend::describe(effect.kind)), amount(effect.before),
                   amount(effect.after), signed_change(effect.change)});
  }
  return table;
}

std::string matched_text(const report::VintageReport& report) {
  const trend::Matched& matched = report.change.matched;
  const double share = matched.common == 0 ? 0
                                           : 100 * static_cast<double>(matched.differ) /
                                                 static_cast<double>(matched.common);
  std::string text = fmt::format(
      "{} systems of both tables match by name; of {}, {} ({:.1f} %) differ by over 5 %",
      matched.common, trend::names_of(report.quantity).word, matched.differ, share);
  if (matched.median_factor)
    text += fmt::format(", by a median factor of {:.3g}", *matched.median_factor);
  return text + "\n";
}

/// "1 to 8"; "-" where it is not stated.
std::string range(const std::optional<stats::Interval>& bounds, double unit = 1) {
  if (!bounds) return "-";
  return fmt::format("{:.3g} to {:.3g}", bounds->low / unit, bounds->high / unit);
}

Table each_driver_table(const trend::Drivers& drivers) {
  Table table({{""},
               {"n", Align::right},
               {"factor per year", Align::right},
               {"interval", Align::right},
               {"decades per year", Align::right}});
  const auto add = [&](const std::string& name, std::size_t n,
                       const std::optional<trend::Fit>& fit) {
    if (!fit) return table.add_row({name, std::to_string(n), "too few"});
    const auto& [low, high] = fit->factor_interval;
    table.add_row({name, std::to_string(n), number(fit->factor_per_year),
                   number(low) + " to " + number(high), number(fit->line.slope)});
  };
  add("compute", drivers.compute.line.n, drivers.compute);
  for (const trend::DriverFit& driver : drivers.each) add(driver.name, driver.n, driver.fit);
  return table;
}

Table complete_table(const trend::CompleteSplit& split) {
  Table table({{""},
               {"factor per year", Align::right},
               {"decades per year", Align::right},
               {"share of the growth", Align::right}});
  for (const auto& part : split.parts) {
    table.add_row({part.name, number(std::pow(10, part.slope)), number(part.slope),
                   fmt::format("{:.1f} %", 100 * part.share)});
  }
  table.add_rule();
  table.add_row({"compute", number(std::pow(10, split.slope)), number(split.slope), "100.0 %"});
  return table;
}

std::string name_of(const trend::ChipTrend& trend) {
  return trend.per.empty() ? trend.what : trend.what + " per " + trend.per;
}

Table chip_table(const report::ChipsReport& report) {
  Table table({{""},
               {"n", Align::right},
               {"factor per year", Align::right},
               {"interval", Align::right},
               {"doubling, years", Align::right},
               {"R2", Align::right}});
  for (const trend::ChipTrend& trend : report.trends) {
    if (!trend.fit) {
      table.add_row({name_of(trend), std::to_string(trend.n), "too few dates"});
      continue;
    }
    const trend::Fit& fit = *trend.fit;
    const auto& doubling = fit.doubling_months;
    table.add_row({name_of(trend), std::to_string(trend.n), number(fit.factor_per_year),
                   number(fit.factor_interval.low) + " to " + number(fit.factor_interval.high),
                   doubling ? number(*doubling / fit.axis->months_per_year) : "none",
                   fmt::format("{:.3f}", fit.line.r2)});
  }
  return table;
}

Table chips_of(const trend::ChipTrend& trend) {
  Table table({{"released"}, {"chip"}, {name_of(trend), Align::right}});
  for (const trend::Point& point : trend.fit->points) {
    table.add_row({units::to_string(point.date), point.name, units::to_significant(point.value)});
  }
  return table;
}

}  // namespace

void print_vintages(Session& session, const report::VintageReport& report, bool all) {
  session.print(fmt::format("From {} to {}\n\nselection  {}\ndates      {}\n\n", report.before,
                            report.after, report.selection, report.change.before.axis->text));
  session.print(steps_table(report));
  session.print("\n" + matched_text(report));
  const std::size_t rows = shown_rows(report.change.effects.size(), all);
  if (rows == 0) return;
  session.print(fmt::format("\n{}, each alone in the first fit:\n",
                            shown_of(rows, report.change.effects.size(), "changes")));
  session.print(effects_table(report, rows));
}

void print_influences(Session& session, const report::InfluenceReport& report, bool all) {
  const trend::Fit& fit = report.fit.main.fit;
  const bool systems = report.unit == report::LeftOutUnit::system;
  session.print(fmt::format("{}\n\nselection  {}\nvintage    {}\n\n", report.fit.title,
                            report.fit.selection, report.fit.vintage));
  std::vector<Column> columns = {{systems ? "without" : "without those of"},
                                 {"n", Align::right},
                                 {"decades per year", Align::right},
                                 {"change", Align::right},
                                 {"doubling, months", Align::right}};
  Table table(std::move(columns));
  const auto add = [&](std::string name, std::size_t n, double slope, std::string change) {
    table.add_row({std::move(name), std::to_string(n), number(slope), std::move(change),
                   months(trend::doubling_months_of(slope, fit.axis->months_per_year))});
  };
  add("(all)", fit.line.n, fit.line.slope, "");
  const std::size_t rows = shown_rows(report.influences.size(), all);
  for (const trend::Influence& influence : std::span(report.influences).first(rows)) {
    add(influence.name + entered_text(influence), influence.n, influence.slope,
        signed_change(influence.change));
  }
  session.print(table);
  session.print(
      fmt::format("\n{}; they leave {}\n",
                  shown_of(rows, report.influences.size(), systems ? "systems" : "organizations"),
                  report.reselected ? "the source, and the selection is made again"
                                    : "the fit, and the selection is not made again"));
}

void print_drivers(Session& session, const report::DriversReport& report) {
  const trend::Drivers& drivers = report.drivers;
  session.print(fmt::format("{}\n\nselection  {}\nvintage    {}\nchips      {}\n\n", report.title,
                            report.selection, report.vintage, report.chips));
  session.print("each over the systems that state it:\n");
  session.print(each_driver_table(drivers));
  if (drivers.complete) {
    session.print(fmt::format(
        "\nover the {} systems that state chips, peak and time; the slopes add up exactly:\n",
        drivers.complete->n));
    session.print(complete_table(*drivers.complete));
  }
  if (drivers.several_types > 0) {
    session.print(fmt::format("\nwithout a peak, as they name several types of chips: {}\n",
                              drivers.several_types));
  }
  for (const std::string& name : drivers.unknown_chips) {
    session.warn(fmt::format("no peak rate of \"{}\" in {}", name, report.chips));
  }
}

void print_chips(Session& session, const report::ChipsReport& report, bool all) {
  session.print(fmt::format("Chips\n\nselection  {}\nvintage    {}\ninterval   {}\n\n",
                            report.window.empty() ? "all chips with a release date" : report.window,
                            report.source, report::text_of_interval(report.interval)));
  session.print(chip_table(report));
  session.print(
      fmt::format("\n{} chips, {} of them without a release date\n", report.chips, report.undated));
  if (!all) return;
  for (const trend::ChipTrend& trend : report.trends) {
    if (!trend.fit) continue;
    session.print(fmt::format("\n{}\n", name_of(trend)));
    session.print(chips_of(trend));
  }
}

void print_estimators(Session& session, const report::EstimatorsReport& report) {
  const trend::Fit& fit = report.fit.main.fit;
  session.print(fmt::format("{}\n\nselection  {}\nvintage    {}\nintervals  {:g} %\n\n",
                            report.fit.title, report.fit.selection, report.fit.vintage,
                            100 * fit.interval.level));
  Table table({{"estimator"},
               {"n", Align::right},
               {"decades per year", Align::right},
               {"interval", Align::right},
               {"factor per year", Align::right},
               {"doubling, months", Align::right}});
  for (const trend::EstimatedSlope& slope : report.slopes) {
    const auto& bounds = slope.interval;
    table.add_row({slope.estimator, std::to_string(slope.n), number(slope.slope),
                   bounds ? number(bounds->low) + " to " + number(bounds->high) : "-",
                   number(std::pow(10, slope.slope)),
                   months(trend::doubling_months_of(slope.slope, fit.axis->months_per_year))});
  }
  session.print(table);
}

void print_published_eras(Session& session, const report::PublishedErasReport& report) {
  const trend::PublishedEras& eras = report.eras;
  session.print(fmt::format("{}\n\n", eras.title));
  Table table({{"era"},
               {"chips", Align::right},
               {"TFLOP/s", Align::right},
               {"pfs-days", Align::right},
               {"days implied", Align::right},
               {"doubling", Align::right}});
  for (std::size_t i = 0; i < eras.eras.size(); ++i) {
    const trend::PublishedEra& era = eras.eras[i];
    table.add_row({era.name, range(era.chips), range(era.rate, 1e12), range(era.pfs_days),
                   range(report.days[i]),
                   era.doubling_months ? fmt::format("{:g} months", *era.doubling_months) : "-"});
  }
  session.print(table);
  session.print("\n");
  for (const trend::PublishedEra& era : eras.eras) {
    session.print(fmt::format("{}: {}\n", era.name, era.note));
  }
  for (std::size_t i = 0; i < eras.eras.size(); ++i) {
    for (const trend::System& system : report.outside[i]) {
      session.print(fmt::format(
          "\noutside {}: {}, {}, {}", eras.eras[i].name, system.name, units::to_string(system.date),
          units::to_pfs_days(system.amount(trend::Quantity::compute)->value)));
    }
  }
  session.print(fmt::format("\n\ndays = pfs-days / (chips x rate x {:g})\nsource: {}, {}\n",
                            eras.utilization, eras.source, eras.url));
}

void print_sensitivity(Session& session, const report::SensitivityReport& report) {
  session.print(fmt::format("{}\n\nasked for  {}\n\n", report.title, report.selection));
  Table table({{"choice"},
               {"variant"},
               {"n", Align::right},
               {"doubling, months", Align::right},
               {"factor per year", Align::right},
               {"R2", Align::right},
               {""}});
  std::string_view choice;
  for (const report::SensitivityRow& row : report.rows) {
    if (!choice.empty() && choice != row.choice) table.add_rule();
    std::vector<std::string> cells = {choice == row.choice ? "" : row.choice, row.variant};
    choice = row.choice;
    if (row.fit) {
      for (std::string cell :
           {std::to_string(row.fit->line.n), months(row.fit->doubling_months),
            number(row.fit->factor_per_year), fmt::format("{:.3f}", row.fit->line.r2)}) {
        cells.push_back(std::move(cell));
      }
    } else {
      for (const char* cell : {"-", "too few", "", ""}) cells.emplace_back(cell);
    }
    cells.emplace_back(row.as_asked ? "as asked" : "");
    table.add_row(std::move(cells));
  }
  session.print(table);
  for (const std::string& warning : report.warnings) {
    session.warn("neighbors differ by more than 25 %: " + warning);
  }
}

}  // namespace pfsday::cli
