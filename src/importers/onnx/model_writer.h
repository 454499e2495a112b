// Writes small ONNX files. Tests only.
//
//   ModelWriter model(13);
//   model.input("x", ElementType::f32, {"batch", "3"});
//   model.initializer("w", {ElementType::f32, {3, 5}});
//   model.node({.op = "MatMul", .inputs = {"x", "w"}, .outputs = {"y"}});
//   model.output("y");
//   const std::string bytes = model.bytes();
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "graph/graph.h"

namespace pfsday::onnx {

struct TensorToWrite {
  graph::TensorType type;
  std::vector<graph::Exact> values = {};  ///< none: the tensor has no data, as if it were external
};

/// What a ModelWriter has gathered, as the body of a node of control flow.
struct BodyToWrite {
  std::string graph;
};

using AttributeToWrite =
    std::variant<std::int64_t, double, std::string, graph::Axes, std::vector<float>,
                 std::vector<std::string>, TensorToWrite, BodyToWrite>;

struct NodeToWrite {
  std::string op;
  std::vector<std::string> inputs = {};
  std::vector<std::string> outputs = {};
  std::vector<std::pair<std::string, AttributeToWrite>> attributes = {};
  std::string domain = {};
  std::string name = {};
};

class ModelWriter {
 public:
  explicit ModelWriter(std::int64_t opset) : opset_(opset) {}

  /// Dimensions are sizes ("3"), names ("seq"), or open ("").
  void input(std::string_view name, graph::ElementType element,
             const std::vector<std::string>& dimensions);
  void input(std::string_view name, const graph::TensorType& type);
  /// A sequence of such tensors.
  void sequence_input(std::string_view name, graph::ElementType element,
                      const std::vector<std::string>& dimensions);
  void initializer(std::string_view name, const TensorToWrite& tensor);
  void node(const NodeToWrite& node);
  /// An operator that the file defines by the nodes that `body` has gathered.
  void function(std::string_view domain, std::string_view name,
                const std::vector<std::string>& inputs, const std::vector<std::string>& outputs,
                const ModelWriter& body);
  /// Another operator set beside the standard one.
  void opset(std::string_view domain, std::int64_t version);
  void output(std::string_view name);
  void output(std::string_view name, const graph::TensorType& type);
  /// An inner value with its type.
  void value_info(std::string_view name, const graph::TensorType& type);

  std::string bytes() const;
  /// The graph alone, as a field of a model: appended to a whole model, it adds to that one's
  /// graph.
  std::string graph_part() const;
  BodyToWrite body() const { return {graph_}; }

 private:
  std::int64_t opset_;
  std::string graph_;
  std::string others_;  ///< other operator sets and functions, as fields of a model
};

/// A TensorProto on its own.
std::string tensor_bytes(std::string_view name, const TensorToWrite& tensor);

}  // namespace pfsday::onnx
