#include "estimate/run.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/toml.h"
#include "estimate/amount.h"
#include "estimate/method.h"
#include "importers/recipe/recipe.h"
#include "units/quantity.h"

namespace pfsday::estimate {
namespace {

Result<std::vector<Source>> read_sources(TomlReader& in) {
  std::vector<Source> sources;
  for (const TomlTable* table : TRY(in.find_tables("source"))) {
    TomlReader source(*table, "source");
    Source& one = sources.emplace_back();
    one.what = TRY(source.text("what"));
    one.title = TRY(source.text("title"));
    one.url = TRY(source.text("url"));
    TRY(source.finish());
  }
  return sources;
}

Result<Factor> read_factor(const TomlTable& table, std::string_view where) {
  TomlReader in(table, std::string(where));
  Factor factor;
  factor.name = TRY(in.text("name"));
  factor.value = TRY(amount(in, "value", measure::plain));
  if (const auto name = TRY(in.find_text("as"))) factor.value.name = *name;
  factor.power = TRY(in.find_number("power")).value_or(1);
  factor.note = TRY(in.text_or("note", ""));
  TRY(in.finish());
  return factor;
}

/// Adds the factors of a list of tables.
Result<void> add_factors(TomlReader& in, std::string_view key, std::vector<Factor>& factors) {
  for (const TomlTable* table : TRY(in.find_tables(key))) {
    factors.push_back(TRY(read_factor(*table, key)));
  }
  return {};
}

/// Adds a number, or the factors of a list whose product it is.
Result<void> add_number_or_factors(TomlReader& in, std::string_view key, std::string name,
                                   std::vector<Factor>& factors) {
  if (in.holds_list(key)) return add_factors(in, key, factors);
  Uncertain value = TRY(amount(in, key, measure::plain));
  factors.push_back({.name = std::move(name), .value = std::move(value)});
  return {};
}

Result<void> add_if_given(TomlReader& in, std::string_view key, std::string name,
                          std::vector<Factor>& factors) {
  auto value = TRY(find_amount(in, key, measure::plain));
  if (value) factors.push_back({.name = std::move(name), .value = *std::move(value)});
  return {};
}

/// Which one of the keys is there; empty if none is.
Result<std::string_view> find_one_of(TomlReader& in, std::span<const std::string_view> keys) {
  std::string_view found;
  for (const std::string_view key : keys) {
    if (!in.has(key)) continue;
    if (!found.empty()) {
      return in.malformed(key, fmt::format("cannot stand beside \"{}\"", found),
                          "keep one of them");
    }
    found = key;
  }
  return found;
}

/// MAC per example x operations per MAC x (forward and backward).
Result<void> read_add_multiplies(TomlReader& in, CountingInputs& counting) {
  const Uncertain macs = TRY(amount(in, "add_multiplies_per_example", measure::add_multiplies));
  counting.add_multiplies = macs.mid();
  counting.per_example.push_back(
      {.name = fmt::format("add-multiplies per {}", counting.example), .value = macs});
  const auto operations = TRY(find_amount(in, "operations_per_add_multiply", measure::plain));
  counting.per_example.push_back(
      {.name = "operations per add-multiply", .value = operations.value_or(2)});
  const auto passes = TRY(find_amount(in, "forward_and_backward", measure::plain));
  counting.per_example.push_back({.name = "forward and backward", .value = passes.value_or(3)});
  if (!passes) {
    counting.notes.emplace_back(
        "not stated: forward and backward take 3 times the operations of the forward pass");
  }
  return {};
}

/// Operations per example, or 6 per parameter.
Result<void> read_per_example(TomlReader& in, CountingInputs& counting) {
  constexpr std::string_view keys[] = {"add_multiplies_per_example", "operations_per_example",
                                       "parameters"};
  const std::string_view key = TRY(find_one_of(in, keys));
  if (key == "add_multiplies_per_example") return read_add_multiplies(in, counting);
  if (key == "operations_per_example") {
    Uncertain operations = TRY(amount(in, key, measure::operations));
    counting.per_example.push_back({.name = fmt::format("operations per {}", counting.example),
                                    .value = std::move(operations)});
    return add_if_given(in, "forward_and_backward", "forward and backward", counting.per_example);
  }
  if (key == "parameters") {
    counting.per_example = six_per_parameter(TRY(amount(in, key, measure::plain)));
    counting.notes.emplace_back(six_per_parameter_note);
  }
  return {};
}

Result<void> read_repeats(TomlReader& in, CountingInputs& counting) {
  constexpr std::string_view keys[] = {"examples", "updates", "tokens"};
  const std::string_view key = TRY(find_one_of(in, keys));
  if (key.empty()) return in.missing("examples", "or \"updates\" and \"batch\", or \"tokens\"");
  const std::string plural = counting.example + "s";
  TRY(add_number_or_factors(in, key, key == "examples" ? plural : std::string(key),
                            counting.repeats));
  if (key == "updates")
    TRY(add_number_or_factors(in, "batch", plural + " per update", counting.repeats));
  if (key == "examples" && !in.has("epochs")) return in.missing("epochs", "1 if each is seen once");
  TRY(add_if_given(in, "epochs", "epochs", counting.repeats));
  return add_factors(in, "factors", counting.repeats);
}

Result<void> add_notes(TomlReader& in, std::vector<std::string>& notes) {
  std::ranges::move(TRY(in.find_texts("notes")), std::back_inserter(notes));
  return {};
}

Result<Network> read_recipe_table(const TomlTable& table) {
  TomlReader in(table, "phase.counting.recipe");
  Network network{.recipe = TRY(importers::read_recipe(in))};
  network.times = TRY(find_exact_amount(in, "times", measure::plain)).value_or(1);
  network.why = TRY(in.text_or("why", ""));
  TRY(add_notes(in, network.notes));
  TRY(in.finish());
  return network;
}

/// A number for a dimension, a list of them for the shape of an input.
Result<importers::ImportOptions> read_bindings(TomlReader& counting) {
  importers::ImportOptions bindings;
  const TomlTable* table = TRY(counting.find_table("bind"));
  if (table == nullptr) return bindings;
  TomlReader in(*table, "bind");
  for (const auto& [name, value] : table->entries) {
    if (in.holds_list(name)) {
      const std::vector<std::int64_t> sizes = TRY(in.find_integers(name));
      bindings.inputs[name].assign(sizes.begin(), sizes.end());
    } else {
      bindings.dimensions[name] = TRY(in.integer_or(name, 0));
    }
  }
  return bindings;
}

Result<Network> read_model_keys(TomlReader& counting) {
  Network network{.model = TRY(counting.text("model"))};
  network.examples_per_pass = TRY(exact_amount(counting, "examples_per_pass", measure::plain));
  network.bindings = TRY(read_bindings(counting));
  return network;
}

Result<std::optional<Network>> read_network(TomlReader& counting) {
  constexpr std::string_view keys[] = {"recipe", "model"};
  const std::string_view key = TRY(find_one_of(counting, keys));
  if (key.empty()) return std::optional<Network>{};
  if (key == "model") return std::optional(TRY(read_model_keys(counting)));
  const TomlTable* table = TRY(counting.find_table("recipe"));
  return std::optional(TRY(read_recipe_table(*table)));
}

Result<CountingInputs> read_counting(const TomlTable& table) {
  TomlReader in(table, "phase.counting");
  CountingInputs counting;
  counting.example = TRY(in.text_or("example", in.has("tokens") ? "token" : "example"));
  TRY(read_per_example(in, counting));
  counting.network = TRY(read_network(in));
  if (counting.per_example.empty() && !counting.network) {
    return in.missing("add_multiplies_per_example",
                      "or \"operations_per_example\", \"parameters\", \"recipe\", \"model\"");
  }
  TRY(read_repeats(in, counting));
  TRY(add_notes(in, counting.notes));
  TRY(in.finish());
  return counting;
}

Result<HardwareInputs> read_hardware(const TomlTable& table) {
  TomlReader in(table, "phase.hardware");
  HardwareInputs hardware;
  hardware.chip = TRY(in.find_text("chip"));
  hardware.format = TRY(in.find_text("format"));
  hardware.peak = TRY(find_amount(in, "peak", measure::rate));
  hardware.count = TRY(find_amount(in, "count", measure::plain));
  hardware.days = TRY(find_amount(in, "days", measure::days));
  hardware.hours = TRY(find_amount(in, "hours", measure::hours));
  hardware.chip_hours = TRY(find_amount(in, "chip_hours", measure::chip_hours));
  hardware.utilization = TRY(find_amount(in, "utilization", measure::plain));
  hardware.utilization_kind = TRY(in.text_or("utilization_kind", hardware.utilization_kind));
  TRY(add_factors(in, "factors", hardware.factors));
  TRY(add_notes(in, hardware.notes));
  TRY(in.finish());
  TRY(at_place(in.place(), resolve(hardware)));
  return hardware;
}

Result<Phase> read_phase(const TomlTable& table) {
  TomlReader in(table, "phase");
  Phase phase;
  phase.name = TRY(in.text("name"));
  phase.purpose = TRY(in.text_or("purpose", phase.purpose));
  if (const TomlTable* counting = TRY(in.find_table("counting"))) {
    phase.counting = TRY(read_counting(*counting));
  }
  if (const TomlTable* hardware = TRY(in.find_table("hardware"))) {
    phase.hardware = TRY(read_hardware(*hardware));
  }
  TRY(in.finish());
  if (phase.counting || phase.hardware) return phase;
  return in.missing("counting", "or \"hardware\": a phase has the inputs of at least one method");
}

Result<std::vector<Phase>> read_phases(TomlReader& in) {
  std::vector<Phase> phases;
  for (const TomlTable* table : TRY(in.find_tables("phase"))) {
    phases.push_back(TRY(read_phase(*table)));
  }
  return phases;
}

Result<std::string> read_basis(TomlReader& in) {
  constexpr std::string_view known[] = {"counting", "hardware", "chart", "stated"};
  std::string basis = TRY(in.text("basis"));
  if (std::ranges::find(known, basis) != std::end(known)) return basis;
  return in.malformed("basis", fmt::format("cannot be \"{}\"", basis),
                      "one of counting, hardware, chart, stated");
}

Result<PrintedFigure> read_figure(const TomlTable& table, std::string name) {
  const bool is_total = name == "printed.total";
  TomlReader in(table, std::move(name));
  PrintedFigure figure;
  figure.pf = TRY(find_exact_amount(in, "pf", measure::plain));
  figure.pfs_days = TRY(find_exact_amount(in, "pfs_days", measure::pfs_days));
  figure.flop = TRY(find_exact_amount(in, "flop", measure::operations));
  figure.note = TRY(in.text_or("note", ""));
  if (is_total) {
    figure.basis = TRY(read_basis(in));
    figure.upper_bound = TRY(in.flag_or("upper_bound", false));
  }
  TRY(in.finish());
  if (figure.pf || figure.pfs_days || figure.flop) return figure;
  return in.missing("pfs_days", "or \"pf\" (1e15 operations) or \"flop\"");
}

Result<Printed> read_printed(TomlReader& run) {
  Printed printed;
  const TomlTable* table = TRY(run.find_table("printed"));
  if (table == nullptr) return printed;
  TomlReader in(*table, "printed");
  for (const auto& [key, figure] :
       {std::pair("counting", &printed.counting), std::pair("hardware", &printed.hardware),
        std::pair("total", &printed.total)}) {
    const TomlTable* entry = TRY(in.find_table(key));
    if (entry != nullptr) *figure = TRY(read_figure(*entry, fmt::format("printed.{}", key)));
  }
  TRY(in.finish());
  return printed;
}

Result<std::optional<units::Date>> read_date(TomlReader& in) {
  const auto text = TRY(in.find_text("date"));
  if (!text) return std::optional<units::Date>{};
  return std::optional(TRY(at_place(in.find("date")->place, units::parse_date(*text))));
}

Result<void> check_schema(TomlReader& in) {
  const std::string schema = TRY(in.text("schema"));
  if (schema == run_schema) return {};
  return in.malformed("schema", fmt::format("is \"{}\"", schema),
                      fmt::format("this version reads \"{}\"", run_schema));
}

}  // namespace

double PrintedFigure::operations() const {
  if (flop) return *flop;
  return pf ? *pf * 1e15 : *pfs_days * units::operations_per_pfs_day;
}

Result<Run> parse_run(std::string_view toml) {
  const TomlTable document = TRY(parse_toml(toml));
  TomlReader in(document, "run");
  TRY(check_schema(in));
  Run run;
  run.id = TRY(in.text("id"));
  run.name = TRY(in.text("name"));
  run.organization = TRY(in.text_or("organization", ""));
  run.date = TRY(read_date(in));
  run.included_because = TRY(in.text_or("included_because", ""));
  run.tags = TRY(in.find_texts("tags"));
  run.sources = TRY(read_sources(in));
  run.phases = TRY(read_phases(in));
  run.printed = TRY(read_printed(in));
  TRY(in.finish());
  return run;
}

}  // namespace pfsday::estimate
