// A file that the build put into the program; cmake/pfsday_embed.cmake makes the functions that
// list them.
//
//   for (const EmbeddedFile& file : run_files()) parse(file.path, file.contents);
#pragma once

#include <string_view>

namespace pfsday {

struct EmbeddedFile {
  std::string_view path = {};      ///< relative to the folder the files were taken from, with '/'
  std::string_view contents = {};  ///< the bytes of the file as they stood when it was built
};

}  // namespace pfsday
