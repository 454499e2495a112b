#include "base/json.h"
#include "report/mfu.h"
#include "units/quantity.h"

namespace pfsday::report {
namespace {

using telemetry::StepKind;

void write_operations(JsonWriter& json, std::string_view name,
                      const std::optional<double>& operations) {
  json.key(name);
  if (!operations) {
    json.null();
    return;
  }
  json.begin_object();
  write_amounts(json, {.mid = *operations});
  json.end_object();
}

void write_share(JsonWriter& json, const estimate::ConvertedUtilization& share) {
  json.begin_object().member("low", share.low).member("mid", share.mid).member("high", share.high);
  json.key("steps").begin_array();
  for (const std::string& step : share.steps) json.value(step);
  json.end_array().end_object();
}

void write_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  json.key(name).begin_array();
  for (const std::string& text : texts) json.value(text);
  json.end_array();
}

void write_use(JsonWriter& json, std::string_view name, const telemetry::DeviceUse& use) {
  json.key(name).begin_object();
  json.member("lines", use.sums.lines).member("steps", use.sums.steps);
  json.member("seconds", use.sums.seconds).member("tokens_per_second", use.tokens_per_second);
  json.member("log_rate", use.sums.rate).member("mean_of_log_rates", use.sums.mean_of_rates);
  json.member("log_share", use.by_log).member("mfu_all_pairs", use.full);
  json.member("mfu_unmasked_pairs", use.causal).end_object();
}

void write_priors(JsonWriter& json, const std::vector<estimate::UtilizationPrior>& priors) {
  json.key("priors").begin_array();
  for (const estimate::UtilizationPrior& prior : priors) {
    json.begin_object().member("name", prior.name).member("n", prior.n);
    json.member("low", prior.low).member("median", prior.median).member("high", prior.high);
    write_texts(json, "notes", prior.notes);
    json.end_object();
  }
  json.end_array();
}

void write_differences(JsonWriter& json, const std::vector<telemetry::Difference>& differences) {
  json.key("differences").begin_array();
  for (const telemetry::Difference& difference : differences) {
    json.begin_object().member("what", difference.what).member("log", difference.log);
    json.member("ours", difference.ours);
    write_texts(json, "reasons", difference.reasons);
    json.end_object();
  }
  json.end_array();
}

void write_reading(JsonWriter& json, const LogReading& reading) {
  const telemetry::LoggedRun& run = reading.run;
  const telemetry::Assessment& found = reading.assessment;
  json.member("format", telemetry::to_string(run.format)).member("runs", reading.runs);
  json.key("steps").begin_object();
  json.member("first", run.steps.front().logged.step).member("last", run.steps.back().logged.step);
  json.member("interval", run.interval).member("performed", run.performed());
  json.member("useful", run.useful()).member("missing", run.missing);
  json.member("warm_up_lines", run.lines_of(StepKind::warm_up));
  json.member("slow_lines", run.lines_of(StepKind::slow));
  json.member("dispatched_lines", run.lines_of(StepKind::dispatched));
  json.member("duplicate_lines", run.duplicates + reading.log.other_ranks);
  json.member("cut_off_lines", reading.log.cut_off).end_object();
  json.key("restarts").begin_array();
  for (const telemetry::Restart& restart : run.restarts) {
    json.begin_object().member("line", restart.line).member("from", restart.from);
    json.member("to", restart.to).end_object();
  }
  json.end_array();
  json.member("wall_seconds", run.wall_seconds());
  json.key("tokens").begin_object().member("step", found.step_tokens);
  json.member("performed", found.performed_tokens).member("useful", found.useful_tokens);
  json.end_object();
  write_operations(json, "performed", found.performed_operations);
  write_operations(json, "useful", found.useful_operations);
  json.member("log_token_operations", found.token_operations);
  write_use(json, "all", found.all);
  write_use(json, "steady", found.steady);
  json.key("hfu_all_pairs");
  if (found.hfu) {
    write_share(json, *found.hfu);
  } else {
    json.null();
  }
  write_differences(json, found.differences);
  write_texts(json, "missing", found.missing);
}

void write_reading(JsonWriter& json, const TrainerReading& reading) {
  const telemetry::TrainerState& state = reading.state;
  json.member("format", "trainer_state.json").member("updates", state.steps);
  json.member("epochs", state.epochs).member("tokens", state.tokens);
  json.member("seconds", state.seconds).member("total_flos", state.total_flos);
  json.member("implied_tokens", reading.use.implied_tokens);
  write_operations(json, "performed", reading.use.operations);
  json.member("log_share", reading.use.by_log).member("mfu_all_pairs", reading.use.full);
  json.member("mfu_unmasked_pairs", reading.use.causal);
  write_differences(json, reading.use.differences);
  write_texts(json, "warnings", reading.use.warnings);
  write_texts(json, "missing", reading.use.missing);
}

void write_reading(JsonWriter& json, const SmiReading& reading) {
  const telemetry::SmiLog& log = reading.log;
  json.member("format", "nvidia-smi").member("samples", log.samples);
  json.member("samples_without", log.without).member("cut_off_lines", log.cut_off);
  json.member("devices", log.devices).member("seconds", log.seconds);
  json.member("clock_mhz", log.clock_mhz).member("busy", log.busy).key("mfu_at_most");
  write_share(json, reading.use.bound);
  write_operations(json, "performed_at_most", reading.use.operations);
  write_texts(json, "missing", reading.use.missing);
}

void write_device(JsonWriter& json, const MfuInputs& inputs) {
  json.key("device").begin_object();
  json.key("chip");
  if (inputs.peak.chip == nullptr) {
    json.null();
  } else {
    json.value(inputs.peak.chip->id);
  }
  json.member("format", inputs.peak.format);
  json.member("peak", inputs.peak.rate > 0 ? std::optional(inputs.peak.rate) : std::nullopt);
  json.member("chips", inputs.chips).end_object();
}

void write_model(JsonWriter& json, const std::optional<telemetry::ModelWork>& work) {
  json.key("model");
  if (!work) {
    json.null();
    return;
  }
  json.begin_object().member("formula", work->formula).member("parameters", work->parameters);
  json.member("token_operations", work->operations).member("token_products_all_pairs", work->full);
  json.member("token_products_unmasked_pairs", work->causal);
  json.member("executed_over_model", work->executed_over_model);
  write_texts(json, "notes", work->notes);
  json.end_object();
}

}  // namespace

std::string mfu_json(const MfuReport& report) {
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.mfu/1").member("path", report.path);
  write_device(json, report.inputs);
  write_model(json, report.inputs.work);
  std::visit([&](const auto& reading) { write_reading(json, reading); }, report.reading);
  write_priors(json, report.priors);
  return json.end_object().text();
}

}  // namespace pfsday::report
