#include "estimate/utilization_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

#include "base/toml.h"
#include "estimate/utilization_files.h"

namespace pfsday::estimate {
namespace {

struct BasisName {
  UtilizationBasis basis;
  std::string_view name;
};
constexpr BasisName basis_names[] = {
    {UtilizationBasis::whole_run, "whole-run"},
    {UtilizationBasis::reported, "reported"},
    {UtilizationBasis::benchmark, "benchmark"},
    {UtilizationBasis::conjecture, "conjecture"},
};

/// Chips with the peaks of another.
constexpr std::pair<std::string_view, std::string_view> same_peaks[] = {{"h800", "h100"},
                                                                        {"a800", "a100"}};

/// What the rows of a table share.
struct Shared {
  UtilizationRow row = {};  ///< what is the same for all
  const TomlTable* peaks = nullptr;
};

Result<UtilizationBasis> read_basis(TomlReader& in) {
  const std::string name = TRY(in.text("basis"));
  const auto* const found = std::ranges::find(basis_names, name, &BasisName::name);
  if (found != std::end(basis_names)) return found->basis;
  return in.malformed("basis", fmt::format("no basis is called \"{}\"", name));
}

Result<AttentionPairs> read_attention(TomlReader& in) {
  const std::string name = TRY(in.text("attention"));
  for (const auto pairs :
       {AttentionPairs::unstated, AttentionPairs::full, AttentionPairs::causal}) {
    if (to_string(pairs) == name) return pairs;
  }
  return in.malformed("attention", fmt::format("\"{}\" is none of unstated, full, causal", name));
}

/// The share itself, or a rate over the peak of the row's format.
Result<double> read_mfu(TomlReader& in, const Shared& shared, const UtilizationRow& row) {
  if (const auto share = TRY(in.find_number("mfu"))) return *share;
  const double teraflops = TRY(in.number("tflops"));
  if (shared.peaks == nullptr) return in.missing("peak");
  TomlReader peaks(*shared.peaks, "peak");
  return teraflops * 1e12 / TRY(peaks.number(row.format));
}

Result<UtilizationRow> read_row(const TomlTable& table, const Shared& shared) {
  TomlReader in(table, "row");
  UtilizationRow row = shared.row;
  row.model = TRY(in.text("model"));
  row.is_mixture = TRY(in.text_or("architecture", "dense")) == "mixture";
  row.chip = TRY(in.text_or("chip", row.chip));
  row.family = TRY(in.text_or("family", row.family));
  row.format = TRY(in.text_or("format", ""));
  row.recipe = TRY(in.text_or("recipe", row.format));
  row.chips = TRY(in.find_number("chips"));
  row.sequence = TRY(in.find_number("seq"));
  row.source.url = TRY(in.text_or("source", row.source.url));
  TRY(in.text_or("date", ""));
  row.mfu = TRY(read_mfu(in, shared, row));
  row.hfu = TRY(in.find_number("hfu"));
  TRY(in.finish());
  return row;
}

Result<void> read_table(const TomlTable& table, std::vector<UtilizationRow>& rows) {
  TomlReader in(table, "table");
  Shared shared;
  shared.row.source.what = "data";
  shared.row.source.title = TRY(in.text("title"));
  shared.row.source.url = TRY(in.text("source"));
  TRY(in.text("license"));
  shared.row.basis = TRY(read_basis(in));
  shared.row.attention = TRY(read_attention(in));
  shared.row.chip = TRY(in.text_or("chip", ""));
  shared.row.family = TRY(in.text_or("family", ""));
  shared.peaks = TRY(in.find_table("peak"));
  for (const TomlTable* row : TRY(in.find_tables("rows"))) {
    rows.push_back(TRY(read_row(*row, shared)));
  }
  return in.finish();
}

Result<std::vector<UtilizationRow>> read_rows() {
  std::vector<UtilizationRow> rows;
  for (const EmbeddedFile& file : utilization_files()) {
    const TomlTable document = TRY(in_file(file.path, parse_toml(file.contents)));
    TomlReader in(document, "utilization");
    for (const TomlTable* table : TRY(in.find_tables("table"))) {
      TRY(in_file(file.path, read_table(*table, rows)));
    }
    TRY(in_file(file.path, in.finish()));
  }
  return rows;
}

/// True of "h100" and "h100-sxm" for h100, not of "h1000".
bool is_of(std::string_view chip, std::string_view family) {
  return chip.starts_with(family) && (chip.size() == family.size() || chip[family.size()] == '-');
}

}  // namespace

std::span<const UtilizationRow> utilization_rows() {
  static const Result<std::vector<UtilizationRow>> rows = read_rows();
  assert(rows.has_value());
  return *rows;
}

std::string_view chip_family(std::string_view chip) {
  for (const auto& [name, family] : same_peaks) {
    if (is_of(chip, name)) return family;
  }
  std::string_view found;
  for (const UtilizationRow& row : utilization_rows()) {
    if (is_of(chip, row.family) && row.family.size() > found.size()) found = row.family;
  }
  return found;
}

std::string_view to_string(UtilizationBasis basis) {
  return std::ranges::find(basis_names, basis, &BasisName::basis)->name;
}

}  // namespace pfsday::estimate
