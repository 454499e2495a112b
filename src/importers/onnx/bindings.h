// Sizes for the dimensions that a file leaves open.
//
//   Bindings bindings(options);
//   const TensorType type = TRY(bindings.type_of_input(info, all_inputs));
#pragma once

#include <map>
#include <set>
#include <string>

#include "importers/importer.h"
#include "importers/onnx/proto.h"

namespace pfsday::onnx {

class Bindings {
 public:
  explicit Bindings(const importers::ImportOptions& options) : options_(&options) {}

  /// The type of a graph input; that of one entry of a map; unknown if it is neither. Errors:
  /// Code::dimension_unbound, whose hint names every dimension of `all` that is open;
  /// Code::binding_malformed.
  Result<graph::TensorType> type_of_input(const ValueInfoView& info,
                                          std::span<const ValueInfoView> all);

  /// The declared type of another value, if all its dimensions are known; else unknown.
  graph::TensorType declared_type(const ValueInfoView& info) const;

  /// How many tensors a sequence has that is given to the model, where that is bound.
  std::optional<std::int64_t> length_of_sequence(std::string_view name);

  /// Whether an input is bound by its name, to a whole shape.
  bool has_shape(std::string_view name) const { return options_->inputs.contains(name); }

  /// A value given for an input of one element, which then is a constant.
  std::optional<std::int64_t> value_of_input(std::string_view name, const graph::TensorType& type);

  /// Names of the dimensions of these inputs that have no size, in their order. Errors: those of
  /// type_of_input for an input whose whole shape is given.
  Result<std::vector<std::string>> open_names(std::span<const ValueInfoView> inputs);

  /// Names of the bindings that the file had a use for, in alphabetical order.
  std::vector<std::string> used() const { return {used_.begin(), used_.end()}; }

 private:
  std::optional<std::int64_t> find_size(const DimensionView& dimension) const;
  std::optional<std::int64_t> size_named(std::string_view name) const;
  std::optional<std::int64_t> size_with_past(std::string_view name) const;
  void note_used(std::string_view name);
  Result<graph::Shape> check_whole_shape(const ValueInfoView& info, const graph::Shape& given);
  std::unexpected<Error> unbound(const ValueInfoView& info, std::size_t axis,
                                 std::span<const ValueInfoView> all) const;
  std::string shape_hint(const ValueInfoView& info) const;

  const importers::ImportOptions* options_;
  std::map<std::string, std::int64_t, std::less<>> from_shapes_;  ///< names bound by whole shapes
  std::set<std::string, std::less<>> used_;
};

}  // namespace pfsday::onnx
