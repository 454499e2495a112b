// Files that lie beside a model: the shards of an index.
//
//   request.read_beside = files_beside();
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "importers/importer.h"

namespace pfsday::cli {

/// Maps the file of that name in the folder of a model, once, as long as the function or a copy of
/// it lives. None if there is none, the name leads to another folder, or the model is standard
/// input.
std::function<std::optional<importers::Bytes>(std::string_view model, std::string_view name)>
files_beside();

}  // namespace pfsday::cli
