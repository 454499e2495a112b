// What `pfsday count` says of one model file: as a value, as tables of cells, and as JSON.
//
//   const CountReport report =
//       TRY(report::count_file("net.onnx", bytes, {.step = {.step = Step::training}}));
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "count/step.h"
#include "importers/importer.h"
#include "report/grid.h"

namespace pfsday::report {

struct CountRequest {
  std::vector<std::string> bindings = {};    ///< NAME=VALUE
  std::vector<std::string> trips = {};       ///< NODE=N
  std::vector<std::string> branches = {};    ///< NODE=then or NODE=else
  std::vector<std::string> parameters = {};  ///< patterns of inputs that are parameters
  std::optional<std::int64_t> past = {};     ///< tokens in the cache of a decoder
  std::optional<std::int64_t> devices = {};  ///< that run the program of one
  /// Of a configuration: "512,300", "prompt=512,new=128,samples=4", "1.25"; see config/options.h.
  std::optional<std::string> lengths = {}, generation = {}, capacity = {};
  /// Formulas for operators that nobody else knows; may be null.
  std::shared_ptr<const importers::CustomOperators> operators = {};
  /// The bytes of a file in the folder of a model, valid as long as the reports; none if there is
  /// no such file. Null: models stand alone.
  std::function<std::optional<importers::Bytes>(std::string_view model, std::string_view name)>
      read_beside = {};
  count::StepOptions step = {};
  count::BreakdownOptions breakdown = {};
  bool lines = false;  ///< the arithmetic, line by line
  bool hash = false;   ///< the SHA-256 of the file
  ops::Rules rules = {};
  /// The convention of the figures, then others where several are compared; none: openai.
  std::vector<const count::View*> views = {};

  const count::View& convention() const;
};

struct CountReport {
  std::string path;
  std::string format;
  std::string sha256;  ///< empty where it is not asked for, or the file has more than hashed_bytes
  CountRequest request;
  std::vector<std::string> notes = {};            ///< how the file was read
  std::vector<std::string> unused_bindings = {};  ///< names that nothing in the model has
  std::vector<importers::CustomUse> custom = {};  ///< nodes that are counted by formulas
  std::vector<importers::Tensor> tensors = {};    ///< of a header
  bool is_step_in_file = false;                   ///< the file trains already: counted as it stands
  importers::ParameterFigures parameters = {};    ///< beside those of the counts
  std::int64_t devices = 1;                       ///< the program is that of one of so many
  std::vector<importers::Communication> communication = {};
  count::Counts counts = {};

  /// The figures in the convention that was asked for.
  count::Seen seen(graph::Pass pass) const;
  count::Seen seen_total() const;
  /// What the total holds. In a file that trains already, all that leads to the gradients: where
  /// nothing tells what is computed again, it is in the total too.
  bool is_in_total(graph::Pass pass) const;
};

/// What the importers are told of the model of that path. Errors: those of importers/bindings.h and
/// config/options.h.
Result<importers::ImportOptions> import_options_of(std::string_view path,
                                                   const CountRequest& request);

/// Larger files are not hashed: a count never reads the weights.
inline constexpr std::size_t hashed_bytes = std::size_t{64} << 20U;

/// Errors: those of the bindings, the importers and the count; the place names the file.
Result<CountReport> count_file(std::string_view path, importers::Bytes bytes, CountRequest request);

inline constexpr graph::Pass all_passes[] = {
    graph::Pass::forward,         graph::Pass::loss,      graph::Pass::data_gradient,
    graph::Pass::weight_gradient, graph::Pass::recompute, graph::Pass::optimizer};

/// The passes that a count shows: those of the step that was asked for, and others with work.
std::vector<graph::Pass> passes_of(const CountReport& report);

/// As people read it: "data gradient".
std::string name_of(graph::Pass pass);

/// A row for each pass: operations, of which products, multiply-adds, other arithmetic, bytes. In
/// another convention than the default: its figure, what it keeps apart, multiply-adds, bytes.
Grid pass_grid(const CountReport& report);
/// A row for each operator, layer, element type or module, of at most 110 columns: its operations,
/// in each pass where there are several, its share of the total, parameters, bytes, and operations
/// for each byte moved. Large figures are rounded, long names shortened in the middle.
Grid breakdown_grid(const CountReport& report);
/// A row for each node that is not counted, and for each upper bound or assumption.
Grid uncounted_grid(const CountReport& report);
Grid bound_grid(const CountReport& report);
/// A row for each counted primitive.
Grid line_grid(const CountReport& report);

/// What was read: parameters, buffers, coverage.
std::string count_heading(const CountReport& report);
/// How the total comes about, with its numbers filled in.
std::vector<std::string> count_formulas(const CountReport& report);

/// The document pfsday.count/1.
std::string count_json(const CountReport& report, JsonStyle style = JsonStyle::pretty);

}  // namespace pfsday::report
