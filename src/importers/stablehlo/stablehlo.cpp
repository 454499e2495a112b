// The importer of StableHLO's text form. The program becomes an XLA program, whose operations are
// lowered by the table of hlo/.
#include <fmt/format.h>

#include <algorithm>

#include "base/gzip.h"
#include "importers/hlo/attributes.h"
#include "importers/hlo/program.h"
#include "importers/importer.h"
#include "importers/stablehlo/translate.h"

namespace pfsday::importers {
namespace {

constexpr std::string_view bytecode_magic = "ML\xefR";

std::string_view text_of(Bytes file) {
  return {reinterpret_cast<const char*>(file.data()), file.size()};
}

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
  std::string unpacked;
  std::string_view text = text_of(file);
  if (is_gzip(file)) {
    unpacked = TRY(read_gzip(file));
    text = unpacked;
  }
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

bool begins(std::string_view head) {
  return head.starts_with(bytecode_magic) || stablehlo::begins_as_program(head);
}

bool recognizes(Bytes head) {
  return is_gzip(head) ? begins(read_gzip_head(head, 4096)) : begins(text_of(head));
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
