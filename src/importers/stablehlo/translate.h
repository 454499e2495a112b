// A StableHLO program as HLO text, so that one table of operations serves both.
//
//   const Translation hlo = TRY(translate(TRY(parse_program(text)), options));
//   hlo::Module module = TRY(parse_translation(hlo, text));
//
// Functions and regions become computations. A region may use values from outside of it, which a
// computation cannot: loops carry them, branches take them, and constants are written again.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "importers/hlo/module.h"
#include "importers/importer.h"
#include "importers/stablehlo/syntax.h"

namespace pfsday::stablehlo {

struct Translation {
  std::string text;  ///< of HLO
  /// Where each line of it comes from: ascending places in it, and those in the program.
  struct Line {
    std::size_t here = 0;
    std::size_t there = 0;
  };
  std::vector<Line> lines = {};
  std::vector<std::string> used_bindings = {};

  /// Where in the program it comes from.
  std::size_t source_of(std::size_t offset) const;
};

/// Bindings of inputs give open arguments their shapes. Errors, with their line:
/// Code::model_malformed, attribute_invalid, type_unsupported, dimension_unbound.
Result<Translation> translate(const Program& program, const importers::ImportOptions& options);

/// The module, whose faults are told by their places in the program. Both must outlive it.
Result<hlo::Module> parse_translation(const Translation& translation, std::string_view program);

}  // namespace pfsday::stablehlo
