#include "report/mfu.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/device_options.h"
#include "cli/model_inputs.h"
#include "cli/session.h"
#include "cli/step_options.h"

namespace pfsday::cli {
namespace {

constexpr Option options[] = {
    {.name = "--model", .value = "MODEL", .doc = "model file, counted as a training step"},
    {.name = "--bind",
     .value = "NAME=VALUE",
     .doc = "size of a named dimension of the model: batch=1, seq=2048",
     .repeated = true},
    {.name = "--parameter",
     .value = "PATTERN",
     .doc = "inputs of these names are parameters: for exports without weights",
     .repeated = true},
    {.name = "--tokens-per-pass",
     .value = "N",
     .doc = "tokens of one pass through the bound model (default: batch x seq as bound)"},
    {.name = "--parameters",
     .value = "N",
     .doc = "instead of a model: 6 operations for each parameter that a token passes through"},
    {.name = "--layers", .value = "L", .doc = "with --parameters: attention, too"},
    {.name = "--hidden", .value = "H", .doc = "with --layers: heads x size of a head"},
    {.name = "--seq", .value = "T", .doc = "tokens of an example"},
    {.name = "--recompute",
     .value = "unknown|none|selective|full",
     .doc = "what is computed again for the gradients; selective: attention over pairs"},
    {.name = "--chip", .value = "ID", .doc = "chip of the catalogue, e.g. h100-sxm"},
    {.name = "--format", .value = "FORMAT", .doc = "number format of its peak, e.g. bf16"},
    {.name = "--peak", .value = "RATE", .doc = "peak rate of one device, e.g. \"989 TFLOP/s\""},
    {.name = "--chips", .value = "N", .doc = "how many devices there are"},
    {.name = "--tokens-per-step",
     .value = "N",
     .doc = "tokens of a step, of all devices, where the log does not say"},
    {.name = "--run", .value = "N", .doc = "which run, where the log holds several"},
    {.name = "--explain", .doc = "show how figures come about, with sources"},
    {.name = "--json", .doc = "print JSON (pfsday.mfu/1)"},
};

Result<telemetry::ModelWork> work_of_flags(const Args& args, double parameters) {
  using telemetry::Recomputed;
  telemetry::ModelSize size{.parameters = parameters,
                            .layers = TRY(find_amount(args, "--layers")),
                            .hidden = TRY(find_amount(args, "--hidden")),
                            .sequence = TRY(find_amount(args, "--seq"))};
  const std::string_view recompute = args.choice("--recompute");
  if (recompute == "none") size.recomputed = Recomputed::none;
  if (recompute == "selective") size.recomputed = Recomputed::attention;
  if (recompute == "full") size.recomputed = Recomputed::all;
  return telemetry::work_of_size(size);
}

Result<telemetry::ModelWork> work_of_model(Session& session, const Args& args,
                                           std::string_view path) {
  report::CountRequest request{.step = {.step = count::Step::training}};
  const auto bindings = args.all("--bind");
  const auto parameters = args.all("--parameter");
  request.bindings.assign(bindings.begin(), bindings.end());
  request.parameters.assign(parameters.begin(), parameters.end());
  const std::string_view recompute = args.choice("--recompute");
  if (recompute == "selective") request.step.recompute = count::Recompute::selective;
  if (recompute == "full") request.step.recompute = count::Recompute::full;
  auto tokens = TRY(find_amount(args, "--tokens-per-pass"));
  if (!tokens) tokens = TRY(report::tokens_of_bindings(request.bindings));
  const MappedFile file = TRY(session.map_file(path));
  auto work = TRY(report::work_of_file(path, file.bytes(), request, *tokens));
  if (recompute == "none") work.executed_over_model = 1;
  return work;
}

Result<std::optional<telemetry::ModelWork>> find_work(Session& session, const Args& args) {
  using Found = std::optional<telemetry::ModelWork>;
  const auto model = args.value("--model");
  const auto parameters = TRY(find_amount(args, "--parameters"));
  if (model && parameters) {
    return fail(Code::usage, "--model and --parameters both say how large the model is",
                "keep one of them");
  }
  if (model) return Found(TRY(work_of_model(session, args, *model)));
  if (parameters) return Found(TRY(work_of_flags(args, *parameters)));
  return Found{};
}

Result<report::MfuInputs> inputs_of(Session& session, const Args& args) {
  report::MfuInputs inputs;
  inputs.work = TRY(find_work(session, args));
  inputs.peak = TRY(read_peak(args));
  inputs.chips = TRY(find_amount(args, "--chips"));
  inputs.step_tokens = TRY(find_amount(args, "--tokens-per-step"));
  inputs.sequence = TRY(find_amount(args, "--seq"));
  if (const auto run = TRY(parse_whole_number(args, "--run", 1))) {
    inputs.run = static_cast<std::size_t>(*run);
  }
  return inputs;
}

Result<int> run(Session& session, const Args& args) {
  const std::string_view path = args.positional(0);
  report::MfuInputs inputs = TRY(inputs_of(session, args));
  const MappedFile file = TRY(session.map_file(path));
  const importers::Bytes bytes = file.bytes();
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const report::MfuReport report = TRY(report::read_mfu(path, text, std::move(inputs)));
  if (args.flag("--json")) {
    session.print(report::mfu_json(report));
    return 0;
  }
  const report::TextStyle style{.width = session.terminal().width,
                                .explain = args.flag("--explain")};
  session.print(report::mfu_text(report, style));
  if (const auto* log = std::get_if<report::LogReading>(&report.reading)) {
    session.print("\n");
    session.print(to_table(report::mfu_grid(*log)));
  }
  session.print(report::mfu_notes(report, style));
  return 0;
}

}  // namespace

extern constinit const Command mfu{
    .name = "mfu",
    .usage = "mfu LOG [options]",
    .summary = "Tell the utilization of devices from a training log.",
    .details =
        "LOG is told by what it holds: lines of Megatron-LM, torchtitan or MaxText, "
        "trainer_state.json of Hugging Face, or the CSV of nvidia-smi, which is an upper bound. "
        "Operations are those of our count of the model, not the log's: both stand side by side, "
        "with the reason of each difference. MFU takes products, forward and both gradients, and "
        "nothing twice; HFU adds what is computed again. Without a model or a chip, what can be "
        "told without them. docs/mfu.md says more.\n",
    .example = "pfsday mfu train.log --parameters 7.5e9 --chip h100-sxm",
    .options = options,
    .run = run,
};

}  // namespace pfsday::cli
