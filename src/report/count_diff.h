// Two models held against each other: `pfsday count A --diff B`.
//
//   const CountDiff diff = diff_counts({count_a, count_b}, {.by = DiffBy::product});
//   product_sums_grid(*diff.products);                      // what both do, and why they differ
//   exceeds(diff.total(), TRY(parse_growth("0.5 %")));      // B costs over 0.5 % more than A
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/count_inventory.h"
#include "report/diff_parameters.h"
#include "report/diff_products.h"

namespace pfsday::report {

/// A figure of both models.
struct Change {
  std::string name;
  std::string op = {};  ///< of a layer
  units::Count a = {};
  units::Count b = {};

  bool is_none() const { return a == b; }
};

/// What a row of a comparison stands for. Names of operators and layers are those of a format:
/// models of two formats are compared by their products.
enum class DiffBy : std::uint8_t { op, layer, product };

struct DiffRequest {
  std::optional<DiffBy> by = {};  ///< by default op, or product of models of two formats
  /// That run the program of one device: its work is taken so often.
  std::optional<std::int64_t> devices = {};
};

struct CountDiff {
  CountReport a = {};
  CountReport b = {};
  DiffBy by = DiffBy::op;
  /// Operators or layers whose FLOP differ, by the size of the difference. They are the same in
  /// both models if they have the same name; layers, the same operator too.
  std::vector<Change> changed = {};
  std::size_t unchanged = 0;  ///< operators or layers whose FLOP are the same
  /// By product.
  std::optional<ProductDiff> products = {};
  std::optional<ParameterDiff> parameters = {};

  /// FLOP of all passes.
  Change total() const;
  bool complete() const { return a.counts.complete() && b.counts.complete(); }
};

/// Both counts are of one request: without `devices`; with a breakdown by operator, or by layer
/// where that is asked for, with all rows. Errors: Code::usage if `devices` are given and both
/// models are whole; Code::count_overflow.
Result<CountDiff> diff_counts(InventoriedCount a, InventoriedCount b, const DiffRequest& request);

/// Growth that is still accepted, in billionths.
struct Growth {
  units::Count billionths = {};
};

/// "1%", "0.5 %": a percentage of at most 7 decimal places. Errors: Code::usage.
Result<Growth> parse_growth(std::string_view text);

/// True if b is more than `growth` above a, exactly.
bool exceeds(const Change& change, Growth growth);

/// A row for each operator or layer that changed: FLOP in A and B, difference, percent.
Grid diff_grid(const CountDiff& diff);
/// The same of parameters, each pass, their sum, products and bytes.
Grid diff_totals_grid(const CountDiff& diff);
/// Whether the products agree, or what cannot be said of them.
std::string diff_agreement(const CountDiff& diff);
/// What else a reader must know, a line each: of parameters that one model does not name, and of
/// what the totals hold.
std::string diff_remarks(const CountDiff& diff);
/// "B costs 2.5 % more than A: above 1 %."
std::string diff_verdict(const CountDiff& diff, Growth growth);

/// The document pfsday.diff/1.
std::string diff_json(const CountDiff& diff, std::optional<Growth> growth);

}  // namespace pfsday::report
