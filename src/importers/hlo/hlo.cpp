// The importer of XLA's text form, which may be packed by gzip.
#include "base/gzip.h"
#include "importers/hlo/parse.h"
#include "importers/hlo/program.h"
#include "importers/importer.h"

namespace pfsday::importers {
namespace {

std::string_view text_of(Bytes file) {
  return {reinterpret_cast<const char*>(file.data()), file.size()};
}

Result<Model> read(Bytes file, const ImportOptions& options) {
  std::string unpacked;
  std::string_view text = text_of(file);
  if (is_gzip(file)) {
    unpacked = TRY(read_gzip(file));
    text = unpacked;
  }
  auto module = hlo::parse_module(text);
  if (module) return hlo::lower_program(*module, options);
  Error error = std::move(module).error();
  if (error.hint.empty()) error.hint = "the text is damaged or edited: dump the program again";
  return fail(std::move(error));
}

bool recognizes(Bytes head) {
  if (!is_gzip(head)) return hlo::begins_as_hlo(text_of(head));
  return hlo::begins_as_hlo(read_gzip_head(head, 4096));
}

constexpr std::string_view extensions[] = {".hlo", ".hlo.gz"};

}  // namespace

extern constinit const Importer hlo{
    .name = "hlo",
    .doc = "XLA HLO text, before and after optimization; packed by gzip or not.",
    .extensions = extensions,
    .recognizes = recognizes,
    .read = read};

}  // namespace pfsday::importers
