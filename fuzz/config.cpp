// Configurations: any bytes are read or refused, and what is read can be counted, forward and in
// training, packed, and generating.

#include <cstdint>
#include <cstdlib>
#include <utility>

#include "count/step.h"
#include "importers/importer.h"

namespace {

using namespace pfsday;

void use(importers::Bytes file, const importers::ImportOptions& options, bool trains) {
  auto model = importers::read_model(file, options);
  if (!model || model->graph.nodes().size() > 20'000) return;
  const auto forward = count::count_step(model->graph, {.step = count::Step::forward}, {});
  if (!trains) return;
  const auto training =
      count::count_step(std::move(model->graph), {.step = count::Step::training}, {});
  if (training && !forward) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const importers::Bytes file = std::as_bytes(std::span(data, size));
  use(file,
      {.dimensions = {{"batch", 2}, {"seq", 4}, {"target", 3}, {"height", 64}, {"width", 48}}},
      true);
  importers::ImportOptions packed;
  packed.lengths = {3, 1, 3};
  packed.capacity_factor = 1.5;
  use(file, packed, false);
  importers::ImportOptions generating;
  generating.generation = {.prompt = 3, .tokens = 3, .samples = 2};
  use(file, generating, false);
  return 0;
}
