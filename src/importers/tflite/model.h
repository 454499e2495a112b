// What a TFLite file says: tensors, operators, graphs, the fields that a count needs of each.
// Indices are held against what they index.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "importers/tflite/flat.h"

namespace pfsday::tflite {

/// A real number r stands as the integer q = r / scale + zero point.
struct Quantization {
  std::vector<float> scales = {};  ///< one, or one for each index of the axis
  std::vector<std::int64_t> zero_points = {};
  std::int64_t axis = 0;

  bool has_zero_point() const;
};

struct TensorView {
  std::string_view name;  ///< "unnamed" where it has none
  graph::TensorType type = {};
  bool has_open_axis = false;  ///< the stored size is one of many
  Bytes data = {};             ///< of a constant; else empty
  std::uint32_t buffer = 0;
  bool is_variable = false;  ///< keeps its contents from run to run
  /// Of integers of at most 32 bits that stand for reals.
  std::optional<Quantization> quantization = {};
};

/// An index that names no tensor: an optional input that is left out.
constexpr std::int32_t absent = -1;

struct OperatorView {
  std::int32_t builtin = 0;
  std::string_view custom = {};  ///< its name, if it is not built in
  std::vector<std::int32_t> inputs = {}, outputs = {};
  Table options = {};
};

struct GraphView {
  std::string_view name;
  std::vector<TensorView> tensors = {};
  std::vector<std::int32_t> inputs = {}, outputs = {};
  std::vector<OperatorView> operators = {};
};

struct ModelView {
  std::shared_ptr<Budget> budget = {};  ///< of the options, which are read later
  std::vector<GraphView> graphs = {};   ///< the first one is the model
};

/// Whether a file that begins so is of this format.
bool begins_as_tflite(Bytes head);

/// The views are into the file. Errors: Code::model_malformed, Code::type_unsupported,
/// Code::limit_exceeded.
Result<ModelView> read_model_view(Bytes file);

}  // namespace pfsday::tflite
