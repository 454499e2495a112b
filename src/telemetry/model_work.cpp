#include "telemetry/model_work.h"

#include <fmt/format.h>

#include "units/print.h"

namespace pfsday::telemetry {
namespace {

std::string digits(double value) { return units::to_significant(value, 12); }

/// A third of all operations is the forward pass.
std::optional<double> executed_over_model(Recomputed recomputed, double attention_share) {
  switch (recomputed) {
    case Recomputed::unknown:
      return std::nullopt;
    case Recomputed::none:
      return 1;
    case Recomputed::attention:
      return 1 + attention_share / 3;
    case Recomputed::all:
      return 4.0 / 3;
  }
  return std::nullopt;
}

}  // namespace

Result<ModelWork> work_of_size(const ModelSize& size) {
  ModelWork work{.parameters = size.parameters};
  work.full = 6 * size.parameters;
  work.causal = work.full;
  work.formula = fmt::format("6 x {} parameters", digits(size.parameters));
  if (size.layers && size.hidden && size.sequence) {
    const double width = *size.layers * *size.hidden;
    work.full += 12 * width * *size.sequence;
    work.causal += 6 * width * (*size.sequence + 1);
    work.formula += fmt::format(" + 12 x {} layers x {} hidden x {} tokens of sequence",
                                digits(*size.layers), digits(*size.hidden), digits(*size.sequence));
  } else if (size.layers || size.hidden) {
    return fail(Code::run_input_missing,
                "attention needs the number of layers, the hidden size and the sequence",
                "add --layers, --hidden and --seq, or none of them");
  } else {
    work.notes.emplace_back(
        "attention over pairs of a query and a key is left out: --layers, --hidden and --seq add "
        "it");
  }
  work.operations = work.full;
  work.executed_over_model =
      executed_over_model(size.recomputed, 1 - 6 * size.parameters / work.full);
  return work;
}

}  // namespace pfsday::telemetry
