#include "importers/importer.h"

namespace pfsday::importers {

std::vector<std::string_view> model_extensions() {
  std::vector<std::string_view> extensions;
  for (const Importer* importer : importers()) {
    extensions.insert(extensions.end(), importer->extensions.begin(), importer->extensions.end());
  }
  return extensions;
}

Result<Model> read_model(Bytes file, const ImportOptions& options) {
  constexpr std::size_t head_bytes = 4096;
  const Bytes head = file.first(std::min(file.size(), head_bytes));
  for (const Importer* importer : importers()) {
    if (importer->recognizes(head)) return importer->read(file, options);
  }
  std::string names;
  for (const Importer* importer : importers()) {
    names += names.empty() ? "" : ", ";
    names += importer->name;
  }
  return fail(Code::format_unknown,
              file.empty() ? "the file is empty" : "the file is of no known format",
              "known formats: " + names);
}

}  // namespace pfsday::importers
