// The files of a folder, chosen by how their names end.
//
//   list_files("models", {".onnx"})   // models/a.onnx, models/sub/b.onnx
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pfsday::cli {

bool is_folder(const std::string& path);

/// The files in the folder and below it whose names end so, in the order of their paths, byte by
/// byte. Folders that are symbolic links are not entered.
///   errors  Code::file_unreadable: a folder cannot be listed
Result<std::vector<std::string>> list_files(const std::string& folder,
                                            std::span<const std::string_view> extensions);

/// Code::file_unreadable at that path.
std::unexpected<Error> unreadable(const std::string& path, std::string what, std::string hint = {});

}  // namespace pfsday::cli
