// Model files: any bytes are read or refused, and what is read can be counted.

#include <cstdint>
#include <cstdlib>
#include <utility>

#include "count/step.h"
#include "importers/importer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pfsday;
  const importers::Bytes file = std::as_bytes(std::span(data, size));
  auto model = importers::read_model(file, {.dimensions = {{"batch", 2}, {"seq", 4}}});
  if (!model) return 0;
  const auto forward = count::count_step(model->graph, {.step = count::Step::forward}, {});
  const auto training =
      count::count_step(std::move(model->graph), {.step = count::Step::training}, {});
  // A training step holds its forward pass; only its loss and gradients may fail.
  if (training && !forward) std::abort();
  return 0;
}
