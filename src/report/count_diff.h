// What changed between two model files: `pfsday count A --diff B`.
//
//   const CountDiff diff = diff_counts(TRY(count_file("a.onnx", ...)), TRY(count_file("b.onnx",
//   ...))); diff_grid(diff);                                        // operators whose FLOP changed
//   exceeds(diff.total(), TRY(parse_growth("0.5 %")));      // B costs over 0.5 % more than A
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/count.h"

namespace pfsday::report {

/// A figure of both models.
struct Change {
  std::string name;
  std::string op = {};  ///< of a layer
  units::Count a = {};
  units::Count b = {};

  bool is_none() const { return a == b; }
};

struct CountDiff {
  CountReport a;
  CountReport b;
  /// Operators or layers whose FLOP differ, by the size of the difference. They are the same in
  /// both models if they have the same name; layers, the same operator too.
  std::vector<Change> changed = {};
  std::size_t unchanged = 0;  ///< operators or layers whose FLOP are the same

  /// FLOP of all passes.
  Change total() const;
  bool complete() const { return a.counts.complete() && b.counts.complete(); }
};

/// Both reports are of one request, whose breakdown is by operator or by layer, with all rows.
CountDiff diff_counts(CountReport a, CountReport b);

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
/// "B costs 2.5 % more than A: above 1 %."
std::string diff_verdict(const CountDiff& diff, Growth growth);

/// The document pfsday.diff/1.
std::string diff_json(const CountDiff& diff, std::optional<Growth> growth);

}  // namespace pfsday::report
