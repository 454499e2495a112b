// Views: which phases a total counts, and why. Each is a file of data/views, embedded.
//
//   const View& view = *TRY(find_view("eu-cumulative"));
//   const Decision decision = TRY(decide(view, {.purpose = Purpose::synthetic_private, ...}));
//   decision.counted, decision.why      // true, "forward passes that generate data ..."
//
// Keys of a file: schema, id, title, about, source, url, read (the day); [[rule]] with purposes,
// passes (where the rule is for training or for forward passes alone), counts, why, section (of the
// source). Each purpose has a rule for each kind of passes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/toml.h"
#include "estimate/purpose.h"
#include "units/date.h"

namespace pfsday::estimate {

enum class Treatment : std::uint8_t {
  in,
  out,
  usually_in,   ///< unless the run judges otherwise for this view, and says why
  usually_out,  ///< the same
  judgement,    ///< the rules leave it open: the run has to judge, and says why
};

struct ViewRule {
  std::vector<Purpose> purposes = {};
  std::optional<Passes> passes = {};  ///< none: either
  Treatment counts = Treatment::out;
  std::string why = {};
  std::string section = {};
};

struct View {
  std::string id = {};
  std::string title = {};
  std::string about = {};
  std::string source = {};
  std::string url = {};
  units::Date read = {};  ///< when the source was read
  std::vector<ViewRule> rules = {};
};

inline constexpr std::string_view default_view = "updates";

/// The embedded views, by file name.
std::span<const View> views();
/// Or view_unknown with the nearest id.
Result<const View*> find_view(std::string_view id);

Result<View> parse_view(std::string_view toml);

/// What somebody decides where a view leaves it open.
struct Judgement {
  std::string view = {};  ///< empty: every view that leaves it open
  bool counted = false;
  std::string why = {};
  Place place = {};
};

/// The list of tables at "judgement": {view, counted, why}.
Result<std::vector<Judgement>> read_judgements(TomlReader& in);

/// What is counted or not: a phase, or the training of a parent.
struct Subject {
  std::string_view name = {};
  Purpose purpose = Purpose::pretrain;
  Passes passes = Passes::training;
  std::span<const Judgement> judgements = {};
  Place place = {};
};

struct Decision {
  bool counted = false;
  bool judged = false;  ///< by the run, not by the view
  std::string why = {};
  std::string section = {};  ///< of the view's source; empty where it was judged
};

/// True where the view never counts it, or only on a judgement.
bool leaves_out(const View& view, Purpose purpose, Passes passes);

/// Faults: judgement_missing where the view leaves it open and no judgement is there; run_malformed
/// for a judgement of what the view settles.
Result<Decision> decide(const View& view, const Subject& subject);

}  // namespace pfsday::estimate
