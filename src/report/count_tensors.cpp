#include "report/count_tensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "units/count.h"

namespace pfsday::report {
namespace {

using graph::to_string;
using importers::Tensor;
using units::Count;
using units::to_grouped;

struct Sum {
  std::size_t tensors = 0;
  Count elements = 0;
  Count bytes = 0;

  void add(const Tensor& tensor) {
    ++tensors;
    elements += graph::element_count(tensor.shape);
    bytes += tensor.bytes;
  }
  std::vector<std::string> cells(std::string name) const {
    return {std::move(name), to_grouped(tensors), to_grouped(elements), to_grouped(bytes)};
  }
};

Sum sum_of(const CountReport& report) {
  Sum sum;
  for (const Tensor& tensor : report.tensors) sum.add(tensor);
  return sum;
}

std::map<std::string, Sum> sums_by_type(const CountReport& report) {
  std::map<std::string, Sum> sums;
  for (const Tensor& tensor : report.tensors) sums[tensor.type].add(tensor);
  return sums;
}

JsonWriter& write_sum(JsonWriter& json, const Sum& sum) {
  return json.member("count", sum.tensors)
      .member("elements", sum.elements)
      .member("bytes", sum.bytes);
}

void write_tensor(JsonWriter& json, const Tensor& tensor) {
  json.begin_object().member("name", tensor.name).member("type", tensor.type);
  json.key("shape").begin_array();
  for (const std::int64_t size : tensor.shape) json.value(size);
  json.end_array().member("bytes", tensor.bytes).member("use", tensor.use).end_object();
}

}  // namespace

std::string describe_tensors(const CountReport& report) {
  const auto linear =
      static_cast<std::size_t>(std::ranges::count(report.tensors, "linear", &Tensor::use));
  const Sum sum = sum_of(report);
  return fmt::format("{} tensor{}, {} bytes: {} linear weight{} counted, {} not\n",
                     to_grouped(sum.tensors), sum.tensors == 1 ? "" : "s", to_grouped(sum.bytes),
                     to_grouped(linear), linear == 1 ? " is" : "s are",
                     to_grouped(sum.tensors - linear));
}

Grid tensor_type_grid(const CountReport& report) {
  Grid grid{.headings = {"type", "tensors", "elements", "bytes"}};
  for (const auto& [type, sum] : sums_by_type(report)) grid.rows.push_back(sum.cells(type));
  if (grid.rows.size() > 1) grid.total = sum_of(report).cells("total");
  return grid;
}

Grid tensor_grid(const CountReport& report) {
  Grid grid{.text_columns = 4, .headings = {"tensor", "use", "type", "shape", "elements", "bytes"}};
  for (const Tensor& tensor : report.tensors) {
    grid.rows.push_back({to_printable(tensor.name), tensor.use, tensor.type,
                         to_string(tensor.shape), to_grouped(graph::element_count(tensor.shape)),
                         to_grouped(tensor.bytes)});
  }
  return grid;
}

void write_tensors(JsonWriter& json, const CountReport& report) {
  if (report.tensors.empty()) return;
  json.key("tensors").begin_object();
  write_sum(json, sum_of(report)).key("types").begin_array();
  for (const auto& [type, sum] : sums_by_type(report)) {
    json.begin_object().member("type", type);
    write_sum(json, sum).end_object();
  }
  json.end_array();
  if (report.request.lines) {
    json.key("list").begin_array();
    for (const Tensor& tensor : report.tensors) write_tensor(json, tensor);
    json.end_array();
  }
  json.end_object();
}

}  // namespace pfsday::report
