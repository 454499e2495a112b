// What `pfsday count --compare` says: one model through every view, side by side.
//
//   const CompareReport report = TRY(report::compare_file("gpt.onnx", bytes, request));
//   compare_grid(report);   // a row for each convention: forward, backward, total, ratio
#pragma once

#include <optional>

#include "report/count.h"

namespace pfsday::report {

/// How many tokens one pass takes, and how that is known.
struct Tokens {
  units::Count count = {};
  std::string from = {};  ///< "input \"input_ids\" [2,128]"
};

struct CompareReport {
  CountReport report;  ///< with the counts of all views; a training step where there can be one
  std::optional<Tokens> tokens = {};
};

/// The step is a training step, unless no gradient reaches a parameter: a note then says so.
/// Tokens are the elements of integer inputs of rank 2 that index an embedding; else, where `seq`
/// is bound, batch x seq. Errors: those of count_file.
Result<CompareReport> compare_file(std::string_view path, importers::Bytes bytes,
                                   CountRequest request);

/// 6 x parameters x tokens: the usual estimate of a training step; 2 x where only the forward pass
/// is counted.
units::Count usual_estimate(const CompareReport& report);

Grid compare_grid(const CompareReport& report);

/// One for each convention, on what it counts; and the tokens taken.
std::vector<std::string> compare_notes(const CompareReport& report);

/// The document pfsday.compare/1.
std::string compare_json(const CompareReport& report);

}  // namespace pfsday::report
