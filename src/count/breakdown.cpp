#include "count/breakdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>

#include "count/layers.h"

namespace pfsday::count {
namespace {

/// Levels of a tree; what is deeper stays in one name. Bounds the recursion.
constexpr std::size_t most_levels = 64;

/// A row in the making: one of a flat table, or a module and what is in it.
struct Item {
  std::string name = {};
  std::string op = {};
  std::map<Pass, Row> passes = {};
  std::vector<Item> children = {};
  std::map<std::string, std::size_t, std::less<>> index = {};  ///< of children, by name

  Count operations() const {
    Count sum = 0;
    for (const auto& [pass, row] : passes) sum += row.work.operations();
    return sum;
  }
};

/// One level on the way to a row: what tells it from its siblings, and what it is called.
struct Step {
  std::string key;
  std::string name;
};

Item& child_of(Item& parent, const Step& step) {
  const auto [found, is_new] = parent.index.try_emplace(step.key, parent.children.size());
  if (is_new) parent.children.push_back({.name = step.name});
  return parent.children[found->second];
}

/// "/model/layers.3/MatMul" to "/model", "/model/layers.3", "/model/layers.3/MatMul".
std::vector<Step> split_path(std::string_view name, std::size_t most) {
  std::vector<Step> steps;
  for (std::size_t at = 0; at < name.size() && steps.size() < most;) {
    const std::size_t first = std::min(name.find_first_not_of('/', at), name.size());
    at = std::min(name.find('/', first), name.size());
    const bool is_last = steps.size() + 1 == most_levels;
    const std::string path(is_last ? name : name.substr(0, at));
    if (first < name.size()) steps.push_back({path, path});
  }
  if (steps.empty()) steps.push_back({"", std::string(name)});
  return steps;
}

class Rows {
 public:
  explicit Rows(const BreakdownOptions& options) : options_(options) {}

  void add(const std::vector<Step>& path, const std::string& op, const Row& row) {
    Item* item = &root_;
    for (const Step& step : path) {
      item = &child_of(*item, step);
      const bool is_new = item->passes.empty();
      if (is_new) item->op = op;
      if (item->op != op) item->op.clear();  // a module of several
      item->passes[row.pass] += row;
    }
  }

  std::vector<Row> take() && {
    emit_children(root_, 0);
    return std::move(rows_);
  }

 private:
  void emit(const Item& item, std::size_t depth) {
    for (const auto& [pass, row] : item.passes) {
      Row& emitted = rows_.emplace_back(row);
      emitted.name = item.name;
      emitted.op = item.op;
      emitted.depth = depth;
      emitted.pass = pass;
    }
    emit_children(item, depth + 1);
  }

  void emit_children(const Item& parent, std::size_t depth) {
    std::vector<const Item*> shown;
    for (const Item& child : parent.children) shown.push_back(&child);
    const Item others = take_others(shown);
    for (const Item* child : shown) emit(*child, depth);
    if (!others.passes.empty()) emit(others, depth);
  }

  /// Leaves those with most operations: modules in the order of the file, others the largest first.
  Item take_others(std::vector<const Item*>& shown) const {
    Item others;
    if (options_.top == 0 || shown.size() <= options_.top) return others;
    std::vector<std::pair<units::Count, std::size_t>> places;
    for (std::size_t i = 0; i < shown.size(); ++i) places.emplace_back(shown[i]->operations(), i);
    std::ranges::sort(places, [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    std::vector<const Item*> by_size;
    for (const auto& [operations, place] : places) by_size.push_back(shown[place]);
    const std::size_t left = by_size.size() - options_.top;
    others.name = fmt::format("({} other{})", left, left == 1 ? "" : "s");
    for (const Item* left_out : std::span(by_size).subspan(options_.top)) {
      for (const auto& [pass, row] : left_out->passes) others.passes[pass] += row;
    }
    by_size.resize(options_.top);
    if (options_.by == By::module) std::ranges::sort(by_size);  // children stand in one vector
    shown = by_size;
    return others;
  }

  BreakdownOptions options_;
  Item root_;
  std::vector<Row> rows_;
};

}  // namespace

std::string_view to_string(By by) {
  constexpr std::string_view names[] = {"none", "op", "layer", "type", "module"};
  return names[static_cast<std::size_t>(by)];
}

Row& Row::operator+=(const Row& other) {
  nodes += other.nodes;
  work += other.work;
  bytes += other.bytes;
  activation_bytes += other.activation_bytes;
  parameters += other.parameters;
  return *this;
}

void Breakdown::add(std::uint32_t origin, Pass pass, const PassCount& count) {
  if (options_.by != By::none) counts_[{origin, pass}] += count;
}

std::vector<Row> Breakdown::take() && {
  if (options_.by == By::none) return {};
  const Layers layers = find_layers(*root_);
  const auto path_of = [&](std::uint32_t index) -> std::vector<Step> {
    const graph::Origin& origin = root_->origins()[index];
    const std::string name = index == 0 ? "(sums of gradients)" : origin.name;
    const std::string type(graph::to_string(layers.types[index]));
    if (options_.by == By::op) return {{origin.op, index == 0 ? name : origin.op}};
    if (options_.by == By::layer) return {{std::to_string(index), name}};
    if (options_.by == By::type) return {{type, type}};
    return split_path(name, options_.depth == 0 ? most_levels : options_.depth);
  };
  Rows rows(options_);
  const auto add_row = [&](const Key& key, const PassCount& count) {
    const auto [index, pass] = key;
    Row row{.pass = pass, .nodes = 1, .work = count.work, .bytes = count.bytes};
    const auto activation = layers.activation_bytes.find(key);
    if (activation != layers.activation_bytes.end()) row.activation_bytes = activation->second;
    const auto parameters = layers.parameters.find(index);
    const bool is_first = counts_.lower_bound({index, Pass::forward})->first == key;
    if (is_first && parameters != layers.parameters.end()) row.parameters = parameters->second;
    rows.add(path_of(index), root_->origins()[index].op, row);
  };
  const auto first_named = counts_.lower_bound({1, Pass::forward});
  for (auto at = first_named; at != counts_.end(); ++at) add_row(at->first, at->second);
  for (auto at = counts_.begin(); at != first_named; ++at) add_row(at->first, at->second);
  return std::move(rows).take();
}

}  // namespace pfsday::count
