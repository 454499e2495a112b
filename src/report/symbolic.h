// What `pfsday count --symbolic` says of a model: its figures as formulas in the open sizes.
//
//   const SymbolicReport report = TRY(report::symbolic_file("gpt.onnx", bytes, request, [] {}));
//   symbolic_grid(report);   // forward | multiply-adds | 84,934,656*seq + 18,432*seq^2
#pragma once

#include <functional>

#include "count/symbolic.h"
#include "report/count.h"

namespace pfsday::report {

struct SymbolicReport {
  CountReport sample;  ///< at the sizes symbolic.base: parameters, coverage, what is not counted
  count::Symbolic symbolic;
};

/// The dimensions that the file names and the request does not bind become symbols.
/// `counted` is called behind each count, of which there are count::most_counts at the most.
/// Errors: those of count_file and count::find_formulas.
Result<SymbolicReport> symbolic_file(std::string_view path, importers::Bytes bytes,
                                     CountRequest request, const std::function<void()>& counted);

/// A row for each pass and figure, and for each class of sizes where strides round down; at most
/// `most_classes` of those, the JSON document has them all.
Grid symbolic_grid(const SymbolicReport& report);
inline constexpr std::size_t most_classes = 8;

/// Where the formulas hold, and how that is known.
std::string symbolic_heading(const SymbolicReport& report);

/// The document pfsday.symbolic/1.
std::string symbolic_json(const SymbolicReport& report);

}  // namespace pfsday::report
