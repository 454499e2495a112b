#include "importers/recipe/lowering.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "graph/liveness.h"

namespace pfsday::recipe {
namespace {

constexpr int deepest = 64;  ///< groups within groups
/// Elements of a value between layers: products of a few more sizes then fit 64 bits.
constexpr std::int64_t most_elements = std::int64_t{1} << 44U;
constexpr std::string_view batch = "batch";

std::unexpected<Error> no_kind(Layer& in, const TomlTable& table) {
  std::vector<std::string_view> keys;
  for (const Kind* kind : kinds()) keys.push_back(kind->key);
  for (const auto& [key, value] : table.entries) {
    const std::string_view near = nearest(key, keys);
    if (near.empty()) continue;
    return fail_at(value.place, Code::run_key_unknown,
                   fmt::format("unknown key \"{}\" in the layer", to_printable(key)),
                   fmt::format("did you mean \"{}\"?", near));
  }
  return fail_at(in.place(), Code::run_input_missing, "the layer does not say what it is",
                 "its key is one of " + one_of(keys));
}

/// Null if no key says what the layer is.
const Kind* find_kind(TomlReader& in) {
  for (const Kind* kind : kinds()) {
    if (in.has(kind->key)) return kind;
  }
  return nullptr;
}

/// What a layer without a name goes by.
std::string usual_name(const Kind& kind, TomlReader& in) {
  if (kind.key != "block") return std::string(kind.key);
  const TomlValue* block = in.find("block");
  const auto* name = std::get_if<std::string>(&block->data);
  return name == nullptr ? "block" : *name;
}

/// How many layers of a group go by each usual name, with those of groups that have no names.
void count_usual_names(const Layers& layers, std::map<std::string, int, std::less<>>& like,
                       int depth = 0) {
  for (const TomlTable* table : layers) {
    TomlReader in(*table, "the layer");
    const Kind* kind = find_kind(in);
    if (kind == nullptr || in.has("name")) continue;
    if (!kind->is_transparent || in.has("repeat")) {
      ++like[usual_name(*kind, in)];
    } else if (const auto within = in.find_tables("layers"); within && depth < deepest) {
      count_usual_names(*within, like, depth + 1);
    }
  }
}

/// The table with the entries of another in place of its own.
TomlTable with_entries(const TomlTable& table, const TomlTable& others) {
  TomlTable merged = table;
  for (const auto& [key, value] : others.entries) {
    const auto found =
        std::ranges::find(merged.entries, key, [](const auto& entry) { return entry.first; });
    if (found == merged.entries.end()) {
      merged.entries.emplace_back(key, value);
    } else {
      found->second = value;
    }
  }
  return merged;
}

Result<std::string> read_name(Layer& in, std::string_view key) {
  std::string name = TRY(in.word_or(key, ""));
  if (!in.has(key) || is_name(name)) return name;
  return in.toml().malformed(key, "is no name", "letters, digits, spaces, _ and - make one");
}

}  // namespace

Sizes Lowering::sizes_at(Value x) {
  Sizes sizes = sizes_;
  if (!x) return sizes;
  sizes.insert_or_assign("channels", channels_of(*this, x));
  if (is_sequence(*this, x)) sizes.insert_or_assign("steps", shape(x)[1]);
  return sizes;
}

Result<void> Lowering::check_value(const Layer& in, Value x) {
  if (auto fault = builder().take_fault()) {
    return fail_at(in.place(), fault->code, fault->what, fault->hint);
  }
  std::int64_t elements = 1;
  for (const std::int64_t size : shape(x)) {
    if (size > most_elements / elements) {
      return in.invalid(fmt::format("its result, {}, is too large", to_string(shape(x))));
    }
    elements *= size;
  }
  return {};
}

Result<Lowering::Named> Lowering::name_of(Layer& in, const Kind& kind, std::int64_t times) {
  Named named{.name = TRY(read_name(in, "name"))};
  const bool is_shared = TRY(in.flag_or("shared", false));
  if (named.name.empty()) {
    if (kind.is_transparent && times == 1) return named;
    named.name = usual_name(kind, in.toml());
    std::int64_t& count = names_.counts[named.name];
    const bool is_alone = names_.like[named.name] == 1 && !names_.taken.contains(named.name);
    if (times != 1 || !is_alone) named.first = count + 1;
    count += is_shared ? 1 : times;
    return named;
  }
  if (!names_.taken.insert(named.name).second || names_.counts.contains(named.name)) {
    return fail_at(in.toml().find("name")->place, Code::recipe_invalid,
                   fmt::format("\"{}\" is the name of another layer of the group", named.name));
  }
  named.first = times == 1 || is_shared ? 0 : 1;
  return named;
}

Result<void> Lowering::count_layer(const TomlTable& table) {
  if (--layers_left_ >= 0) return {};
  return fail_at(table.place, Code::limit_exceeded, "the recipe has more than 10000 layers");
}

Result<Value> Lowering::add_one(const TomlTable& table, const Kind& kind, const Named& named,
                                std::int64_t index, Value x, const Scope& scope) {
  if (index > 0) TRY(count_layer(table));
  const Sizes sizes = sizes_at(x);
  TomlReader toml(table, "the layer");
  Layer in(toml, scope, sizes);
  for (const std::string_view key : {"repeat", "first", "last", "name", "as", "when", "shared"}) {
    in.has(key);
  }
  const bool is_shared = TRY(in.flag_or("shared", false));
  const bool is_numbered = named.first > 0 && !is_shared;
  const auto entered =
      is_numbered ? net_.enter(named.name, named.first + index) : net_.enter(named.name);
  if (!x && kind.key != "input" && kind.key != "use") {
    return in.invalid("nothing goes into the layer", "the recipe's \"input\" is what comes first");
  }
  const Value y = TRY(kind.lower(*this, in, x));
  TRY(in.finish());
  TRY(check_value(in, y));
  results_.emplace_back(y, table.place);
  return y;
}

Result<Value> Lowering::add_repeated(const TomlTable& table, Value x, const Scope& scope) {
  TRY(count_layer(table));
  const Sizes sizes = sizes_at(x);
  TomlReader toml(table, "the layer");
  Layer in(toml, scope, sizes);
  if (in.has("when")) {
    const std::string condition = TRY(in.toml().text("when"));
    const Place& place = in.toml().find("when")->place;
    const bool is_there = TRY(at_place(place, holds(condition, scope, sizes)));
    if (!is_there) return x;
  }
  const std::int64_t times = TRY(in.size_or("repeat", 1, 0));
  const TomlTable* first = TRY(in.toml().find_table("first"));
  const TomlTable* last = TRY(in.toml().find_table("last"));
  const Kind* kind = find_kind(toml);
  if (kind == nullptr) return no_kind(in, table);
  const Named named = TRY(name_of(in, *kind, times));
  for (std::int64_t i = 0; i < times; ++i) {
    const TomlTable* own = i == 0 && first != nullptr ? first : i + 1 == times ? last : nullptr;
    x = own == nullptr ? TRY(add_one(table, *kind, named, i, x, scope))
                       : TRY(add_one(with_entries(table, *own), *kind, named, i, x, scope));
  }
  if (std::string name = TRY(read_name(in, "as")); !name.empty()) keep_value(std::move(name), x);
  return x;
}

Result<Value> Lowering::add_layers_within(const Layers& layers, Value x, const Scope& scope) {
  if (++depth_ > deepest) {
    return fail_at(layers.empty() ? Place{} : layers[0]->place, Code::limit_exceeded,
                   fmt::format("groups of layers are nested deeper than {}", deepest));
  }
  for (const TomlTable* table : layers) x = TRY(add_repeated(*table, x, scope));
  --depth_;
  return x;
}

Result<Value> Lowering::add_layers(const Layers& layers, Value x, const Scope& scope) {
  Names around = std::exchange(names_, {});
  count_usual_names(layers, names_.like);
  x = TRY(add_layers_within(layers, x, scope));
  names_ = std::move(around);
  return x;
}

Result<Value> Lowering::add_part(Layer& in, std::string_view key, Value x) {
  return add_layers(TRY(in.toml().find_tables(key)), x, in.scope());
}

Result<Value> Lowering::find_value(Layer& in, std::string_view key) {
  const std::string name = TRY(in.word_or(key, ""));
  if (const auto found = values_.find(name); found != values_.end()) return found->second;
  std::vector<std::string_view> known;
  for (const auto& [other, value] : values_) known.emplace_back(other);
  const std::string_view near = nearest(name, known);
  return fail_at(in.toml().find(key)->place, Code::recipe_invalid,
                 fmt::format("no layer before this one is kept as \"{}\"", to_printable(name)),
                 near.empty() ? fmt::format("a layer is kept by as = \"{}\"", to_printable(name))
                              : fmt::format("did you mean \"{}\"?", near));
}

Result<Value> Lowering::shared_weight(Layer& in, const Shape& wanted) {
  if (!in.has("weights")) return weight("weight", wanted);
  const std::string name = TRY(read_name(in, "weights"));
  const Value found = net_.weight_at_root(name + ".weight", wanted);
  if (shape(found) == wanted) return found;
  return in.toml().malformed("weights", fmt::format("names weights of {}, but the layer needs {}",
                                                    to_string(shape(found)), to_string(wanted)));
}

/// What is bound to the name, if anything is.
Result<std::optional<std::int64_t>> Lowering::find_bound(std::string_view name) {
  const auto& bound = net_.options().dimensions;
  const auto found = bound.find(name);
  if (found == bound.end()) return std::optional<std::int64_t>{};
  if (found->second >= 1 && found->second <= largest_size) return std::optional(found->second);
  return fail(Code::binding_malformed, fmt::format("\"{}\" is bound to {}", name, found->second),
              fmt::format("bind it to between 1 and {}", largest_size));
}

/// A name that stands for a number in formulas.
Result<void> Lowering::define(TomlReader& table, std::string_view name, std::int64_t size) {
  if (!is_name(name) || name == batch || name == "channels" || name == "steps") {
    return table.malformed(name, "is no name for a size, or one that every recipe has");
  }
  if (sizes_.size() >= most_names) return table.malformed(name, "is one name too many");
  if (sizes_.emplace(name, size).second) return {};
  return table.malformed(name, "is there twice, as a constant and as a size");
}

Result<void> Lowering::read_constants(TomlReader& recipe) {
  const TomlTable* table = TRY(recipe.find_table("constants"));
  if (table == nullptr) return {};
  TomlReader toml(*table, "constants");
  const Scope scope;
  const Sizes none;
  Layer in(toml, scope, none);
  for (const auto& [name, value] : table->entries) {
    const std::int64_t size = TRY(in.to_size(name, value, 1));
    TRY(define(toml, name, size));
  }
  return {};
}

/// Sizes of what a pass is given: as bound, or else as the recipe says.
Result<void> Lowering::read_sizes(TomlReader& recipe) {
  net_.pass.batch = TRY(find_bound(batch)).value_or(1);
  const TomlTable* table = TRY(recipe.find_table("sizes"));
  if (table == nullptr) return {};
  TomlReader toml(*table, "sizes");
  const Scope scope;
  const Sizes none;
  Layer in(toml, scope, none);
  for (const auto& [name, value] : table->entries) {
    const auto* text = std::get_if<std::string>(&value.data);
    const auto bound = TRY(find_bound(name));
    if (!bound && text != nullptr && *text == "open") {
      return fail_at(value.place, Code::dimension_unbound,
                     fmt::format("the recipe needs a size for \"{}\"", to_printable(name)),
                     fmt::format("pass --bind {}=128, or --symbolic", to_printable(name)));
    }
    const std::int64_t size = bound ? *bound : TRY(in.to_size(name, value, 1));
    TRY(define(toml, name, size));
  }
  return {};
}

Result<std::vector<std::string>> Lowering::find_sizes(TomlReader& recipe) {
  std::vector<std::string> names = {std::string(batch)};
  const TomlTable* table = TRY(recipe.find_table("sizes"));
  if (table == nullptr) return names;
  for (const auto& [name, value] : table->entries) names.push_back(name);
  return names;
}

Result<void> Lowering::run(TomlReader& recipe) {
  TRY(read_constants(recipe));
  TRY(read_sizes(recipe));
  TRY(read_blocks(recipe));
  Scope scope;
  Layer in(recipe, scope, sizes_);
  scope.defaults = TRY(read_defaults(in, {}));
  const Value x = in.has("input") ? TRY(input(in, "input")) : Value{};
  const Layers layers = TRY(recipe.find_tables("layers"));
  if (layers.empty()) return recipe.missing("layers");
  add_output(TRY(add_layers(layers, x, scope)));
  if (!outputs_.back()) return in.invalid("the recipe computes nothing");
  builder().graph().set_outputs(outputs_);
  return check_results();
}

/// What reaches no output would not be counted.
Result<void> Lowering::check_results() {
  const graph::Graph& graph = builder().graph();
  const std::vector<bool> is_live = graph::find_live_nodes(graph);
  for (const auto& [value, place] : results_) {
    const graph::Node* const node = graph.producer(value);
    if (node == nullptr || is_live[graph.info(value).node]) continue;
    return fail_at(place, Code::recipe_invalid, "the result of the layer goes nowhere",
                   "keep it by \"as\" for a later layer to \"use\", or make it one more output by "
                   "\"auxiliary\"");
  }
  return {};
}

}  // namespace pfsday::recipe
