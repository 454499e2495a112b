#include "report/count.h"

#include <fmt/format.h>

#include "cli/beside.h"
#include "cli/command.h"
#include "cli/count_compare.h"
#include "cli/count_diff.h"
#include "cli/count_several.h"
#include "cli/count_symbolic.h"
#include "cli/exit_code.h"
#include "cli/reservations.h"
#include "cli/session.h"
#include "cli/step_options.h"
#include "count/view.h"
#include "report/count_devices.h"
#include "report/count_tensors.h"
#include "units/quantity.h"

namespace pfsday::cli {
namespace {

constexpr Option model_options[] = {
    {.name = "--train", .doc = "count a training step: the forward pass and both gradients"},
    {.name = "--by",
     .value = "none|op|layer|type|module|product",
     .doc =
         "break the count down by operator, layer (node), element type, or as a tree of modules; "
         "with --diff also by product"},
    {.name = "--depth", .value = "N", .doc = "with --by module: show N levels of the tree"},
    {.name = "--top",
     .value = "N",
     .doc = "with --by: show the N rows with most FLOP (of a tree, on each level)"},
    {.name = "--bind",
     .value = "NAME=VALUE",
     .doc = "size of a named dimension, or the shape of an input: batch=32, input_ids=1x128",
     .repeated = true},
    {.name = "--past",
     .value = "N",
     .doc = "tokens in the cache of a decoder: the size of dimensions that are named after it"},
    {.name = "--lengths",
     .value = "LIST",
     .doc = "of a configuration: sequences that are packed into one, such as 512,300,128; each "
            "attends to itself alone"},
    {.name = "--generate",
     .value = "WHAT",
     .doc = "of a configuration: prompt=P,new=N,samples=K, the forward passes that read a prompt "
            "and write K answers of N tokens with a cache"},
    {.name = "--capacity",
     .value = "FACTOR",
     .doc = "of a configuration: slots of each expert in multiples of an even load; all of them "
            "are computed"},
    {.name = "--trips",
     .value = "NODE=N",
     .doc = "how often a loop runs that only the data end",
     .repeated = true},
    {.name = "--devices",
     .value = "N",
     .doc = "of a program that is that of one device: also the total of so many"},
    {.name = "--branch",
     .value = "NODE=SIDE",
     .doc = "take this side of a branch, then or else; without it, the larger one",
     .repeated = true},
    {.name = "--parameter",
     .value = "PATTERN",
     .doc = "inputs of these names are parameters: for exports without weights",
     .repeated = true},
};

constexpr Option output_options[] = {
    {.name = "--padding",
     .value = "window|real",
     .doc = "count every tap of a window, or only those whose input exists"},
    {.name = "--attention",
     .value = "as-written|full|causal",
     .doc = "pairs of a query and a key that count: all, or those whose key does not follow the "
            "query; of operators and of products around a softmax"},
    {.name = "--ops",
     .value = "FILE",
     .doc = "formulas for the cost of operators that pfsday does not know, in TOML"},
    {.name = "--convention",
     .value = "openai|mac|strict|eu|torch|fvcore|xla",
     .doc = "what an operation is: the figure of another convention, or of another tool"},
    {.name = "--compare", .doc = "show a training step in every convention side by side"},
    {.name = "--diff",
     .value = "MODEL",
     .doc =
         "show what changes from the first model (A) to this one (B), by operator or --by layer; "
         "of models of two formats, which products both do, and why others differ"},
    {.name = "--fail-above",
     .value = "PERCENT",
     .doc = "with --diff: exit 3 if B costs over so much more FLOP than A, such as 1% or 0.5%"},
    {.name = "--symbolic",
     .doc = "exact formulas in the dimensions that the file names and --bind leaves open"},
    {.name = "--allow-uncounted", .doc = "exit 0 although some nodes are not counted"},
    {.name = "--explain", .doc = "show the arithmetic: every counted primitive, and the sums"},
    {.name = "--json",
     .doc = "print JSON (pfsday.count/1, with --diff pfsday.diff/1); of several models, a line for "
            "each"},
};

constexpr auto options = join_options(model_options, step_options, output_options);

Result<std::size_t> parse_level(const Args& args, std::string_view option) {
  const auto text = args.value(option);
  if (!text) return 0;
  const auto count = units::parse_count(*text);
  constexpr units::Count most = 1'000'000;
  const bool is_level = count && *count > units::Count(0) && *count <= most;
  if (is_level) return static_cast<std::size_t>(count->value());
  return fail(Code::usage,
              fmt::format("{} {}: it must be a whole number of at least 1", option, *text));
}

Result<count::BreakdownOptions> parse_breakdown(const Args& args) {
  using count::By;
  count::BreakdownOptions breakdown;
  for (const By by : {By::op, By::layer, By::type, By::module}) {
    if (args.choice("--by") == to_string(by)) breakdown.by = by;
  }
  breakdown.depth = TRY(parse_level(args, "--depth"));
  breakdown.top = TRY(parse_level(args, "--top"));
  if (breakdown.depth != 0 && breakdown.by != By::module) {
    return fail(Code::usage, "--depth is the depth of modules", "add --by module");
  }
  if (breakdown.top != 0 && breakdown.by == By::none) {
    return fail(Code::usage, "--top is a number of rows", "say of which, such as --by layer");
  }
  return breakdown;
}

void print_communication(Session& session, const report::CountReport& report) {
  if (report.communication.empty()) return;
  session.print("\n");
  session.print(to_table(report::communication_grid(report)));
}

/// The tensors of a header.
void print_tensors(Session& session, const report::CountReport& report) {
  if (report.tensors.empty()) return;
  session.print(to_table(report::tensor_type_grid(report)));
  session.print("\n");
  if (!report.request.lines) return;
  session.print(to_table(report::tensor_grid(report)));
  session.print("\n");
}

void print_text(Session& session, const report::CountReport& report) {
  session.print(report::count_heading(report));
  print_notes(session, report.notes);
  session.print("\n");
  print_tensors(session, report);
  if (report.request.breakdown.by != count::By::none) {
    session.print(to_table(report::breakdown_grid(report)));
    session.print("\n");
  }
  session.print(to_table(report::pass_grid(report)));
  session.print(report::describe_scaled_total(report));
  print_communication(session, report);
  print_reservations(session, report);
  if (!report.request.lines) return;
  session.print("\n");
  session.print(to_table(report::line_grid(report)));
  session.print("\n");
  for (const std::string& formula : report::count_formulas(report)) session.print(formula + "\n");
}

/// None for the default, which every count has.
std::vector<const count::View*> views_of(std::string_view convention) {
  if (convention == "openai") return {};
  return {count::find_view(convention)};
}

Result<std::shared_ptr<const importers::CustomOperators>> read_operators(const Session& session,
                                                                         const Args& args) {
  const auto path = args.value("--ops");
  if (!path) return nullptr;
  const std::string text = TRY(session.read_text(*path));
  auto operators = TRY(in_file(*path, importers::parse_custom_operators(text)));
  operators.file = *path;
  return std::make_shared<const importers::CustomOperators>(std::move(operators));
}

Result<ops::Rules> parse_rules(const Args& args) {
  using Rules = ops::Rules;
  Rules rules;
  if (args.choice("--padding") == "real") rules.padding = Rules::Padding::real;
  const std::string_view attention = args.choice("--attention");
  if (attention == "full") rules.attention = Rules::Attention::full;
  if (attention == "causal") rules.attention = Rules::Attention::causal;
  const std::string_view convention = args.choice("--convention");
  if (rules.attention != Rules::Attention::as_written && count::find_view(convention)->is_tool) {
    return fail(Code::usage,
                fmt::format("--convention {} counts attention as that tool does", convention),
                "leave out --attention");
  }
  return rules;
}

Result<report::CountRequest> request_of(const Args& args) {
  const auto list = [&](std::string_view option) {
    const auto values = args.all(option);
    return std::vector<std::string>(values.begin(), values.end());
  };
  report::CountRequest request;
  request.bindings = list("--bind");
  request.trips = list("--trips");
  request.branches = list("--branch");
  request.parameters = list("--parameter");
  request.past = TRY(parse_whole_number(args, "--past", 0));
  request.devices = TRY(parse_whole_number(args, "--devices", 1));
  request.lengths = find_text(args, "--lengths");
  request.generation = find_text(args, "--generate");
  request.capacity = find_text(args, "--capacity");
  request.step = TRY(parse_step_options(args));
  request.lines = args.flag("--explain");
  request.hash = args.flag("--json");
  request.rules = TRY(parse_rules(args));
  request.views = views_of(args.choice("--convention"));
  request.read_beside = files_beside();
  return request;
}

Result<int> count_one(Session& session, const Args& args, const report::CountRequest& request) {
  const std::string_view path = args.positional(0);
  const MappedFile file = TRY(session.map_file(path));
  const report::CountReport report = TRY(report::count_file(path, file.bytes(), request));
  warn_unused_bindings(session, report.unused_bindings, "the model");
  if (args.flag("--json")) {
    session.print(report::count_json(report));
  } else {
    print_text(session, report);
  }
  return exit_code_of_count(report.counts.complete(), args.flag("--allow-uncounted"));
}

int exit_code_of(const report::CountReport& report, const Args& args) {
  return exit_code_of_count(report.counts.complete(), args.flag("--allow-uncounted"));
}

Result<int> run(Session& session, const Args& args) {
  report::CountRequest request = TRY(request_of(args));
  request.breakdown = TRY(parse_breakdown(args));
  request.operators = TRY(read_operators(session, args));
  if (args.value("--diff")) return count_diff(session, args, request);
  if (args.choice("--by") == "product") {
    return fail(Code::usage, "--by product holds two models against each other",
                "name the other one with --diff");
  }
  if (args.value("--fail-above")) {
    return fail(Code::usage, "--fail-above needs a model to compare with", "name it with --diff");
  }
  const ModelPaths paths = expand_model_paths(args.positionals());
  if (args.flag("--symbolic")) {
    if (!paths.is_single) return fail(Code::usage, "--symbolic takes one model");
    return exit_code_of(TRY(print_symbolic(session, args, request)), args);
  }
  if (args.flag("--compare")) {
    if (!paths.is_single) return fail(Code::usage, "--compare takes one model");
    return exit_code_of(TRY(print_comparison(session, args, request)), args);
  }
  return paths.is_single ? count_one(session, args, request)
                         : count_several(session, args, paths, request);
}

}  // namespace

extern constinit const Command count{
    .name = "count",
    .usage = "count MODEL... [options]",
    .summary = "Count the arithmetic of a model file, forward and backward.",
    .details =
        "MODEL is a model file in ONNX or TensorFlow Lite, the text of an XLA or StableHLO "
        "program, a configuration (config.json), a recipe (.recipe.toml) or the header of a "
        "checkpoint in safetensors or GGUF, recognized by what it holds, or a folder, in which "
        "files are chosen by extension. Of several models, a line for each; those that cannot be "
        "used are reported, and the others still count. The count is exact: each add and each "
        "multiply is one operation (FLOP); \"of which products\" is 2 x multiply-adds, which "
        "papers quote; \"other\" is division, special functions and comparisons. Weights are "
        "never read. Exit code 5 if some nodes could not be counted: the figure is then a lower "
        "bound. Exit code 3 if --fail-above says so. Of several models, the lowest that is not "
        "0.\n",
    .example = "pfsday count resnet50.onnx --train --by layer",
    .options = options,
    .run = run,
};

}  // namespace pfsday::cli
