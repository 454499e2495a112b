// Recipes in files of their own: the keys of a network, and what it is and where it is printed.
#include "importers/recipe/recipe.h"

#include <fmt/format.h>

#include "base/text.h"
#include "importers/importer.h"
#include "importers/recipe/lowering.h"

namespace pfsday::importers {
namespace {

constexpr std::string_view schema = "pfsday.recipe/1";

std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool recognizes(Bytes head) {
  return text_of(head).find("\"pfsday.recipe/") != std::string_view::npos;
}

Result<void> check_schema(TomlReader& in) {
  const std::string found = TRY(in.text("schema"));
  if (found == schema) return {};
  return in.malformed("schema", fmt::format("is \"{}\"", to_printable(found)),
                      fmt::format("this version reads \"{}\"", schema));
}

/// "ResNet-50: Deep Residual Learning for Image Recognition, table 1, https://..."
Result<std::vector<std::string>> read_notes(TomlReader& in) {
  std::vector<std::string> notes;
  const std::string name = TRY(in.text_or("name", ""));
  for (const TomlTable* table : TRY(in.find_tables("source"))) {
    TomlReader source(*table, "source");
    const std::string title = TRY(source.text("title"));
    std::string note = name.empty() || title.starts_with(name) ? title : name + ": " + title;
    const std::string where = TRY(source.text_or("where", ""));
    if (!where.empty()) note += ", " + where;
    note += ", " + TRY(source.text("url"));
    TRY(source.finish());
    notes.push_back(to_printable(note));
  }
  if (notes.empty() && !name.empty()) notes.push_back(to_printable(name));
  for (const std::string& note : TRY(in.find_texts("notes"))) notes.push_back(to_printable(note));
  return notes;
}

Result<Model> read(Bytes file, const ImportOptions& options) {
  const TomlTable table = TRY(parse_toml(text_of(file)));
  TomlReader in(table, "the recipe");
  TRY(check_schema(in));
  Model model{.format = "recipe", .notes = TRY(read_notes(in))};
  pfsday::recipe::Lowering lowering(model.graph, options);
  TRY(lowering.run(in));
  TRY(in.finish());
  config::Network& net = lowering.net();
  model.node_count = model.graph.origins().size() - 1;
  if (net.has_banks()) model.parameters.active = net.weight_count() - net.inactive();
  for (std::string& note : net.take_notes()) model.notes.push_back(std::move(note));
  model.used_bindings = TRY(pfsday::recipe::Lowering::find_sizes(in));
  return model;
}

Result<std::vector<std::string>> find_open(Bytes file, const ImportOptions& options) {
  const TomlTable table = TRY(parse_toml(text_of(file)));
  TomlReader in(table, "the recipe");
  std::vector<std::string> open;
  for (std::string& name : TRY(pfsday::recipe::Lowering::find_sizes(in))) {
    if (!options.dimensions.contains(name)) open.push_back(std::move(name));
  }
  return open;
}

constexpr std::string_view extensions[] = {".recipe.toml"};

}  // namespace

Result<graph::Graph> read_recipe(TomlReader& recipe) {
  graph::Graph graph;
  const ImportOptions options;
  pfsday::recipe::Lowering lowering(graph, options);
  TRY(lowering.run(recipe));
  return graph;
}

extern constinit const Importer recipe{
    .name = "recipe",
    .doc = "Networks as papers print them, in TOML: see docs/recipes.md.",
    .extensions = extensions,
    .recognizes = recognizes,
    .read = read,
    .find_open = find_open};

}  // namespace pfsday::importers
