// The stable codes of every diagnostic that pfsday prints, and what `pfsday explain CODE` says.
//
//   error[PFD204]: bert.onnx: input "input_ids" has no size for dimension "seq"
//
// A code never changes its meaning and is never used again. To add one: an enumerator here and a
// case in code.cpp; the compiler refuses an enumerator without a case.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pfsday {

/// 1xx: the command line, files and text values. 2xx: model files and graphs. 3xx: run files,
/// estimates, logs and rules. 4xx: tables, selections and fits. 5xx: charts and output.
enum class Code : std::uint16_t {
  usage = 101,
  file_unreadable = 102,
  format_unknown = 103,
  quantity_malformed = 104,
  date_malformed = 105,
  code_unknown = 106,

  model_malformed = 201,
  model_truncated = 202,
  graph_text_malformed = 203,
  dimension_unbound = 204,
  binding_malformed = 205,
  graph_invalid = 206,
  attribute_invalid = 207,
  input_missing = 208,
  value_unknown = 209,
  type_unsupported = 210,
  shapes_disagree = 211,
  not_broadcastable = 212,
  count_overflow = 213,
  limit_exceeded = 214,
  no_trainable_parameter = 215,
  formula_invalid = 216,
  trip_count_unknown = 217,
  model_type_unknown = 218,
  loss_unfit = 219,
  call_cyclic = 220,
  configuration_incomplete = 221,
  configuration_unsupported = 222,
  no_formula = 230,

  run_malformed = 301,
  run_key_unknown = 302,
  run_input_missing = 303,
  chip_unknown = 304,
  utilization_out_of_range = 305,
  recipe_invalid = 306,
  interval_malformed = 308,
  prior_unknown = 309,
  view_unknown = 310,
  lineage_cyclic = 311,
  judgement_missing = 312,
  log_malformed = 320,
  log_without_steps = 321,
  rule_unknown = 330,
  rules_malformed = 331,

  table_malformed = 401,
  column_missing = 402,
  set_unknown = 403,
  too_few_points = 404,
  value_not_finite = 420,
  fit_degenerate = 421,
  fit_not_converged = 422,
  weights_missing = 423,

  output_failed = 501,
  renderer_missing = 502,
};

struct Explanation {
  std::string_view title;
  std::string_view text;  ///< what it means and what to do, in whole sentences
};

/// "PFD204".
std::string to_string(Code code);

/// What the code means; every code has one.
Explanation explanation_of(Code code);

/// The code written "PFD204", "pfd204" or "204"; none if there is no such code.
std::optional<Code> find_code(std::string_view text);

/// Every code, ascending.
std::vector<Code> all_codes();

/// Process exit code of a command that ends with this diagnostic: 2 wrong usage, 6 output failed,
/// else 1.
int exit_code_of(Code code);

}  // namespace pfsday
