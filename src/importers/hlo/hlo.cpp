// The importer of XLA's text form, which may be packed by gzip.
#include "importers/hlo/parse.h"
#include "importers/hlo/program.h"
#include "importers/text_file.h"

namespace pfsday::importers {
namespace {

Result<Model> read(Bytes file, const ImportOptions& options) {
  const TextFile opened = TRY(TextFile::open(file));
  auto module = hlo::parse_module(opened.text());
  if (module) return hlo::lower_program(*module, options);
  Error error = std::move(module).error();
  if (error.hint.empty()) error.hint = "the text is damaged or edited: dump the program again";
  return fail(std::move(error));
}

bool recognizes(Bytes head) { return hlo::begins_as_hlo(TextFile::head(head)); }

constexpr std::string_view extensions[] = {".hlo", ".hlo.gz"};

}  // namespace

extern constinit const Importer hlo{
    .name = "hlo",
    .doc = "XLA HLO text, before and after optimization; packed by gzip or not.",
    .extensions = extensions,
    .recognizes = recognizes,
    .read = read};

}  // namespace pfsday::importers
