#include "base/code.h"

#include <fmt/format.h>

#include <charconv>

namespace pfsday {
namespace {

/// None for a number that is no code. Without a default, so that the compiler asks for every case.
// NOLINTNEXTLINE(readability-function-size): a table of texts, as a switch for that check
std::optional<Explanation> find_explanation(Code code) {
  switch (code) {
    case Code::usage:
      return Explanation{
          "Wrong usage",
          "The command line has an unknown verb or option, or an option lacks its value. "
          "`pfsday --help` lists the verbs, `pfsday VERB --help` the options of one."};
    case Code::file_unreadable:
      return Explanation{
          "A file cannot be read",
          "The file does not exist, is a folder where a file is needed, or its permissions "
          "do not allow reading."};
    case Code::format_unknown:
      return Explanation{
          "The format of a file is not recognized",
          "pfsday looks at what a file holds, not at its name. The first bytes match none "
          "of the formats it reads; an empty file matches none."};
    case Code::quantity_malformed:
      return Explanation{
          "A quantity cannot be read",
          "A quantity is a number, an optional SI prefix and a unit: 1e25, 3.8 GMAC, 15T, "
          "1.2e6 pfs-days, 370k chip-hours, 5.5 days. The message shows the part that was "
          "not understood."};
    case Code::date_malformed:
      return Explanation{"A date cannot be read",
                         "Dates are written YYYY-MM-DD and must exist in the calendar."};
    case Code::code_unknown:
      return Explanation{
          "There is no such diagnostic code",
          "Codes are printed in brackets: error[PFD204]. Ask with `pfsday explain PFD204`."};
    case Code::model_malformed:
      return Explanation{
          "A model file is not valid",
          "The file was recognized, but what it holds contradicts its format: a field of "
          "the wrong type, a reference to something that is not there, or a value out of "
          "range."};
    case Code::model_truncated:
      return Explanation{
          "A model file ends too early",
          "A length stated inside the file runs past its end. The file was probably not "
          "copied completely."};
    case Code::graph_text_malformed:
      return Explanation{
          "The text form of a graph cannot be read",
          "The message names the line and what was expected there. docs/ops.md lists the "
          "primitives and their attributes."};
    case Code::dimension_unbound:
      return Explanation{
          "A dimension has no size",
          "The model leaves a dimension open, such as the batch or the sequence length, and "
          "a count needs a number. Give it one with --bind NAME=VALUE."};
    case Code::binding_malformed:
      return Explanation{
          "A binding cannot be read",
          "A binding is NAME=VALUE: --bind batch=32 gives the dimension \"batch\" the size "
          "32, --bind input_ids=1x128 gives the input \"input_ids\" its whole shape."};
    case Code::graph_invalid:
      return Explanation{
          "A graph is inconsistent",
          "A value is used before it is defined, or the types in the graph disagree with "
          "the rules of its primitives."};
    case Code::attribute_invalid:
      return Explanation{
          "An attribute of a node is missing or out of range",
          "The node cannot mean what it says: an axis outside the rank, a stride of zero, a "
          "group count that does not divide the channels."};
    case Code::input_missing:
      return Explanation{"A node lacks an input",
                         "The operator needs an input that the file leaves out or never defines."};
    case Code::value_unknown:
      return Explanation{
          "A value that decides a shape is not known",
          "The operator takes its output shape from the contents of a tensor, and those "
          "depend on the input data. Bind the scalar input that steers it with --bind, "
          "where there is one."};
    case Code::type_unsupported:
      return Explanation{"An element type does not fit the operator",
                         "The operator is not defined for tensors of this element type."};
    case Code::shapes_disagree:
      return Explanation{
          "Shapes disagree",
          "The operands of a node do not fit each other. The message shows both shapes."};
    case Code::not_broadcastable:
      return Explanation{
          "Two shapes cannot be broadcast together",
          "Aligned from the right, each pair of sizes must be equal or one of them 1."};
    case Code::count_overflow:
      return Explanation{
          "A count is too large",
          "The number of operations exceeds 2^128 - 1 (about 3.4e38). The sizes in the file "
          "are probably wrong."};
    case Code::limit_exceeded:
      return Explanation{
          "A file exceeds a limit of pfsday",
          "Limits on nesting, rank and number of nodes keep a faulty file from using all "
          "memory."};
    case Code::no_trainable_parameter:
      return Explanation{
          "No gradient reaches a trainable parameter",
          "A training step was asked for, but no floating-point weight of the model "
          "influences a floating-point output. The message names the node that cuts the "
          "path."};
    case Code::formula_invalid:
      return Explanation{
          "A formula of a custom operator is not valid",
          "It is not written as docs/custom-operators.md says, names something that the node does "
          "not have, or its value is no count: negative, a fraction, or too large. floor() and "
          "ceil() round."};
    case Code::trip_count_unknown:
      return Explanation{
          "Nothing in the file says how often a loop runs",
          "The number of trips follows neither from the constants that the loop carries nor from "
          "what the compiler noted beside it: only the data end it. State it with --trips "
          "NAME=N."};
    case Code::model_type_unknown:
      return Explanation{
          "The configuration is of a family of models that pfsday does not know",
          "Its \"model_type\" names an architecture for which there is no description, so nothing "
          "can be counted: architectures that share their keys differ in what they compute. The "
          "hint names the known families that are spelled most like it."};
    case Code::loss_unfit:
      return Explanation{
          "No output of the model can have the loss",
          "--loss puts a loss behind the first floating-point output. It needs one with at least "
          "one axis and one element."};
    case Code::call_cyclic:
      return Explanation{
          "A computation of the file calls itself",
          "The calls, loops and fusions of a program form a tree; one that comes back to itself "
          "would never end. The message shows the way around."};
    case Code::configuration_incomplete:
      return Explanation{
          "The configuration does not say what its family of models needs",
          "A key that decides the size of the model is missing, and the family has no default for "
          "it. The message names the key."};
    case Code::configuration_unsupported:
      return Explanation{
          "The configuration asks for something that its description does not have",
          "A key that is known has a value that is not, such as an activation nobody else uses, or "
          "two keys exclude each other. Nothing is counted, because the figure would be that of "
          "another model."};
    case Code::no_formula:
      return Explanation{
          "A count has no formula in the open sizes",
          "--symbolic counts the model at many sizes and fits exact polynomials, or one for each "
          "remainder where strides round down. None held: the model sorts, rounds to more than 32, "
          "or allows only sizes that depend on each other. Bind a size with --bind."};
    case Code::run_malformed:
      return Explanation{
          "A run file is not valid",
          "The file is not valid TOML, or a value has the wrong type. docs/run-files.md "
          "describes every key; docs/custom-operators.md those of a file for --ops."};
    case Code::run_key_unknown:
      return Explanation{
          "A run file has an unknown key",
          "A key that nobody reads is probably a spelling mistake, and silently ignoring it "
          "would change the estimate. The hint names the nearest known key."};
    case Code::run_input_missing:
      return Explanation{
          "An input of an estimate is missing",
          "Nothing missing is invented. The message names what the method still needs."};
    case Code::chip_unknown:
      return Explanation{
          "The chip is unknown or ambiguous",
          "A chip is named by its identifier, such as h100-sxm. Where a name fits several "
          "variants the message lists them. State the peak rate with --peak to use a chip "
          "that is not in the catalogue."};
    case Code::utilization_out_of_range:
      return Explanation{
          "A utilization is out of range",
          "A utilization is the share of the peak rate that was used: more than 0 and at "
          "most 1."};
    case Code::recipe_invalid:
      return Explanation{
          "A recipe of layers is not valid",
          "A layer does not fit what goes into it, or names a block, a parameter, a size or a "
          "result that is not there, or a block leads back to itself: docs/recipes.md."};
    case Code::interval_malformed:
      return Explanation{
          "An uncertain quantity cannot be read",
          "An uncertain quantity is \"A to B\" with A below B, \"A +- x%\" with x below 100, or "
          "~A, rounded to its last figure. Its bounds are more than zero and, for a share such as "
          "a "
          "utilization, at most 1."};
    case Code::prior_unknown:
      return Explanation{
          "There is no such prior",
          "A prior is a published distribution of a quantity, named where a number would stand. "
          "The message lists the names that are near."};
    case Code::view_unknown:
      return Explanation{
          "There is no such view",
          "A view says which phases of a run a total includes, and why. `pfsday estimate --help` "
          "lists them."};
    case Code::lineage_cyclic:
      return Explanation{
          "A run descends from itself",
          "The parents of a run, their parents and so on lead back to it, so that a total over "
          "them would have no end. The message names the circle."};
    case Code::judgement_missing:
      return Explanation{
          "A phase needs a judgement",
          "The rules behind the view leave open whether phases of this purpose count. Say in the "
          "run file whether this one does, and why: a total may not decide that in silence."};
    case Code::log_malformed:
      return Explanation{
          "A training log cannot be read",
          "The log was recognized, but a figure in it is not a number or contradicts the lines "
          "around it. The message names the line."};
    case Code::log_without_steps:
      return Explanation{
          "A training log has no steps to measure",
          "Too few lines state a step and its time, or a rate. Utilization needs two steps at the "
          "least: the first ones compile and warm up."};
    case Code::rule_unknown:
      return Explanation{
          "There is no such rule",
          "Rules are named by pack (eu) or by pack and rule (eu/systemic-risk). The message lists "
          "the names that are near."};
    case Code::rules_malformed:
      return Explanation{
          "A rule pack is not valid",
          "A rule lacks its status, basis, comparator, line or source, or one of them is not what "
          "its key holds."};
    case Code::table_malformed:
      return Explanation{
          "A table cannot be read",
          "The CSV file has an unclosed quote, a row with more cells than columns, or a "
          "cell that is not what its column holds."};
    case Code::column_missing:
      return Explanation{
          "A column is missing",
          "A table for a fit needs a name, a date and a compute column. They are found by "
          "their usual headings, or named with --name, --date and --compute."};
    case Code::set_unknown:
      return Explanation{
          "There is no such set",
          "A set is a selection of the bundled catalogue, such as 2018-chart. The message "
          "lists the sets there are."};
    case Code::too_few_points:
      return Explanation{"Too few points to fit a line",
                         "A line and its interval need at least three points with distinct dates."};
    case Code::value_not_finite:
      return Explanation{"A number of a fit is infinite or missing",
                         "A fit needs a finite date and a finite value in every row. A value of 0 "
                         "has no logarithm: leave such rows out."};
    case Code::fit_degenerate:
      return Explanation{"The points do not settle the model",
                         "Several answers fit equally well, or one point alone settles a "
                         "coefficient, or a segment fits without any scatter. Use a simpler model, "
                         "longer segments, or more points."};
    case Code::fit_not_converged:
      return Explanation{"A fit found no best answer",
                         "The likelihood has no highest point on these rows, for instance because "
                         "all of them are bounds in the same direction. Add rows with values."};
    case Code::weights_missing:
      return Explanation{
          "A weighted fit lacks its weights",
          "Rows are weighted by the interval that each states. The table has no columns for its "
          "bounds, or too few rows that fill them."};
    case Code::output_failed:
      return Explanation{
          "Output failed",
          "The result could not be written: the folder does not exist, the disk is full, or "
          "permissions do not allow it. Nothing is left half-written."};
    case Code::renderer_missing:
      return Explanation{
          "The renderer cannot be loaded",
          "Text measurement and PNG output live in a helper library that is opened when a "
          "chart is drawn. It or a library it needs is not installed."};
  }
  return std::nullopt;
}

constexpr std::string_view prefix = "PFD";

bool starts_with_prefix(std::string_view text) {
  return text.starts_with(prefix) || text.starts_with("pfd");
}

}  // namespace

std::string to_string(Code code) {
  return fmt::format("{}{:03}", prefix, static_cast<std::uint16_t>(code));
}

Explanation explanation_of(Code code) { return *find_explanation(code); }

std::optional<Code> find_code(std::string_view text) {
  if (starts_with_prefix(text)) text.remove_prefix(prefix.size());
  std::uint16_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  const Code code{number};
  return find_explanation(code) ? std::optional(code) : std::nullopt;
}

std::vector<Code> all_codes() {
  constexpr std::uint16_t highest = 999;
  std::vector<Code> codes;
  for (std::uint16_t number = 0; number <= highest; ++number) {
    if (find_explanation(Code{number})) codes.push_back(Code{number});
  }
  return codes;
}

int exit_code_of(Code code) {
  switch (code) {
    case Code::usage:
    case Code::code_unknown:
      return 2;
    case Code::output_failed:
    case Code::renderer_missing:
      return 6;
    default:
      return 1;
  }
}

}  // namespace pfsday
