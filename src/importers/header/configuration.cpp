#include "importers/header/configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"

namespace pfsday::importers {
namespace {

using graph::Shape;
using graph::to_string;
using units::Count;
using units::to_grouped;

constexpr std::string_view file_name = "config.json";

/// Names to shapes. The tensors of all experts of a layer are one, with * for the number of the
/// expert.
using Shapes = std::map<std::string, Shape, std::less<>>;

bool is_number(std::string_view part) {
  return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
}

/// "a.*.b" of "a.3.b": every number, or only the one at that place among the parts.
std::string starred(std::string_view name, std::optional<std::size_t> only = {}) {
  std::string pattern;
  const auto parts = split(name, '.');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool is_starred = is_number(parts[i]) && (!only || *only == i);
    pattern += (i == 0 ? "" : ".") + (is_starred ? "*" : std::string(parts[i]));
  }
  return pattern;
}

Result<Model> read_configuration(Bytes file) {
  for (const Importer* importer : importers()) {
    if (importer->name != "config") continue;
    return importer->read(file, {.dimensions = {{"batch", 1}, {"seq", 1}, {"target", 1}}});
  }
  return fail(Code::format_unknown, "configurations are not known");
}

Count parameters_of(const graph::Graph& graph) {
  Count sum = 0;
  for (const graph::Value v : graph.tensors()) {
    const graph::ValueInfo& info = graph.info(v);
    if (info.is_parameter) sum += info.type.elements() * info.packed;
  }
  return sum;
}

Shapes shapes_of(const Model& configuration) {
  Shapes shapes;
  for (const graph::Value v : configuration.graph.tensors()) {
    const graph::ValueInfo& info = configuration.graph.info(v);
    if (info.is_parameter) shapes.emplace(info.name, info.type.shape);
  }
  return shapes;
}

/// "h.0.ln_1.weight" of "transformer.h.0.ln_1.weight": some checkpoints hold the model alone,
/// without the name that it has within the whole.
Shapes without_first_part(const Shapes& shapes) {
  Shapes shorter;
  for (const auto& [name, shape] : shapes) {
    const std::size_t dot = name.find('.');
    const bool is_inner = dot != std::string::npos && name.find('.', dot + 1) != std::string::npos;
    shorter.emplace(is_inner ? name.substr(dot + 1) : name, shape);
  }
  return shorter;
}

/// The name that a tensor has in the configuration: its own, or that of all experts.
const Shapes::value_type* find_asked(const Shapes& asked, const std::string& name) {
  if (const auto found = asked.find(name); found != asked.end()) return &*found;
  const std::size_t parts = split(name, '.').size();
  for (std::size_t i = parts; i-- > 0;) {
    const auto found = asked.find(starred(name, i));
    if (found != asked.end() && found->first != name) return &*found;
  }
  return nullptr;
}

/// What is said of tensors that differ in the same way, by their names without numbers.
class Differences {
 public:
  void add(const std::string& name, std::string what) {
    auto& names = found_[{starred(name), std::move(what)}];
    names.push_back(name);
  }
  bool empty() const { return found_.empty(); }
  void append_to(std::vector<std::string>& notes) const {
    for (const auto& [key, names] : found_) {
      const std::string& name = names.size() == 1 ? names.front() : key.first;
      const std::string times =
          names.size() == 1 ? "" : fmt::format(", {} times", to_grouped(names.size()));
      notes.push_back(fmt::format("{}{}: {}.", to_printable(name), times, key.second));
    }
  }

 private:
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> found_;
};

/// The shape of one expert's tensor.
Shape of_one(const Shapes::value_type& asked) {
  const bool is_bank = asked.first.find('*') != std::string::npos;
  return is_bank ? Shape(asked.second.begin() + 1, asked.second.end()) : asked.second;
}

std::size_t matches(const Model& header, const Shapes& asked) {
  return static_cast<std::size_t>(std::ranges::count_if(header.tensors, [&](const Tensor& tensor) {
    return find_asked(asked, tensor.name) != nullptr;
  }));
}

Differences find_differences(const Model& header, const Shapes& asked) {
  Differences differences;
  std::map<std::string_view, std::int64_t> times;
  for (const Tensor& tensor : header.tensors) {
    const auto* found = find_asked(asked, tensor.name);
    if (found != nullptr) ++times[found->first];
    if (found == nullptr && tensor.use != "buffer") {
      differences.add(tensor.name,
                      fmt::format("{} in the checkpoint alone", to_string(tensor.shape)));
    } else if (found != nullptr && of_one(*found) != tensor.shape) {
      differences.add(tensor.name,
                      fmt::format("{} in the checkpoint, {} in {}", to_string(tensor.shape),
                                  to_string(of_one(*found)), file_name));
    }
  }
  for (const auto& entry : asked) {
    const bool is_bank = entry.first.find('*') != std::string::npos;
    const std::int64_t wanted = is_bank ? entry.second.front() : 1;
    const std::int64_t found = times[entry.first];
    if (found == wanted) continue;
    differences.add(
        entry.first,
        is_bank ? fmt::format("{} experts in the checkpoint, {} in {}", found, wanted, file_name)
                : fmt::format("{} in {} alone", to_string(entry.second), file_name));
  }
  return differences;
}

void note_comparison(const Model& configuration, Model& header) {
  Shapes asked = shapes_of(configuration);
  Shapes shorter = without_first_part(asked);
  if (matches(header, shorter) > matches(header, asked)) asked = std::move(shorter);
  const Differences differences = find_differences(header, asked);
  const Count here = parameters_of(header.graph), there = parameters_of(configuration.graph);
  const std::string sums =
      here == there ? fmt::format("the same {} parameters", to_grouped(here))
                    : fmt::format("{} parameters in the checkpoint, {} in the configuration",
                                  to_grouped(here), to_grouped(there));
  header.notes.push_back(
      fmt::format("Held against {} beside it: {}{}", file_name, sums,
                  differences.empty() ? ", names and shapes." : "; it differs:"));
  differences.append_to(header.notes);
}

}  // namespace

void compare_with_configuration(const ImportOptions& options, Model& header) {
  const auto file = options.read_beside ? options.read_beside(file_name) : std::nullopt;
  if (!file || header.tensors.empty()) return;
  const auto configuration = read_configuration(*file);
  if (configuration) return note_comparison(*configuration, header);
  header.notes.push_back(fmt::format("Not held against {} beside it: {}.", file_name,
                                     to_printable(configuration.error().what)));
}

}  // namespace pfsday::importers
