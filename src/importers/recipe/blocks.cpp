// Blocks: layers that are defined once, by name and with parameters, and used many times.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "importers/recipe/lowering.h"

namespace pfsday::recipe {
namespace {

struct Parameter {
  std::string name = {};
  std::optional<TomlValue> usual = {};
};

/// "stride = 1": a parameter and its usual value, a number or a word.
Result<Parameter> parse_parameter(const TomlValue& entry) {
  const auto* text = std::get_if<std::string>(&entry.data);
  const auto refuse = [&] {
    return fail_at(entry.place, Code::recipe_invalid, "a parameter is no text with its name",
                   "write parameters = [\"width\", \"stride = 1\"]");
  };
  if (text == nullptr) return refuse();
  const std::size_t sign = text->find('=');
  Parameter parameter{.name = std::string(trim(text->substr(0, sign)))};
  if (!is_name(parameter.name)) return refuse();
  if (sign == std::string::npos) return parameter;
  const std::string usual(trim(text->substr(sign + 1)));
  if (usual == "true" || usual == "false") {
    parameter.usual = TomlValue{usual == "true", entry.place};
  } else {
    parameter.usual = TomlValue{usual, entry.place};
  }
  return parameter;
}

/// What a text stands for where a block is used: what it names, a number, or else a word.
Result<TomlValue> parameter_value(const TomlValue& value, const Scope& scope, const Sizes& sizes) {
  const auto* text = std::get_if<std::string>(&value.data);
  if (text == nullptr) return value;
  if (const auto found = scope.parameters.find(*text); found != scope.parameters.end()) {
    return found->second;
  }
  if (is_name(*text) && !std::isdigit(static_cast<unsigned char>(text->front())) &&
      !sizes.contains(*text)) {
    return value;
  }
  const importers::Ratio number = TRY(at_place(value.place, evaluate(*text, scope, sizes)));
  const bool fits =
      number.is_integer() && number.numerator >= -largest_size && number.numerator <= largest_size;
  if (fits) return TomlValue{static_cast<std::int64_t>(number.numerator), value.place};
  return fail_at(value.place, Code::recipe_invalid,
                 fmt::format("\"{}\" is {}, no whole number of up to {}", *text, to_string(number),
                             largest_size));
}

/// The parameters of a block, by what its layer gives and by what is usual.
Result<std::map<std::string, TomlValue, std::less<>>> read_parameters(TomlReader& block,
                                                                      Layer& in) {
  std::map<std::string, TomlValue, std::less<>> parameters;
  const TomlValue* list = block.find("parameters");
  if (list == nullptr) return parameters;
  const auto* entries = std::get_if<TomlValue::List>(&list->data);
  if (entries == nullptr || entries->size() > most_names) {
    return block.malformed("parameters", "is not a list of texts, up to 128");
  }
  for (const TomlValue& entry : *entries) {
    const Parameter parameter = TRY(parse_parameter(entry));
    const TomlValue* given = in.toml().find(parameter.name);
    if (given == nullptr && !parameter.usual) return in.toml().missing(parameter.name);
    const Scope own{.parameters = parameters};
    parameters[parameter.name] = given != nullptr
                                     ? TRY(parameter_value(*given, in.scope(), in.sizes()))
                                     : TRY(parameter_value(*parameter.usual, own, in.sizes()));
  }
  return parameters;
}

}  // namespace

Result<void> Lowering::read_blocks(TomlReader& recipe) {
  const TomlTable* blocks = TRY(recipe.find_table("block"));
  if (blocks == nullptr) return {};
  TomlReader in(*blocks, "block");
  for (const auto& [name, value] : blocks->entries) blocks_[name] = TRY(in.find_table(name));
  return {};
}

Result<Value> Lowering::add_block(Layer& in, Value x) {
  const std::string name = TRY(in.word_or("block", ""));
  const auto found = blocks_.find(name);
  if (found == blocks_.end()) {
    std::vector<std::string_view> known;
    for (const auto& [block, table] : blocks_) known.emplace_back(block);
    const std::string_view near = nearest(name, known);
    return fail_at(in.toml().find("block")->place, Code::recipe_invalid,
                   fmt::format("there is no block \"{}\"", to_printable(name)),
                   near.empty() ? fmt::format("[block.{}] defines one", to_printable(name))
                                : fmt::format("did you mean \"{}\"?", near));
  }
  if (std::ranges::find(blocks_around_, name) != blocks_around_.end()) {
    return fail_at(
        in.toml().find("block")->place, Code::recipe_invalid,
        fmt::format("the block leads back to itself: {} > {}", join(blocks_around_, " > "), name));
  }
  blocks_around_.push_back(name);
  TomlReader block(*found->second, fmt::format("block.{}", name));
  Scope scope{.parameters = TRY(read_parameters(block, in))};
  Layer definition(block, scope, in.sizes());
  scope.defaults = TRY(read_defaults(definition, in.scope().defaults));
  const Layers layers = TRY(block.find_tables("layers"));
  if (layers.empty()) return block.missing("layers");
  TRY(block.finish());
  x = TRY(add_layers(layers, x, scope));
  blocks_around_.pop_back();
  return x;
}

}  // namespace pfsday::recipe
