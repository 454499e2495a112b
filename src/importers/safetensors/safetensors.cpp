// The safetensors importer: the header alone, see header.h.
#include "importers/header/configuration.h"
#include "importers/safetensors/header.h"

namespace pfsday::importers {
namespace {

Result<Model> read(Bytes file, const ImportOptions& options) {
  auto tensors = TRY(pfsday::safetensors::read_header(file));
  Model model = model_of_header({.format = "safetensors", .tensors = std::move(tensors)});
  compare_with_configuration(options, model);
  return model;
}

constexpr std::string_view extensions[] = {".safetensors"};

}  // namespace

extern constinit const Importer safetensors{
    .name = "safetensors",
    .doc = "Headers of safetensors files: names, types and shapes; the tensors are not read.",
    .extensions = extensions,
    .recognizes = pfsday::safetensors::begins_as_safetensors,
    .read = read};

}  // namespace pfsday::importers
