#include "estimate/printed.h"

#include <fmt/format.h>

#include <utility>

#include "estimate/amount.h"
#include "estimate/figure_inputs.h"

namespace pfsday::estimate {
namespace {

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

}  // namespace

double PrintedFigure::operations() const {
  if (flop) return *flop;
  return pf ? *pf * 1e15 : *pfs_days * units::operations_per_pfs_day;
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

}  // namespace pfsday::estimate
