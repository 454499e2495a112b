#include "report/count_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "base/text.h"
#include "report/diff_json.h"
#include "units/decimal.h"
#include "units/print.h"

namespace pfsday::report {
namespace {

using graph::Pass;
using units::Count;
using units::to_grouped;

constexpr int billionths_per_percent_digits = 7;  // 1 % = 10^7 billionths
constexpr units::Uint128 billion = 1'000'000'000;

Count difference_size(const Change& change) {
  return change.a < change.b ? change.b - change.a : change.a - change.b;
}

std::string_view sign_of(const Change& change) {
  if (change.is_none()) return "";
  return change.a < change.b ? "+" : "-";
}

std::optional<double> percent_of(const Change& change) {
  if (change.is_none()) return 0.0;
  if (change.a == Count(0)) return {};
  const double size = 100 * difference_size(change).to_double() / change.a.to_double();
  return change.a < change.b ? size : -size;
}

std::string print_percent(const Change& change) {
  const auto percent = percent_of(change);
  if (!percent) return "new";
  if (change.is_none()) return "";
  return fmt::format("{}{} %", sign_of(change), units::to_significant(std::abs(*percent), 3));
}

std::vector<std::string> row_of(const Change& change) {
  return {to_grouped(change.a), to_grouped(change.b),
          std::string(sign_of(change)) + to_grouped(difference_size(change)),
          print_percent(change)};
}

/// FLOP of each operator or layer in both models, in the order in which they stand there.
std::vector<Change> pair_rows(const CountReport& a, const CountReport& b) {
  std::vector<Change> pairs;
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> index;
  const auto add = [&](const CountReport& report, Count Change::* side) {
    for (const count::Row& row : report.counts.rows) {
      const auto [found, is_new] = index.try_emplace({row.name, row.op}, pairs.size());
      if (is_new) pairs.push_back({.name = row.name, .op = row.op});
      pairs[found->second].*side += row.work.operations();
    }
  };
  add(a, &Change::a);
  add(b, &Change::b);
  return pairs;
}

/// A figure of the whole models, and its name in JSON.
struct Total {
  std::string key;
  Change change;
};

std::vector<Total> totals_of(const CountDiff& diff) {
  const count::Counts& a = diff.a.counts;
  const count::Counts& b = diff.b.counts;
  std::vector<Total> totals;
  totals.push_back({"parameters", {"parameters", "", a.parameters.total, b.parameters.total}});
  for (const Pass pass : all_passes) {
    Change change{.name = name_of(pass),
                  .a = a.pass(pass).work.operations(),
                  .b = b.pass(pass).work.operations()};
    const bool is_empty = change.is_none() && change.a == Count(0) && pass != Pass::forward;
    if (!is_empty) totals.push_back({std::string(graph::to_string(pass)), std::move(change)});
  }
  totals.push_back({"total", diff.total()});
  totals.push_back(
      {"products",
       {"of which products", "", a.total.work.products * 2, b.total.work.products * 2}});
  totals.push_back({"bytes", {"bytes", "", a.total.bytes, b.total.bytes}});
  return totals;
}

void write_change(JsonWriter& json, const Change& change) {
  json.member("a", change.a).member("b", change.b).key("difference");
  const std::string sign = change.b < change.a ? "-" : "";
  json.digits(sign + units::to_digits(difference_size(change)));
  json.member("percent", percent_of(change));
}

void write_model(JsonWriter& json, std::string_view key, const CountReport& report) {
  json.key(key).begin_object().member("path", report.path).member("format", report.format);
  json.key("sha256");
  report.sha256.empty() ? json.null() : json.value(report.sha256);
  json.member("complete", report.counts.complete()).end_object();
}

}  // namespace

Change CountDiff::total() const {
  return {.name = "total",
          .a = a.counts.total.work.operations(),
          .b = b.counts.total.work.operations()};
}

namespace {

/// The header of a checkpoint, which says nothing of what is done with it.
bool is_header(const CountReport& report) { return !report.tensors.empty(); }

/// A file that trains tells of its passes where some gradient of a matrix says so. A call of a
/// library is named after what it does, whether the program tells passes or not.
bool tells_passes(const InventoriedCount& model) {
  return !model.report.is_step_in_file ||
         std::ranges::any_of(model.inventory.products, [](const count::ProductUse& use) {
           return use.product.batch == Count(1) && use.pass(Pass::data_gradient).times != Count(0);
         });
}

/// The whole of what so many devices do.
Result<void> scale(CountReport& report, Count devices) {
  count::Counts& counts = report.counts;
  const auto scale_pass = [&](count::PassCount& pass) {
    pass.work *= devices;
    pass.bytes *= devices;
  };
  std::ranges::for_each(counts.passes, scale_pass);
  scale_pass(counts.total);
  for (count::Row& row : counts.rows) row.work *= devices;
  if (!counts.total.work.overflowed() && !counts.total.bytes.overflowed()) return {};
  return fail(
      Code::count_overflow,
      fmt::format("the count of {} devices exceeds 2^128 - 1 operations", to_digits(devices)),
      "the number of devices is probably wrong");
}

/// How often the program of a model is to be taken.
Count times_of(const CountReport& report, const DiffRequest& request) {
  return report.devices == 1 ? 1 : Count(request.devices.value_or(1));
}

ProductList product_list(InventoriedCount& model, Count times) {
  ProductList list{.times = times,
                   .devices = times == Count(1) ? Count(model.report.devices) : Count(1),
                   .tells_passes = tells_passes(model)};
  list.uses = std::move(model.inventory.products);
  return list;
}

void pair_changes(CountDiff& diff) {
  diff.changed = pair_rows(diff.a, diff.b);
  diff.unchanged =
      std::erase_if(diff.changed, [](const Change& change) { return change.is_none(); });
  std::ranges::sort(diff.changed, [](const Change& first, const Change& second) {
    const auto size = difference_size(first), other = difference_size(second);
    return size != other ? size > other
                         : std::tie(first.name, first.op) < std::tie(second.name, second.op);
  });
}

}  // namespace

Result<CountDiff> diff_counts(InventoriedCount a, InventoriedCount b, const DiffRequest& request) {
  if (request.devices && a.report.devices == 1 && b.report.devices == 1) {
    return fail(Code::usage,
                "--devices: both models are whole, neither the program of one of several devices",
                "leave out --devices");
  }
  const std::string& format = a.report.format == "config" ? a.report.format : b.report.format;
  TRY(check_configuration(a.report.request, format));
  const Count times_a = times_of(a.report, request), times_b = times_of(b.report, request);
  const bool is_of_one_format = a.report.format == b.report.format;
  CountDiff diff;
  diff.by = request.by.value_or(is_of_one_format ? DiffBy::op : DiffBy::product);
  if (diff.by == DiffBy::product) {
    const bool tell_products = !is_header(a.report) && !is_header(b.report);
    diff.parameters =
        diff_parameters(std::move(a.inventory.parameters), std::move(b.inventory.parameters));
    if (tell_products) {
      diff.products = diff_products(product_list(a, times_a), product_list(b, times_b));
    }
  }
  diff.a = std::move(a.report);
  diff.b = std::move(b.report);
  TRY(in_file(diff.a.path, scale(diff.a, times_a)));
  TRY(in_file(diff.b.path, scale(diff.b, times_b)));
  if (diff.by != DiffBy::product) pair_changes(diff);
  return diff;
}

std::string diff_agreement(const CountDiff& diff) {
  if (!diff.products) {
    const CountReport& header = is_header(diff.a) ? diff.a : diff.b;
    return fmt::format(
        "{} is the header of a checkpoint: it tells parameters, and not what is done with them.\n",
        header.path);
  }
  if (diff.products->agrees()) {
    return "The products agree: each multiply-add is in both models, or has a reason.\n";
  }
  const TwoSides rest = diff.products->sum_of(Why::unexplained);
  if (rest.a != Count(0) || rest.b != Count(0)) {
    const bool is_other_pass = diff.products->common() == Count(0);
    return fmt::format("The products differ: {} multiply-adds of A and {} of B have no reason.\n{}",
                       to_grouped(rest.a), to_grouped(rest.b),
                       is_other_pass ? "None is in both: --bind gives both the same batch and "
                                       "sequence.\n"
                                     : "");
  }
  const TwoSides again = diff.products->sum_of(Why::like_forward);
  return fmt::format(
      "The products agree if {} multiply-adds are recompute, of which the program does not tell: "
      "--recompute full counts it in the other model.\n",
      to_grouped(again.a + again.b));
}

std::string diff_remarks(const CountDiff& diff) {
  std::string text;
  const auto empty = [](const ParameterDiff::Side& side) { return side.tensors == 0; };
  if (diff.parameters && empty(diff.parameters->total.a) != empty(diff.parameters->total.b)) {
    text += fmt::format("{} names no parameters; --parameter PATTERN says which inputs are.\n",
                        empty(diff.parameters->total.a) ? "A" : "B");
  }
  for (const auto& [side, report] : {std::pair{"A", &diff.a}, std::pair{"B", &diff.b}}) {
    const auto branches =
        std::ranges::count(report->counts.bounds, "larger_branch", &count::Bound::kind);
    if (branches == 0) continue;
    text += fmt::format("{} takes the larger side of {} {}: an upper bound.\n", side, branches,
                        branches == 1 ? "branch" : "branches");
  }
  const bool is_in_a = diff.a.is_in_total(Pass::recompute);
  const bool is_told = is_in_a != diff.b.is_in_total(Pass::recompute) &&
                       (diff.a.counts.pass(Pass::recompute).work != ops::Work{} ||
                        diff.b.counts.pass(Pass::recompute).work != ops::Work{});
  if (is_told) {
    text += fmt::format("The total of {} holds what is computed again, that of {} does not.\n",
                        is_in_a ? "A" : "B", is_in_a ? "B" : "A");
  }
  return text;
}

Result<Growth> parse_growth(std::string_view text) {
  const auto fault = [whole = std::string(text)] {
    return fail(Code::usage, fmt::format("\"{}\" is no percentage", whole),
                "write --fail-above 1% or --fail-above 0.5%");
  };
  std::string_view rest = trim(text);
  auto number = units::take_decimal(rest);
  if (!number || trim(rest) != "%") return fault();
  number->exponent += billionths_per_percent_digits;
  const auto billionths = units::to_count(*number);
  if (!billionths) return fault();
  return Growth{*billionths};
}

bool exceeds(const Change& change, Growth growth) {
  if (change.b <= change.a) return false;
  // a x growth, rounded down: the difference is an integer, so that decides exactly. In two parts,
  // because the whole product may not fit.
  const units::Uint128 a = change.a.value();
  const Count rest = Count(a % billion) * growth.billionths;
  const Count allowed = Count(a / billion) * growth.billionths + Count(rest.value() / billion);
  return difference_size(change) > allowed;
}

Grid diff_grid(const CountDiff& diff) {
  const bool by_layer = diff.by == DiffBy::layer;
  Grid grid{.text_columns = by_layer ? 2U : 1U, .headings = {by_layer ? "layer" : "operator"}};
  if (by_layer) grid.headings.emplace_back("operator");
  for (const char* heading : {"A", "B", "difference", "change"})
    grid.headings.emplace_back(heading);
  for (const Change& change : diff.changed) {
    std::vector<std::string> row = {change.name};
    if (by_layer) row.push_back(change.op);
    std::ranges::move(row_of(change), std::back_inserter(row));
    grid.rows.push_back(std::move(row));
  }
  return grid;
}

Grid diff_totals_grid(const CountDiff& diff) {
  Grid grid{.headings = {"", "A", "B", "difference", "change"}};
  for (const Total& total : totals_of(diff)) {
    std::vector<std::string> row = {total.change.name};
    std::ranges::move(row_of(total.change), std::back_inserter(row));
    grid.rows.push_back(std::move(row));
  }
  return grid;
}

std::string diff_verdict(const CountDiff& diff, Growth growth) {
  const Change total = diff.total();
  const std::string limit = units::to_significant(growth.billionths.to_double() / 1e7, 3) + " %";
  if (!exceeds(total, growth)) return fmt::format("B costs at most {} more FLOP than A.\n", limit);
  return fmt::format("B costs {} FLOP more than A, which is more than {}.\n",
                     to_grouped(difference_size(total)), limit);
}

namespace {

std::string_view key_of(DiffBy by) {
  switch (by) {
    case DiffBy::layer:
      return "layer";
    case DiffBy::product:
      return "product";
    case DiffBy::op:
      break;
  }
  return "op";
}

void write_rows(JsonWriter& json, const CountDiff& diff) {
  json.member("breakdown", key_of(diff.by));
  if (diff.by == DiffBy::product) {
    json.key("products");
    if (diff.products) {
      write_products(json, *diff.products);
    } else {
      json.null();
    }
    json.key("parameters");
    return write_parameters(json, *diff.parameters);
  }
  json.key("changed").begin_array();
  for (const Change& change : diff.changed) {
    json.begin_object().member("name", change.name).member("op", change.op);
    write_change(json, change);
    json.end_object();
  }
  json.end_array().member("unchanged", diff.unchanged);
}

}  // namespace

std::string diff_json(const CountDiff& diff, std::optional<Growth> growth) {
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.diff/1");
  write_model(json, "a", diff.a);
  write_model(json, "b", diff.b);
  write_rows(json, diff);
  json.key("totals").begin_object();
  for (const Total& total : totals_of(diff)) {
    json.key(total.key).begin_object();
    write_change(json, total.change);
    json.end_object();
  }
  json.end_object().member("complete", diff.complete());
  if (growth) {
    json.key("fail_above").begin_object();
    json.member("percent", growth->billionths.to_double() / 1e7);
    json.member("above", exceeds(diff.total(), *growth)).end_object();
  }
  return json.end_object().text();
}

}  // namespace pfsday::report
