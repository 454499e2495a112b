#include "report/compare.h"

#include <fmt/format.h>

#include <algorithm>

#include "count/view.h"
#include "ops/primitive.h"
#include "report/count_json.h"
#include "units/print.h"

namespace pfsday::report {
namespace {

using count::Seen;
using count::Step;
using count::View;
using count::ViewCounts;
using graph::Graph;
using graph::Node;
using graph::Pass;
using graph::Value;
using units::Count;
using units::to_grouped;

/// The graph input that a value is a rearrangement of; the empty Value if it is computed.
Value moved_input(const Graph& graph, Value v) {
  while (const Node* node = graph.producer(v)) {
    const bool is_movement = ops::primitive_of(*node->kind).cost == ops::Cost::movement;
    if (!is_movement || node->inputs.size() != 1) return {};
    v = node->inputs[0];
  }
  return graph.info(v).source == graph::Source::input ? v : Value{};
}

bool are_token_ids(const graph::TensorType& type) {
  return graph::is_integer(type.element) && type.rank() == 2;
}

/// The first input of token ids that indexes a tensor.
std::optional<Tokens> find_token_input(const Graph& graph) {
  for (const Node& node : graph.nodes()) {
    if (node.kind->name != "gather") continue;
    const Value ids = moved_input(graph, node.inputs[1]);
    if (!ids || !are_token_ids(graph.type(ids))) continue;
    return Tokens{graph.type(ids).elements(), fmt::format("input \"{}\" {}", graph.info(ids).name,
                                                          graph::to_string(graph.type(ids).shape))};
  }
  return std::nullopt;
}

std::optional<Tokens> tokens_of_bindings(const importers::ImportOptions& options) {
  const auto seq = options.dimensions.find("seq");
  if (seq == options.dimensions.end()) return std::nullopt;
  const auto batch = options.dimensions.find("batch");
  const std::int64_t examples = batch == options.dimensions.end() ? 1 : batch->second;
  return Tokens{Count(examples) * seq->second,
                fmt::format("batch {} x seq {}", examples, seq->second)};
}

Result<CountReport> count_step_or_forward(std::string_view path, importers::Bytes bytes,
                                          CountRequest request) {
  request.step.step = Step::training;
  auto report = count_file(path, bytes, request);
  if (report || report.error().code != Code::no_trainable_parameter) return report;
  request.step = {};
  CountReport forward = TRY(count_file(path, bytes, std::move(request)));
  forward.notes.emplace_back("No gradient reaches a parameter: the forward pass alone is counted.");
  return forward;
}

Seen backward_of(const ViewCounts& counts) {
  Seen sum = counts.pass(Pass::data_gradient);
  return sum += counts.pass(Pass::weight_gradient);
}

double ratio_of(const CompareReport& report, const ViewCounts& counts) {
  return counts.total.figure.to_double() / usual_estimate(report).to_double();
}

bool is_training(const CompareReport& report) {
  return report.report.is_step_in_file || report.report.request.step.step == Step::training;
}

std::string_view estimate_name(const CompareReport& report) {
  return is_training(report) ? "6 x parameters x tokens" : "2 x parameters x tokens";
}

void write_view(JsonWriter& json, const CompareReport& report, std::size_t i) {
  const View& view = *count::views()[i];
  const ViewCounts& counts = report.report.counts.views[i];
  json.begin_object().member("name", view.name).member("unit", view.unit);
  json.member("forward", counts.pass(Pass::forward).figure);
  json.member("backward", backward_of(counts).figure).member("total", counts.total.figure);
  if (!view.apart.empty()) json.member(view.apart, counts.total.apart);
  json.key("ratio");
  if (report.tokens) {
    json.value(ratio_of(report, counts));
  } else {
    json.null();
  }
  json.member("doc", view.doc).end_object();
}

}  // namespace

Result<CompareReport> compare_file(std::string_view path, importers::Bytes bytes,
                                   CountRequest request) {
  request.views.assign(count::views().begin(), count::views().end());
  const importers::ImportOptions options = TRY(import_options_of(path, request));
  const importers::Model model = TRY(in_file(path, importers::read_model(bytes, options)));
  CountReport report = TRY(count_step_or_forward(path, bytes, std::move(request)));
  std::optional<Tokens> tokens = find_token_input(model.graph);
  if (!tokens) tokens = tokens_of_bindings(options);
  if (tokens && tokens->count * report.counts.parameters.total == Count(0)) tokens.reset();
  return CompareReport{std::move(report), std::move(tokens)};
}

Count usual_estimate(const CompareReport& report) {
  const Count factor = is_training(report) ? 6 : 2;
  return factor * report.report.counts.parameters.total * report.tokens->count;
}

Grid compare_grid(const CompareReport& report) {
  Grid grid{.text_columns = 2, .headings = {"convention", "unit", "forward", "backward", "total"}};
  if (report.tokens) grid.headings.push_back("of " + std::string(estimate_name(report)));
  for (std::size_t i = 0; i < count::views().size(); ++i) {
    const View& view = *count::views()[i];
    const ViewCounts& counts = report.report.counts.views[i];
    grid.rows.push_back({std::string(view.name), std::string(view.unit),
                         to_grouped(counts.pass(Pass::forward).figure),
                         to_grouped(backward_of(counts).figure), to_grouped(counts.total.figure)});
    if (report.tokens) grid.rows.back().push_back(fmt::format("{:.4f}", ratio_of(report, counts)));
  }
  return grid;
}

std::vector<std::string> compare_notes(const CompareReport& report) {
  std::vector<std::string> notes;
  for (std::size_t i = 0; i < count::views().size(); ++i) {
    const View& view = *count::views()[i];
    notes.push_back(fmt::format("{}: {}", view.name, view.doc));
    if (view.apart.empty()) continue;
    notes.back() +=
        fmt::format(" ({} {})", to_grouped(report.report.counts.views[i].total.apart), view.apart);
  }
  if (report.tokens) {
    notes.push_back(fmt::format("{} = {}: {} parameters, {} tokens ({})", estimate_name(report),
                                to_grouped(usual_estimate(report)),
                                to_grouped(report.report.counts.parameters.total),
                                to_grouped(report.tokens->count), report.tokens->from));
  }
  return notes;
}

std::string compare_json(const CompareReport& report) {
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.compare/1");
  write_model(json, report.report);
  write_parameters(json, report.report);
  json.key("tokens");
  if (report.tokens) {
    json.begin_object().member("count", report.tokens->count).member("from", report.tokens->from);
    json.member("estimate", estimate_name(report)).member("flop", usual_estimate(report));
    json.end_object();
  } else {
    json.null();
  }
  json.key("conventions").begin_array();
  for (std::size_t i = 0; i < count::views().size(); ++i) write_view(json, report, i);
  json.end_array();
  write_uncounted(json, report.report);
  return json.member("complete", report.report.counts.complete()).end_object().text();
}

}  // namespace pfsday::report
