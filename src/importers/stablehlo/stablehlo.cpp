// The importer of StableHLO's text form. The program becomes an XLA program, whose operations are
// lowered by the table of hlo/.
#include <fmt/format.h>

#include <algorithm>

#include "importers/hlo/attributes.h"
#include "importers/hlo/program.h"
#include "importers/stablehlo/translate.h"
#include "importers/text_file.h"

namespace pfsday::importers {
namespace {

constexpr std::string_view bytecode_magic = "ML\xefR";

/// A number of the module, 1 where it has none.
Result<std::int64_t> number_of(const stablehlo::Program& program, std::string_view name) {
  for (const stablehlo::Attribute& one : program.attributes) {
    if (one.name == name) return hlo::parse_integer(one.value);
  }
  return 1;
}

/// A program of StableHLO is not divided into its partitions yet; a replica is one of several.
Result<void> note_devices(const stablehlo::Program& program, Model& model) {
  const std::int64_t partitions = TRY(number_of(program, "mhlo.num_partitions"));
  if (partitions <= 1) return {};
  model.devices = std::max<std::int64_t>(TRY(number_of(program, "mhlo.num_replicas")), 1);
  std::string note = fmt::format(
      "The program is not divided yet: its sizes are those of the whole, which {} devices are to "
      "share.",
      partitions);
  if (std::ranges::find(model.notes, note) == model.notes.end()) {
    model.notes.push_back(std::move(note));
  }
  return {};
}

Result<Model> read(Bytes file, const ImportOptions& options) {
  const TextFile opened = TRY(TextFile::open(file));
  const std::string_view text = opened.text();
  if (text.starts_with(bytecode_magic)) {
    return fail(Code::format_unknown, "the program is in the bytecode of MLIR, not its text",
                "write it as text: stablehlo-translate --deserialize, or lowered.as_text()");
  }
  const stablehlo::Program program = TRY(stablehlo::parse_program(text));
  const stablehlo::Translation translation = TRY(stablehlo::translate(program, options));
  const hlo::Module module = TRY(stablehlo::parse_translation(translation, text));
  Model model = TRY(hlo::lower_program(module, options));
  model.format = "stablehlo";
  model.node_count = stablehlo::count_operations(program);
  for (const std::string& name : translation.used_bindings) model.used_bindings.push_back(name);
  TRY(note_devices(program, model));
  return model;
}

bool recognizes(Bytes head) {
  const std::string text = TextFile::head(head);
  return text.starts_with(bytecode_magic) || stablehlo::begins_as_program(text);
}

constexpr std::string_view extensions[] = {".mlir", ".mlir.gz"};

}  // namespace

extern constinit const Importer stablehlo{
    .name = "stablehlo",
    .doc = "StableHLO text, as JAX and PyTorch/XLA write it; packed by gzip or not.",
    .extensions = extensions,
    .recognizes = recognizes,
    .read = read};

}  // namespace pfsday::importers
