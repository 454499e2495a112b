#include "base/json.h"
#include "report/hardware.h"
#include "report/hardware_text.h"

namespace pfsday::report {
namespace {

using hardware::Chip;
using hardware::Figure;
using hardware::Peak;
using hardware::Source;

void write_source(JsonWriter& json, const Source& source) {
  json.key("source").begin_object();
  json.member("url", source.url).member("what", source.what).end_object();
}

void write_note(JsonWriter& json, std::string_view note) {
  if (!note.empty()) json.member("note", note);
}

void write_released(JsonWriter& json, const hardware::Release& released) {
  json.key("released").begin_object().member("date", date_text(released));
  write_source(json, *released.source);
  json.end_object();
}

void write_peak(JsonWriter& json, const Peak& peak) {
  json.begin_object().member("format", peak.format);
  json.member("dense", peak.operations_per_second).member("sparse", peak.sparse);
  json.member("clock_mhz", peak.clock_mhz);
  json.member("operations_per_cycle", peak.operations_per_cycle);
  write_source(json, *peak.source);
  write_note(json, peak.note);
  json.end_object();
}

void write_memory(JsonWriter& json, const std::optional<hardware::Memory>& memory) {
  json.key("memory");
  if (!memory) {
    json.null();
    return;
  }
  json.begin_object().member("bytes", memory->bytes).member("kind", memory->kind);
  write_source(json, *memory->source);
  json.end_object();
}

void write_figure(JsonWriter& json, std::string_view name, const std::optional<Figure>& figure) {
  json.key(name);
  if (!figure) {
    json.null();
    return;
  }
  json.begin_object().member("value", figure->value);
  write_source(json, *figure->source);
  write_note(json, figure->note);
  json.end_object();
}

void write_chip(JsonWriter& json, const Chip& chip) {
  json.member("id", chip.id).member("name", chip.name).member("vendor", chip.vendor);
  json.member("family", chip.family).member("variant", chip.variant).member("kind", chip.kind);
  json.key("aliases").begin_array();
  for (const std::string_view alias : chip.aliases) json.value(alias);
  json.end_array();
  write_released(json, chip.released);
  json.member("default_format", chip.default_format);
  json.key("peaks").begin_array();
  for (const Peak& peak : chip.peaks) write_peak(json, peak);
  json.end_array();
  write_memory(json, chip.memory);
  write_figure(json, "bandwidth_bytes_per_second", chip.bandwidth);
  write_figure(json, "tdp_watts", chip.tdp_watts);
  write_figure(json, "price_dollars", chip.price_dollars);
  json.member("total_processing_performance", total_processing_performance(chip));
  write_note(json, chip.note);
}

void write_ratios(JsonWriter& json, const ChipRatios& row) {
  json.key("compared").begin_object().member("format", row.peak.format);
  json.member("operations_per_second", row.peak.operations_per_second);
  json.member("to_first", row.to_first).member("operations_per_byte", row.per_byte);
  json.member("operations_per_joule", row.per_joule);
  json.member("operations_per_second_per_dollar", row.per_dollar);
  json.end_object();
}

template <class Rows, class Write>
std::string document(const Rows& rows, Write write) {
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.hardware/1").key("chips").begin_array();
  for (const auto& row : rows) {
    json.begin_object();
    write(json, row);
    json.end_object();
  }
  return json.end_array().end_object().text();
}

}  // namespace

std::string hardware_json(ChipSpan chips) {
  return document(chips, [](JsonWriter& json, const Chip* chip) { write_chip(json, *chip); });
}

std::string hardware_json(std::span<const ChipRatios> rows) {
  return document(rows, [](JsonWriter& json, const ChipRatios& row) {
    write_chip(json, *row.chip);
    write_ratios(json, row);
  });
}

}  // namespace pfsday::report
