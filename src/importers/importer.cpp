#include "importers/importer.h"

namespace pfsday::importers {

std::vector<std::string_view> model_extensions() {
  std::vector<std::string_view> extensions;
  for (const Importer* importer : importers()) {
    extensions.insert(extensions.end(), importer->extensions.begin(), importer->extensions.end());
  }
  return extensions;
}

namespace {

Result<const Importer*> importer_of(Bytes file) {
  constexpr std::size_t head_bytes = 4096;
  const Bytes head = file.first(std::min(file.size(), head_bytes));
  for (const Importer* importer : importers()) {
    if (importer->recognizes(head)) return importer;
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

}  // namespace

Result<Model> read_model(Bytes file, const ImportOptions& options) {
  const Importer* importer = TRY(importer_of(file));
  return importer->read(file, options);
}

Result<std::vector<std::string>> find_open_dimensions(Bytes file, const ImportOptions& options) {
  const Importer* importer = TRY(importer_of(file));
  if (importer->find_open == nullptr) return std::vector<std::string>{};
  return importer->find_open(file, options);
}

}  // namespace pfsday::importers
