#include "estimate/figure_inputs.h"

#include <fmt/format.h>

#include "estimate/amount.h"
#include "estimate/read.h"

namespace pfsday::estimate {
namespace {

constexpr double joules_per_kwh = 3.6e6;

Result<std::vector<Factor>> read_counters(TomlReader& in) {
  const auto operations = TRY(amount(in, "flop", measure::operations));
  return std::vector<Factor>{{.name = "operations counted by the chips", .value = operations}};
}

Result<std::vector<Factor>> read_energy(TomlReader& in) {
  const auto energy = TRY(amount(in, "kwh", measure::plain));
  const auto efficiency = TRY(amount(in, "flop_per_joule", measure::plain));
  return std::vector<Factor>{{.name = "kWh", .value = energy},
                             {.name = "joules per kWh", .value = joules_per_kwh},
                             {.name = "operations per joule", .value = efficiency}};
}

}  // namespace

Result<std::string> read_basis(TomlReader& in) {
  constexpr std::string_view known[] = {"counting", "hardware", "chart", "stated"};
  const std::string_view basis = TRY(find_word(in, "basis", known));
  if (basis.empty()) return in.missing("basis", "one of counting, hardware, chart, stated");
  return std::string(basis);
}

Result<Reported> read_reported(const TomlTable& table) {
  TomlReader in(table, "phase.reported");
  Reported reported;
  reported.operations = TRY(amount(in, "flop", measure::operations));
  reported.basis = TRY(read_basis(in));
  reported.note = TRY(in.text_or("note", ""));
  TRY(in.finish());
  return reported;
}

Result<Metered> read_metered(const TomlTable& table) {
  TomlReader in(table, "phase.metered");
  constexpr std::string_view kinds[] = {"counters", "energy"};
  Metered metered;
  metered.kind = TRY(find_word(in, "kind", kinds));
  if (metered.kind.empty()) return in.missing("kind", "\"counters\" or \"energy\"");
  metered.factors = metered.kind == "energy" ? TRY(read_energy(in)) : TRY(read_counters(in));
  metered.how = TRY(in.text("how"));
  TRY(add_factors(in, "factors", metered.factors));
  TRY(in.finish());
  return metered;
}

}  // namespace pfsday::estimate
