#include "report/count_json.h"

#include "report/count_devices.h"
#include "report/count_tensors.h"
#include "units/count.h"

namespace pfsday::report {
namespace {

using graph::Pass;
using ops::Work;

JsonWriter& write_counters(JsonWriter& json, const Work& work) {
  return json.member("mul", work.mul)
      .member("add", work.add)
      .member("div", work.div)
      .member("special", work.special)
      .member("compare", work.compare);
}

/// "flop" is the figure of the convention.
void write_pass(JsonWriter& json, std::string_view name, const count::PassCount& pass,
                const count::View& view, const count::Seen& seen) {
  json.key(name).begin_object();
  write_counters(json, pass.work)
      .member("bytes", pass.bytes)
      .member("flop", seen.figure)
      .member("products", pass.work.products * 2);
  if (!view.apart.empty()) json.member(view.apart, seen.apart);
  json.end_object();
}

void write_macs(JsonWriter& json, const CountReport& report) {
  json.key("macs").begin_object();
  for (const Pass pass : passes_of(report)) {
    if (pass == Pass::loss) continue;
    json.member(graph::to_string(pass), report.counts.pass(pass).work.products);
  }
  json.member("total", report.counts.total.work.products).end_object();
}

void write_attention(JsonWriter& json, const CountReport& report) {
  if (report.request.rules.attention == ops::Rules::Attention::as_written) return;
  const bool is_causal = report.request.rules.attention == ops::Rules::Attention::causal;
  json.key("attention").begin_object().member("rule", is_causal ? "causal" : "full");
  json.key("nodes").begin_array();
  for (const count::AttentionLayer& layer : report.counts.attention) {
    json.begin_object().member("node", layer.node).member("op", layer.op);
    json.member("form", layer.is_fused() ? "operator" : "chain");
    if (!layer.is_fused()) json.member("context", layer.context);
    json.member("causal", layer.is_causal).member("changed", layer.is_changed).end_object();
  }
  json.end_array().end_object();
}

void write_rows(JsonWriter& json, const CountReport& report) {
  const count::By by = report.request.breakdown.by;
  if (by == count::By::none) return;
  json.member("breakdown", count::to_string(by)).key("by").begin_array();
  for (const count::Row& row : report.counts.rows) {
    json.begin_object().member("name", row.name).member("op", row.op);
    if (by == count::By::module) json.member("depth", row.depth);
    json.member("pass", graph::to_string(row.pass)).member("nodes", row.nodes);
    write_counters(json, row.work).member("macs", row.work.products);
    json.member("parameters", row.parameters).member("activation_bytes", row.activation_bytes);
    json.member("bytes", row.bytes).end_object();
  }
  json.end_array();
}

void write_lines(JsonWriter& json, const CountReport& report) {
  if (!report.request.lines) return;
  json.key("lines").begin_array();
  for (const count::Line& line : report.counts.lines) {
    json.begin_object().member("layer", line.layer).member("op", line.op);
    json.member("pass", graph::to_string(line.pass)).member("primitive", line.primitive);
    json.member("operands", line.operands);
    write_counters(json, line.work).member("macs", line.work.products).end_object();
  }
  json.end_array();
}

}  // namespace

void write_uncounted(JsonWriter& json, const CountReport& report) {
  json.key("uncounted").begin_array();
  for (const count::Uncounted& one : report.counts.uncounted) {
    json.begin_object().member("node", one.node).member("op", one.op);
    json.member("reason", one.reason).end_object();
  }
  json.end_array();
}

void write_custom(JsonWriter& json, const CountReport& report) {
  json.key("custom").begin_array();
  for (const importers::CustomUse& use : report.custom) {
    json.begin_object().member("node", use.node).member("op", use.op).end_object();
  }
  json.end_array();
}

void write_bounds(JsonWriter& json, const CountReport& report) {
  json.key("bounds").begin_array();
  for (const count::Bound& bound : report.counts.bounds) {
    json.begin_object().member("node", bound.node).member("kind", bound.kind);
    json.member("reason", bound.reason).end_object();
  }
  json.end_array();
}

void write_model(JsonWriter& json, const CountReport& report) {
  json.key("model").begin_object().member("path", report.path).member("format", report.format);
  json.key("sha256");
  if (report.sha256.empty()) {
    json.null();
  } else {
    json.value(report.sha256);
  }
  json.end_object().key("bindings").begin_object();
  for (const std::string& binding : report.request.bindings) {
    const std::size_t equals = binding.rfind('=');
    const std::string value = binding.substr(equals + 1);
    json.key(binding.substr(0, equals));
    if (value.find('x') == std::string::npos) {
      json.digits(value);
    } else {
      json.value(value);
    }
  }
  json.end_object().member("convention", report.request.convention().name);
  json.key("notes").begin_array();
  for (const std::string& note : report.notes) json.value(note);
  json.end_array();
}

void write_parameters(JsonWriter& json, const CountReport& report) {
  const count::ParameterCounts& parameters = report.counts.parameters;
  json.key("parameters").begin_object().member("total", parameters.total);
  json.member("trainable", parameters.trainable).member("buffers", parameters.buffers);
  if (report.parameters.active) {
    json.member("active", *report.parameters.active).member("beside", report.parameters.beside);
  }
  json.end_object();
}

std::string count_json(const CountReport& report, JsonStyle style) {
  const count::Counts& counts = report.counts;
  const count::View& view = report.request.convention();
  JsonWriter json(style);
  json.begin_object().member("schema", "pfsday.count/1");
  write_model(json, report);
  write_parameters(json, report);
  write_tensors(json, report);
  json.key("passes").begin_object();
  for (const Pass pass : passes_of(report)) {
    write_pass(json, graph::to_string(pass), counts.pass(pass), view, report.seen(pass));
  }
  json.end_object();
  write_pass(json, "total", counts.total, view, report.seen_total());
  write_macs(json, report);
  write_devices(json, report);
  json.key("coverage").begin_object().member("nodes", counts.coverage.nodes);
  json.member("counted", counts.coverage.counted).member("movement", counts.coverage.movement);
  json.member("uncounted", counts.coverage.uncounted).end_object();
  write_uncounted(json, report);
  write_custom(json, report);
  write_attention(json, report);
  write_bounds(json, report);
  json.member("complete", counts.complete());
  write_rows(json, report);
  write_lines(json, report);
  return json.end_object().text();
}

}  // namespace pfsday::report
