#include "estimate/counting_inputs.h"

#include <fmt/format.h>

#include <utility>

#include "estimate/amount.h"
#include "estimate/read.h"
#include "importers/recipe/recipe.h"
#include "units/print.h"

namespace pfsday::estimate {
namespace {

constexpr std::string_view passes_key = "forward_and_backward";

/// A phase of forward passes has no backward pass.
Result<void> refuse_backward(TomlReader& in, Passes passes) {
  if (passes == Passes::training || !in.has(passes_key)) return {};
  return in.malformed(passes_key, "does not go with a phase of forward passes alone",
                      "leave it out, or say passes = \"training\" in the phase");
}

/// MAC per example x operations per MAC (x forward and backward).
Result<void> read_add_multiplies(TomlReader& in, Passes passes, CountingInputs& counting) {
  const Uncertain macs = TRY(amount(in, "add_multiplies_per_example", measure::add_multiplies));
  counting.add_multiplies = macs.mid();
  counting.per_example.push_back(
      {.name = fmt::format("add-multiplies per {}", counting.example), .value = macs});
  const auto operations = TRY(find_amount(in, "operations_per_add_multiply", measure::plain));
  counting.per_example.push_back(
      {.name = "operations per add-multiply", .value = operations.value_or(2)});
  if (passes == Passes::forward) return {};
  const auto both = TRY(find_amount(in, passes_key, measure::plain));
  counting.per_example.push_back({.name = "forward and backward", .value = both.value_or(3)});
  if (!both) {
    counting.notes.emplace_back(
        "not stated: forward and backward take 3 times the operations of the forward pass");
  }
  return {};
}

/// Operations per example, or 6 (forward alone: 2) per parameter.
Result<void> read_per_example(TomlReader& in, Passes passes, CountingInputs& counting) {
  constexpr std::string_view keys[] = {"add_multiplies_per_example", "operations_per_example",
                                       "parameters"};
  const std::string_view key = TRY(find_one_of(in, keys));
  TRY(refuse_backward(in, passes));
  if (key == "add_multiplies_per_example") return read_add_multiplies(in, passes, counting);
  if (key == "operations_per_example") {
    Uncertain operations = TRY(amount(in, key, measure::operations));
    counting.per_example.push_back({.name = fmt::format("operations per {}", counting.example),
                                    .value = std::move(operations)});
    return add_if_given(in, passes_key, "forward and backward", counting.per_example);
  }
  if (key == "parameters") {
    counting.per_example = per_parameter(TRY(amount(in, key, measure::plain)), passes);
    counting.notes.push_back(per_parameter_note(passes));
  }
  return {};
}

/// All that was generated counts, what was thrown away among it.
Result<void> note_kept(TomlReader& in, CountingInputs& counting) {
  const auto kept = TRY(find_amount(in, "kept", measure::plain));
  if (!kept) return {};
  const double generated = product(counting.repeats);
  if (kept->mid() > generated) {
    return in.malformed(
        "kept",
        fmt::format("is {}, more than the {} generated", units::to_significant(kept->mid()),
                    units::to_significant(generated)),
        "what is thrown away counts among what is generated");
  }
  counting.notes.push_back(fmt::format("{} of {} generated were kept; all of them count",
                                       units::to_significant(kept->mid()),
                                       units::to_significant(generated)));
  return {};
}

Result<void> read_generated(TomlReader& in, Passes passes, CountingInputs& counting) {
  if (passes == Passes::training) {
    return in.malformed("generated", "does not go with a phase that trains",
                        "generation is forward only: give the phase a purpose that generates, or "
                        "passes = \"forward\"");
  }
  TRY(add_number_or_factors(in, "generated", fmt::format("generated {}s", counting.example),
                            counting.repeats));
  return note_kept(in, counting);
}

/// Which key says how often; what goes with it.
Result<void> read_how_often(TomlReader& in, Passes passes, CountingInputs& counting) {
  constexpr std::string_view keys[] = {"examples", "updates", "tokens", "generated"};
  const std::string_view key = TRY(find_one_of(in, keys));
  if (key.empty()) {
    return in.missing("examples", passes == Passes::training
                                      ? "or \"updates\" and \"batch\", or \"tokens\""
                                      : "or \"generated\", or \"tokens\"");
  }
  if (key == "generated") return read_generated(in, passes, counting);
  const std::string plural = counting.example + "s";
  TRY(add_number_or_factors(in, key, key == "examples" ? plural : std::string(key),
                            counting.repeats));
  if (key == "updates") {
    TRY(add_number_or_factors(in, "batch", plural + " per update", counting.repeats));
  }
  if (key == "examples" && passes == Passes::training && !in.has("epochs")) {
    return in.missing("epochs", "1 if each is seen once");
  }
  return {};
}

Result<void> read_repeats(TomlReader& in, Passes passes, CountingInputs& counting) {
  TRY(read_how_often(in, passes, counting));
  TRY(add_if_given(in, "epochs", "epochs", counting.repeats));
  return add_factors(in, "factors", counting.repeats);
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

Result<std::optional<bool>> read_architecture(TomlReader& in) {
  constexpr std::string_view key = "architecture";
  const auto name = TRY(in.find_text(key));
  if (!name) return std::optional<bool>{};
  if (*name == "dense" || *name == "mixture") return std::optional(*name == "mixture");
  return in.malformed(key, fmt::format("\"{}\" is neither dense nor mixture", *name),
                      "a mixture has experts of which a token passes through a few");
}

}  // namespace

Result<CountingInputs> read_counting(const TomlTable& table, Passes passes) {
  TomlReader in(table, "phase.counting");
  CountingInputs counting;
  const bool of_tokens = in.has("tokens") || (in.has("generated") && in.has("parameters"));
  counting.example = TRY(in.text_or("example", of_tokens ? "token" : "example"));
  TRY(read_per_example(in, passes, counting));
  counting.network = TRY(read_network(in));
  if (counting.per_example.empty() && !counting.network) {
    return in.missing("add_multiplies_per_example",
                      "or \"operations_per_example\", \"parameters\", \"recipe\", \"model\"");
  }
  TRY(read_repeats(in, passes, counting));
  counting.is_mixture = TRY(read_architecture(in));
  TRY(add_notes(in, counting.notes));
  TRY(in.finish());
  return counting;
}

}  // namespace pfsday::estimate
