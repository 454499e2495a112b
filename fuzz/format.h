// What the targets of the model formats share: any bytes, handed to one importer whether or not it
// recognizes them, are read or refused, and what is read can be counted.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <utility>

#include "count/step.h"
#include "importers/importer.h"

namespace pfsday {

inline const importers::Importer& find_importer(std::string_view name) {
  for (const importers::Importer* importer : importers::importers()) {
    if (importer->name == name) return *importer;
  }
  std::abort();
}

/// Each file beside it has the same bytes.
inline void fuzz_format(std::string_view format, importers::Bytes file) {
  auto model =
      find_importer(format).read(file, {.dimensions = {{"batch", 2}, {"seq", 4}},
                                        .read_beside = [&](std::string_view) { return file; }});
  if (!model) return;
  units::Count listed = 0;
  for (const importers::Tensor& tensor : model->tensors) listed += tensor.bytes;
  if (listed > units::Count(file.size())) std::abort();
  const auto forward = count::count_step(model->graph, {.step = count::Step::forward}, {});
  const auto training =
      count::count_step(std::move(model->graph), {.step = count::Step::training}, {});
  // A training step holds its forward pass; only its loss and gradients may fail.
  if (training && !forward) std::abort();
}

}  // namespace pfsday
