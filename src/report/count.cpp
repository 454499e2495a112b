#include "report/count.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/sha256.h"
#include "importers/bindings.h"
#include "importers/config/options.h"
#include "report/count_devices.h"
#include "report/count_inventory.h"
#include "report/count_tensors.h"
#include "units/print.h"

namespace pfsday::report {
namespace {

using count::Step;
using graph::Pass;
using ops::Work;
using units::Count;
using units::to_grouped;

Count other_operations(const Work& work) { return work.div + work.special + work.compare; }

std::vector<std::string> unused_bindings(const importers::ImportOptions& options,
                                         const std::vector<std::string>& used) {
  std::vector<std::string> unused;
  const auto check = [&](const std::string& name) {
    if (std::ranges::find(used, name) == used.end()) unused.push_back(name);
  };
  for (const auto& [name, size] : options.dimensions) check(name);
  for (const auto& [name, shape] : options.inputs) check(name);
  for (const auto& [name, trips] : options.trips) check(name);
  for (const auto& [name, side] : options.branches) check(name);
  for (const std::string& pattern : options.parameters) check(pattern);
  if (options.past) check("past");
  return unused;
}

std::vector<std::string> pass_row(std::string name, const count::PassCount& pass) {
  return {std::move(name),
          to_grouped(pass.work.operations()),
          to_grouped(pass.work.products * 2),
          to_grouped(pass.work.products),
          to_grouped(other_operations(pass.work)),
          to_grouped(pass.bytes)};
}

bool has_loss(const CountReport& report) { return report.counts.pass(Pass::loss).work != Work{}; }

std::string plural(std::size_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

/// What is beside the total says so.
std::string row_label(const CountReport& report, Pass pass) {
  return name_of(pass) + (report.is_in_total(pass) ? "" : " (apart)");
}

/// What a token takes part in where that is not all, and what stands beside the total.
std::string parameters_apart(const CountReport& report) {
  std::string text;
  const auto& active = report.parameters.active;
  if (active && *active != report.counts.parameters.total) {
    text += fmt::format(", {} active for each token", to_grouped(*active));
  }
  if (report.parameters.beside != Count(0)) {
    text += fmt::format(", {} more beside the model", to_grouped(report.parameters.beside));
  }
  return text;
}

/// "/a (FooBar), /b (FooBar) and 3 more": a few by name.
template <class Use>
std::string list_nodes(std::span<const Use> uses) {
  constexpr std::size_t most = 5;
  std::string names;
  for (const Use& use : uses.first(std::min(uses.size(), most))) {
    names += fmt::format("{}{} ({})", names.empty() ? "" : ", ", use.node, use.op);
  }
  if (uses.size() > most) names += fmt::format(" and {} more", uses.size() - most);
  return names;
}

std::string describe_custom(const CountReport& report) {
  return fmt::format("Counted by the formulas of {}: {}", report.request.operators->file,
                     list_nodes(std::span(report.custom)));
}

/// What --attention has found, and changed.
std::string describe_attention(const CountReport& report) {
  const bool is_causal = report.request.rules.attention == ops::Rules::Attention::causal;
  const std::string option = fmt::format("--attention {}", is_causal ? "causal" : "full");
  std::vector<count::AttentionLayer> changed = report.counts.attention;
  if (changed.empty()) {
    return option +
           ": no attention is found, neither an operator nor a softmax between two "
           "products; nothing changes.";
  }
  const std::string found = plural(changed.size(), "layer") + " of attention";
  std::erase_if(changed, [](const count::AttentionLayer& layer) { return !layer.is_changed; });
  if (changed.empty()) return fmt::format("{}: {}, written so; nothing changes.", option, found);
  return fmt::format("{}: {}, {} changed: {}", option, found, changed.size(),
                     list_nodes(std::span<const count::AttentionLayer>(changed)));
}

}  // namespace

Result<void> check_configuration(const CountRequest& request, std::string_view format) {
  const bool is_training = request.step.step == Step::training;
  if (request.generation && is_training) {
    return fail(Code::usage, "--generate counts forward passes: it has no training step",
                "leave out --train");
  }
  if (format == "config") return {};
  for (const auto& [option, value] :
       {std::pair{"--lengths", &request.lengths}, std::pair{"--generate", &request.generation},
        std::pair{"--capacity", &request.capacity}}) {
    if (*value) return fail(Code::usage, fmt::format("{} is for configurations of models", option));
  }
  return {};
}

const count::View& CountRequest::convention() const {
  return views.empty() ? *count::find_view("openai") : *views.front();
}

Result<importers::ImportOptions> import_options_of(std::string_view path,
                                                   const CountRequest& request) {
  importers::ImportOptions options = TRY(importers::parse_bindings(request.bindings));
  options.trips = TRY(importers::parse_trips(request.trips));
  options.branches = TRY(importers::parse_branches(request.branches));
  options.parameters = request.parameters;
  options.past = request.past;
  options.operators = request.operators;
  if (request.lengths) options.lengths = TRY(config::parse_lengths(*request.lengths));
  if (request.generation) options.generation = TRY(config::parse_generation(*request.generation));
  if (request.capacity) options.capacity_factor = TRY(config::parse_capacity(*request.capacity));
  if (request.read_beside) {
    options.read_beside = [path, read = request.read_beside](std::string_view name) {
      return read(path, name);
    };
  }
  return options;
}

count::Seen CountReport::seen(Pass pass) const {
  if (counts.views.empty()) return {.figure = counts.pass(pass).work.operations()};
  return counts.views.front().pass(pass);
}

count::Seen CountReport::seen_total() const {
  if (counts.views.empty()) return {.figure = counts.total.work.operations()};
  return counts.views.front().total;
}

bool CountReport::is_in_total(Pass pass) const {
  return count::is_in_total(pass) || (is_step_in_file && pass == Pass::recompute);
}

std::string name_of(Pass pass) {
  std::string name(graph::to_string(pass));
  std::ranges::replace(name, '_', ' ');
  return name;
}

std::vector<Pass> passes_of(const CountReport& report) {
  const count::StepOptions& step = report.request.step;
  const auto is_asked = [&](Pass pass) {
    if (pass == Pass::forward || step.step == Step::forward) return pass == Pass::forward;
    if (pass == Pass::recompute) return step.recompute != count::Recompute::none;
    return pass != Pass::optimizer || step.optimizer != count::Optimizer::none;
  };
  std::vector<Pass> passes;
  for (const Pass pass : all_passes) {
    if (is_asked(pass) || report.counts.pass(pass).work != Work{}) passes.push_back(pass);
  }
  return passes;
}

namespace {

/// `inventory`, where it is wanted, is of the same graph.
Result<CountReport> read_and_count(std::string_view path, importers::Bytes bytes,
                                   CountRequest request, Inventory* inventory) {
  const importers::ImportOptions options = TRY(import_options_of(path, request));
  importers::Model model = TRY(in_file(path, importers::read_model(bytes, options)));
  if (inventory == nullptr) TRY(check_configuration(request, model.format));
  const bool is_hashed = request.hash && bytes.size() <= hashed_bytes;
  CountReport report{.path = std::string(path),
                     .format = std::move(model.format),
                     .sha256 = is_hashed ? sha256_of(bytes) : "",
                     .request = std::move(request),
                     .notes = std::move(model.notes),
                     .unused_bindings = unused_bindings(options, model.used_bindings),
                     .custom = std::move(model.custom),
                     .tensors = std::move(model.tensors),
                     .is_step_in_file = !model.training.empty(),
                     .parameters = model.parameters,
                     .devices = model.devices,
                     .communication = std::move(model.communication)};
  if (report.is_step_in_file) {
    report.request.step = {};
    report.notes.push_back(fmt::format(
        "The file trains already (it holds {}): it is counted as it stands, and nothing "
        "is differentiated again.",
        model.training));
  }
  const bool is_training = report.request.step.step == Step::training;
  if (is_training && !model.inference.empty()) report.notes.push_back(model.inference);
  if (!report.custom.empty()) report.notes.push_back(describe_custom(report));
  const count::CountOptions count_options{.rules = report.request.rules,
                                          .breakdown = report.request.breakdown,
                                          .lines = report.request.lines,
                                          .views = report.request.views,
                                          .node_count = model.node_count};
  if (inventory != nullptr) inventory->parameters = count::list_parameters(model.graph);
  const count::BuiltStep step =
      TRY(in_file(path, report.is_step_in_file
                            ? count::build_step_in_file(std::move(model.graph))
                            : count::build_step(std::move(model.graph), report.request.step)));
  report.counts = TRY(in_file(path, count::count_built(step, count_options)));
  if (inventory != nullptr) {
    inventory->products = count::list_products(step, report.request.rules);
  }
  TRY(check_devices(report));
  if (const std::string devices = describe_devices(report); !devices.empty()) {
    report.notes.push_back(devices);
  }
  if (report.request.rules.attention != ops::Rules::Attention::as_written) {
    report.notes.push_back(describe_attention(report));
  }
  if (is_training && !has_loss(report)) {
    report.notes.emplace_back(
        "The file has no loss: the gradient of each floating-point output is taken as given.");
  }
  return report;
}

}  // namespace

Result<CountReport> count_file(std::string_view path, importers::Bytes bytes,
                               CountRequest request) {
  return read_and_count(path, bytes, std::move(request), nullptr);
}

Result<InventoriedCount> count_inventory(std::string_view path, importers::Bytes bytes,
                                         CountRequest request) {
  Inventory inventory;
  CountReport report = TRY(read_and_count(path, bytes, std::move(request), &inventory));
  return InventoriedCount{std::move(report), std::move(inventory)};
}

namespace {

std::vector<std::string> view_row(std::string name, const count::View& view,
                                  const count::Seen& seen, const count::PassCount& pass) {
  std::vector<std::string> row = {std::move(name), to_grouped(seen.figure)};
  if (!view.apart.empty()) row.push_back(to_grouped(seen.apart));
  row.push_back(to_grouped(pass.work.products));
  row.push_back(to_grouped(pass.bytes));
  return row;
}

Grid view_grid(const CountReport& report) {
  const count::View& view = report.request.convention();
  Grid grid{.headings = {"pass", fmt::format("{} ({})", view.unit, view.name)}};
  if (!view.apart.empty()) grid.headings.emplace_back(view.apart);
  grid.headings.emplace_back("multiply-adds");
  grid.headings.emplace_back("bytes");
  for (const Pass pass : passes_of(report)) {
    if (pass == Pass::loss && !has_loss(report)) continue;
    grid.rows.push_back(
        view_row(row_label(report, pass), view, report.seen(pass), report.counts.pass(pass)));
  }
  if (grid.rows.size() > 1) {
    grid.total = view_row("total", view, report.seen_total(), report.counts.total);
  }
  return grid;
}

}  // namespace

Grid pass_grid(const CountReport& report) {
  if (!report.request.views.empty()) return view_grid(report);
  Grid grid{.headings = {"pass", "FLOP", "of which products", "multiply-adds", "other", "bytes"}};
  for (const Pass pass : passes_of(report)) {
    if (pass == Pass::loss && !has_loss(report)) continue;
    grid.rows.push_back(pass_row(row_label(report, pass), report.counts.pass(pass)));
  }
  if (grid.rows.size() > 1) grid.total = pass_row("total", report.counts.total);
  return grid;
}

Grid uncounted_grid(const CountReport& report) {
  Grid grid{.text_columns = 3, .headings = {"node", "operator", "reason"}};
  for (const count::Uncounted& one : report.counts.uncounted) {
    grid.rows.push_back({one.node, one.op, one.reason});
  }
  return grid;
}

/// What holds for several nodes is one row, of the first.
Grid bound_grid(const CountReport& report) {
  Grid grid{.text_columns = 3, .headings = {"node", "kind", "reason"}};
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> rows;
  std::vector<std::size_t> others;
  for (const count::Bound& bound : report.counts.bounds) {
    const auto [found, is_new] = rows.try_emplace({bound.kind, bound.reason}, grid.rows.size());
    if (!is_new) {
      ++others[found->second];
      continue;
    }
    std::string kind = bound.kind;
    std::ranges::replace(kind, '_', ' ');
    grid.rows.push_back({bound.node, std::move(kind), bound.reason});
    others.push_back(0);
  }
  for (std::size_t i = 0; i < others.size(); ++i) {
    if (others[i] != 0) grid.rows[i][0] += fmt::format(" and {} more", to_grouped(others[i]));
  }
  return grid;
}

Grid line_grid(const CountReport& report) {
  Grid grid{
      .text_columns = 4,
      .headings = {"layer", "pass", "primitive", "operands -> result", "mul", "add", "other"}};
  for (const count::Line& line : report.counts.lines) {
    grid.rows.push_back({line.layer, name_of(line.pass), line.primitive, line.operands,
                         to_grouped(line.work.mul), to_grouped(line.work.add),
                         to_grouped(other_operations(line.work))});
  }
  return grid;
}

std::string count_heading(const CountReport& report) {
  const count::Counts& counts = report.counts;
  const std::string parameters = fmt::format(
      "{} ({}): {} parameters, {} trainable, {} in buffers{}\n", report.path, report.format,
      to_grouped(counts.parameters.total), to_grouped(counts.parameters.trainable),
      to_grouped(counts.parameters.buffers), parameters_apart(report));
  if (!report.tensors.empty()) return parameters + describe_tensors(report);
  return parameters + fmt::format("{}: {} counted, {} movement, {} uncounted\n",
                                  plural(counts.coverage.nodes, "node"), counts.coverage.counted,
                                  counts.coverage.movement, counts.coverage.uncounted);
}

std::vector<std::string> count_formulas(const CountReport& report) {
  std::vector<std::string> formulas;
  std::string sum;
  for (const Pass pass : passes_of(report)) {
    if (pass == Pass::loss && !has_loss(report)) continue;
    const Work& work = report.counts.pass(pass).work;
    formulas.push_back(fmt::format("{}: {} mul + {} add = {} FLOP", name_of(pass),
                                   to_grouped(work.mul), to_grouped(work.add),
                                   to_grouped(work.operations())));
    if (report.is_in_total(pass)) {
      sum += (sum.empty() ? "" : " + ") + to_grouped(work.operations());
    }
  }
  const Count total = report.counts.total.work.operations();
  if (formulas.size() > 1) {
    formulas.push_back(fmt::format("total: {} = {} FLOP", sum, to_grouped(total)));
  }
  formulas.push_back(fmt::format("{} FLOP / 8.64e19 = {}", to_grouped(total),
                                 units::to_pfs_days(total.to_double())));
  return formulas;
}

}  // namespace pfsday::report
