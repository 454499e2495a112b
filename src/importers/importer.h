// Bytes of a file to a Model: what every importer offers, and how a file's format is recognized.
//
//   const Model model = TRY(importers::read_model(bytes, {.bindings = {{"batch", {32}}}}));
//
// An importer gets bytes, mapped from a file or written in a test. It reads structure, never
// weights; nothing in the file is executed; a length that the file claims is compared with the
// bytes there are.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "importers/custom_operators.h"
#include "ops/builder.h"

namespace pfsday::importers {

using Bytes = std::span<const std::byte>;

/// Samples that a decoder writes one token after another: how they are made, not how they are
/// scored.
struct Generation {
  std::int64_t prompt = 0;   ///< tokens that are read at once, at least 1
  std::int64_t tokens = 0;   ///< tokens that are written after them, at least 1
  std::int64_t samples = 1;  ///< answers to each prompt, at least 1
};

/// What the user says of a file: sizes for what it leaves open, operators that nobody else knows.
struct ImportOptions {
  /// Name of a dimension to its size: `batch` to 32.
  std::map<std::string, std::int64_t, std::less<>> dimensions = {};
  /// Name of an input to its whole shape: `input_ids` to 1x128.
  std::map<std::string, graph::Shape, std::less<>> inputs = {};
  /// Patterns (* and ?) of the names of inputs that are parameters: exports without weights.
  std::vector<std::string> parameters = {};
  /// Tokens that a decoder has in its cache: the size of dimensions that the file names after them.
  std::optional<std::int64_t> past = {};
  /// Name of a loop to how often it runs.
  std::map<std::string, std::int64_t, std::less<>> trips = {};
  /// Name of a branch to whether its first side (then) is taken.
  std::map<std::string, bool, std::less<>> branches = {};
  /// Consulted for operators that the importer does not know. Null: none.
  std::shared_ptr<const CustomOperators> operators = {};
  /// Of a configuration: sequences that are packed into one, by their lengths in tokens.
  std::vector<std::int64_t> lengths = {};
  /// Of a configuration: what it generates, in place of one pass.
  std::optional<Generation> generation = {};
  /// Of a configuration with experts: slots of each, in multiples of an even load, at least 0.
  std::optional<double> capacity_factor = {};
  /// The bytes of the file of that name in the same folder, valid as long as the model; none if
  /// there is no such file. Null: the file stands alone.
  std::function<std::optional<Bytes>(std::string_view name)> read_beside = {};
};

/// A tensor as a header lists it.
struct Tensor {
  std::string name;
  std::string type;  ///< as its format writes it: "BF16", "Q4_K"
  graph::Shape shape;
  units::Count bytes = 0;  ///< in the file
  /// What it is taken for, by its name and shape: "linear", "embedding", "convolution", ...
  std::string use = {};
};

/// What a file that is more than one graph says of its parameters.
struct ParameterFigures {
  /// Those that take part in the pass of one token; where all do, none is stated.
  std::optional<units::Count> active = {};
  /// Those of modules beside the model, such as heads that predict further tokens.
  units::Count beside = 0;
};

/// A node that is counted by the user's formulas.
struct CustomUse {
  std::string node;
  std::string op;
};

/// What the program of one device tells others: movement, which is not counted.
struct Communication {
  std::string op;          ///< as its format writes it: "all-reduce"
  units::Count calls = 0;  ///< in one run of the program
  units::Count bytes = 0;  ///< that this device gives, in all calls
};

struct Model {
  std::string format = {};  ///< name of the importer
  graph::Graph graph = {};  ///< of a header: the products that its tensors are known to be for
  /// Of a header that says nothing of what is computed with them; else empty.
  std::vector<Tensor> tensors = {};
  ParameterFigures parameters = {};
  /// The program of one of so many devices, which together run the model; 1: the whole.
  std::int64_t devices = 1;
  std::vector<Communication> communication = {};
  /// How many nodes the file has, as its format counts them; bodies once.
  std::size_t node_count = 0;
  /// What a reader should know of how the file was read.
  std::vector<std::string> notes = {};
  /// Names of bindings that the file had a use for.
  std::vector<std::string> used_bindings = {};
  std::vector<CustomUse> custom = {};
  /// Of a file that holds a training step itself: what shows it; else empty.
  std::string training = {};
  /// Of a file that looks like an export for inference: what shows it, and what a training step of
  /// the file therefore leaves out; else empty.
  std::string inference = {};
};

struct Importer {
  std::string_view name;
  std::string_view doc;
  /// How names of such files end, ".onnx": what is counted in a folder. A named file is recognized
  /// by its content alone.
  std::span<const std::string_view> extensions = {};
  /// Looks at the first 4 KiB only.
  bool (*recognizes)(Bytes head) = nullptr;
  /// The bytes must outlive the model, whose literals view them.
  Result<Model> (*read)(Bytes file, const ImportOptions& options) = nullptr;
  /// Names of the dimensions that the options leave open, in the order of the file. Null: the
  /// format has none.
  Result<std::vector<std::string>> (*find_open)(Bytes file, const ImportOptions& options) = nullptr;
};

/// All importers, in the order of the list in CMake.
std::span<const Importer* const> importers();

/// The extensions of all importers.
std::vector<std::string_view> model_extensions();

/// By content. Errors: Code::format_unknown, and those of the importer.
Result<Model> read_model(Bytes file, const ImportOptions& options);

/// Names of the dimensions that a file names and the options leave open. Errors: as read_model.
Result<std::vector<std::string>> find_open_dimensions(Bytes file, const ImportOptions& options);

}  // namespace pfsday::importers
