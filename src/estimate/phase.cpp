#include "estimate/phase.h"

#include <fmt/format.h>

#include "estimate/read.h"

namespace pfsday::estimate {
namespace {

Result<Purpose> read_purpose(TomlReader& in) {
  const std::string_view code = TRY(find_word(in, "purpose", purpose_codes()));
  return find_purpose(code).value_or(Purpose::pretrain);
}

Result<Passes> read_passes(TomlReader& in, Purpose purpose) {
  constexpr std::string_view words[] = {"training", "forward"};
  const auto stated = find_passes(TRY(find_word(in, "passes", words)));
  if (generates(purpose) && stated == Passes::training) {
    return in.malformed("passes", fmt::format("cannot be \"training\" in {}", to_string(purpose)),
                        "generation is forward only");
  }
  const auto passes = stated ? stated : usual_passes(purpose);
  if (passes) return *passes;
  return in.missing("passes",
                    "\"training\" where it is the teacher's own training, \"forward\" where it "
                    "gives targets");
}

Result<void> read_dates(TomlReader& in, Phase& phase) {
  phase.start = TRY(find_date(in, "start"));
  phase.end = TRY(find_date(in, "end"));
  if (!phase.start || !phase.end || *phase.start <= *phase.end) return {};
  return in.malformed("end",
                      fmt::format("is {}, before the start on {}", units::to_string(*phase.end),
                                  units::to_string(*phase.start)),
                      "exchange them");
}

Result<void> read_inputs(TomlReader& in, Phase& phase) {
  if (const TomlTable* counting = TRY(in.find_table("counting"))) {
    phase.counting = TRY(read_counting(*counting, phase.passes));
  }
  if (const TomlTable* hardware = TRY(in.find_table("hardware"))) {
    phase.hardware = TRY(read_hardware(*hardware));
  }
  if (const TomlTable* metered = TRY(in.find_table("metered"))) {
    phase.metered = TRY(read_metered(*metered));
  }
  if (const TomlTable* reported = TRY(in.find_table("reported"))) {
    phase.reported = TRY(read_reported(*reported));
  }
  return {};
}

bool has_inputs(const Phase& phase, std::string_view method) {
  return (method == "counting" && phase.counting) || (method == "hardware" && phase.hardware) ||
         (method == "metered" && phase.metered) || (method == "reported" && phase.reported);
}

Result<void> read_method(TomlReader& in, Phase& phase) {
  constexpr std::string_view methods[] = {"counting", "hardware", "metered", "reported"};
  phase.method = TRY(find_word(in, "method", methods));
  if (phase.method.empty() || has_inputs(phase, phase.method)) return {};
  return in.malformed("method", fmt::format("is \"{}\", which has no inputs", phase.method),
                      fmt::format("add [phase.{}], or name another method", phase.method));
}

}  // namespace

Result<Phase> read_phase(const TomlTable& table) {
  TomlReader in(table, "phase");
  Phase phase{.place = table.place};
  phase.name = TRY(in.text("name"));
  phase.purpose = TRY(read_purpose(in));
  phase.passes = TRY(read_passes(in, phase.purpose));
  TRY(read_dates(in, phase));
  TRY(read_inputs(in, phase));
  TRY(read_method(in, phase));
  phase.judgements = TRY(read_judgements(in));
  TRY(in.finish());
  if (phase.counting || phase.hardware || phase.metered || phase.reported) return phase;
  return in.missing(
      "counting",
      "or \"hardware\", \"metered\", \"reported\": a phase has the inputs of at least "
      "one method");
}

}  // namespace pfsday::estimate
