#include "onnx_testdata.h"

#include <algorithm>
#include <fstream>
#include <protozero/pbf_reader.hpp>
#include <set>

#include "importers/onnx/model_writer.h"

namespace pfsday::onnx {

using graph::Exact;
using ops::Tensor;

Bytes bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

namespace {

const std::filesystem::path data_folder = "/usr/share/libonnx-testdata/data";

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> read_tensors(const std::filesystem::path& folder, std::string_view kind) {
  std::vector<std::string> tensors;
  for (int i = 0;; ++i) {
    const auto path = folder / (std::string(kind) + "_" + std::to_string(i) + ".pb");
    if (!std::filesystem::exists(path)) return tensors;
    tensors.push_back(read_file(path));
  }
}

/// The inputs that a file does not hold itself, in order.
std::vector<ValueInfoView> given_inputs(const ModelView& view) {
  std::set<std::string_view> held;
  for (const auto& tensor : view.graph.initializers) held.insert(tensor.name);
  std::vector<ValueInfoView> inputs;
  for (const auto& input : view.graph.inputs) {
    if (!held.contains(input.name)) inputs.push_back(input);
  }
  return inputs;
}

bool is_tensor(const ValueInfoView& info) { return info.kind == ValueInfoView::Kind::tensor; }

/// The tensors in a file of the data.
///
/// SequenceProto  tensor_values 3, sequence_values 5
/// OptionalProto  tensor_value 3, sequence_value 5
std::vector<std::string> tensors_of(const ValueInfoView& info, const std::string& bytes) {
  if (is_tensor(info)) return {bytes};
  std::vector<std::string> tensors;
  protozero::pbf_reader message(bytes);
  while (message.next()) {
    if (message.tag() == 3) {
      tensors.push_back(message.get_string());
    } else if (message.tag() == 5) {
      for (auto& tensor : tensors_of(info, message.get_string())) tensors.push_back(tensor);
    } else {
      message.skip();
    }
  }
  return tensors;
}

void add_input(Case& c, const ValueInfoView& info, const std::string& bytes) {
  const auto tensors = tensors_of(info, bytes);
  if (info.kind != ValueInfoView::Kind::sequence) {
    for (const auto& tensor : tensors) {
      c.inputs.push_back({std::string(info.name), tensor, info.element});
    }
    return;
  }
  c.options.dimensions[std::string(info.name)] = std::ssize(tensors);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const std::string name = std::string(info.name) + "[" + std::to_string(i) + "]";
    const auto view = read_tensor_view(bytes_of(tensors[i]));
    if (view) c.options.inputs[name] = view->type.shape;
    c.inputs.push_back({name, tensors[i], info.element});
  }
}

}  // namespace

std::vector<std::filesystem::path> case_folders() {
  std::vector<std::filesystem::path> folders;
  if (!std::filesystem::exists(data_folder)) return folders;
  for (const std::string_view group : {"node", "simple", "pytorch-operator", "pytorch-converted"}) {
    for (const auto& entry : std::filesystem::directory_iterator(data_folder / group)) {
      folders.push_back(entry.path());
    }
  }
  std::ranges::sort(folders);
  return folders;
}

std::string name_of_case(const std::filesystem::path& folder) {
  return folder.parent_path().filename().string() + "/" + folder.filename().string();
}

Case read_case(const std::filesystem::path& folder) {
  const auto data = folder / "test_data_set_0";
  Case c;
  c.model = read_file(folder / "model.onnx");
  const auto view = read_model_view(bytes_of(c.model));
  if (!view) return c;
  const auto infos = given_inputs(*view);
  const auto files = read_tensors(data, "input");
  for (std::size_t i = 0; i < std::min(infos.size(), files.size()); ++i) {
    add_input(c, infos[i], files[i]);
  }
  const auto outputs = read_tensors(data, "output");
  for (std::size_t i = 0; i < std::min(outputs.size(), view->graph.outputs.size()); ++i) {
    const ValueInfoView& info = view->graph.outputs[i];
    for (const auto& tensor : tensors_of(info, outputs[i])) {
      c.outputs.push_back(tensor);
      c.output_elements.push_back(info.element);
    }
  }
  return c;
}

std::optional<Tensor<Exact>> decode(const TensorView& view) {
  if (view.raw_data && graph::can_be_literal({view.type.element, {}})) {
    return Tensor<Exact>{view.type, Literal::view(view.type, *view.raw_data).values()};
  }
  const auto literal = read_values(view);
  if (!literal || !*literal) return std::nullopt;
  return Tensor<Exact>{view.type, (*literal)->values()};
}

std::optional<Tensor<Exact>> decode(const std::string& bytes, ElementType declared) {
  auto view = read_tensor_view(bytes_of(bytes));
  if (!view) return std::nullopt;
  const bool is_bf16 = declared == ElementType::bf16 && view->type.element == ElementType::u16;
  if (is_bf16) view->type.element = declared;
  return decode(*view);
}

std::string with_inputs_held(const Case& c, Held held_inputs) {
  if (held_inputs == Held::none) return c.model;
  ModelWriter held(1);
  for (const Case::Input& input : c.inputs) {
    auto tensor = decode(input.tensor, input.element);
    if (!tensor || graph::bits_of(tensor->type.element) == 16) continue;
    const bool may_steer =
        !graph::is_real(tensor->type.element) || tensor->type.elements() == Count(1);
    if (may_steer || held_inputs == Held::all)
      held.initializer(input.name, {tensor->type, tensor->data});
  }
  return c.model + held.graph_part();
}

}  // namespace pfsday::onnx
