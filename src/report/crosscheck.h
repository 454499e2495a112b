// What `pfsday crosscheck` says: a line for each run, the notes below, and the JSON document.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/estimate.h"

namespace pfsday::report {

struct Heading {
  std::string_view text = {};
  std::string_view group = {};
};
inline constexpr Heading crosscheck_headings[] = {
    {"system"},
    {"printed ", "counting, PF"},
    {"recomputed", "counting, PF"},
    {"counted", "counting, PF"},
    {"printed ", "hardware, PF"},
    {"recomputed", "hardware, PF"},
    {"ratio"},
    {"utilization"},
    {"point"},
    {"verdict"},
};

/// The cells below those headings, in PF (1e15 operations); a printed figure that slips has a `*`.
/// The point is where the implied utilization stands in its prior, in % from below.
/// Runs without the inputs of either method have no row.
std::vector<std::vector<std::string>> crosscheck_rows(std::span<const RunReport> reports);

/// "Seq2Seq, counting: prints 7,300 PF; ...", and the runs without inputs of either method.
std::vector<std::string> crosscheck_notes(std::span<const RunReport> reports);

/// "56 runs, 56 with both methods: 47 within 2x, 50 within 3x, median ratio 1.1; consistent 47,
/// ..."
std::string agreement_text(std::span<const RunReport> reports);

/// True if a printed figure is marked.
bool any_slip(std::span<const RunReport> reports);

/// The document pfsday.crosscheck/1.
std::string crosscheck_json(std::span<const RunReport> reports);

}  // namespace pfsday::report
