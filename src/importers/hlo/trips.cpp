#include "importers/hlo/trips.h"

#include <fmt/format.h>

#include <algorithm>

#include "importers/hlo/linear.h"
#include "importers/hlo/range.h"
#include "ops/infer.h"

namespace pfsday::hlo {
namespace {

__extension__ using Wide = __int128;

/// A side of a comparison in trip t: a number from low to high, and t * step.
struct Course {
  bool is_known = false;  ///< the step; each end where it is known
  std::optional<Wide> low = {}, high = {};
  Wide step = 0;
};

/// The carried values before the first trip, and what a trip adds to each.
class Carried {
 public:
  Carried(const Node& loop, const Values& initial, const Computation& body, Builder& b)
      : loop_(&loop), initial_(&initial), builder_(&b) {
    Forms forms(initial.size());
    for (std::size_t i = 0; i < forms.size(); ++i) {
      forms[i] = {.kind = Form::Kind::carried, .array = i};
    }
    parameters_ = {std::move(forms)};
    after_ = Linear(loop.scope().context(), body, parameters_).forms(body.root);
    after_.resize(initial.size());
  }

  const std::vector<Forms>& parameters() const { return parameters_; }

  Course course_of(const Form& form) const {
    if (form.kind == Form::Kind::number) {
      return {.is_known = true, .low = form.plus, .high = form.plus};
    }
    if (form.kind == Form::Kind::unknown) return {};
    const Form& after = after_[form.array];
    if (after.kind != Form::Kind::carried || after.array != form.array) return {};
    const Range start = start_of(form.array);
    Course course{.is_known = true, .step = after.plus};
    if (start.low) course.low = Wide(*start.low) + form.plus;
    if (start.high) course.high = Wide(*start.high) + form.plus;
    return course;
  }

 private:
  Range start_of(std::size_t array) const {
    const Literal* known = builder_->known((*initial_)[array]);
    constexpr auto most = static_cast<graph::Exact>(ops::size_limit);
    const bool is_number = known != nullptr && known->type().elements() == Count(1) &&
                           known->at(0) <= most && known->at(0) >= -most;
    if (!is_number) return range_of_start(*loop_, array);
    const auto value = static_cast<std::int64_t>(known->at(0));
    return {value, value};
  }

  const Node* loop_;
  const Values* initial_;
  Builder* builder_;
  std::vector<Forms> parameters_;
  Forms after_;
};

Wide divide_up(Wide a, Wide b) { return (a + b - 1) / b; }

/// The first trip of which d = start + t * step does not satisfy `d (direction) 0`; none if all do.
std::optional<Wide> first_failure(std::string_view direction, Wide start, Wide step) {
  if (direction == "GT" || direction == "GE") {
    return first_failure(direction == "GT" ? "LT" : "LE", -start, -step);
  }
  if (direction == "LE") return first_failure("LT", start - 1, step);
  if (direction == "LT") {
    if (start >= 0) return 0;
    return step > 0 ? std::optional(divide_up(-start, step)) : std::nullopt;
  }
  if (direction == "NE") {
    if (start == 0) return 0;
    if (step == 0 || -start % step != 0 || -start / step < 0) return std::nullopt;
    return -start / step;
  }
  if (direction != "EQ") return std::nullopt;
  if (start != 0) return 0;
  return step != 0 ? std::optional<Wide>(1) : std::nullopt;
}

struct Found {
  std::optional<Wide> trips = {};
  bool is_bound = false;
};

Found trips_of(const Comparison& comparison, const Carried& carried) {
  if (comparison.a == comparison.b && comparison.a.kind != Form::Kind::unknown) {
    return {.trips = first_failure(comparison.direction, 0, 0)};
  }
  const Course a = carried.course_of(comparison.a);
  const Course b = carried.course_of(comparison.b);
  if (!a.is_known || !b.is_known) return {};
  std::optional<Wide> low;
  std::optional<Wide> high;
  if (a.low && b.high) low = *a.low - *b.high;
  if (a.high && b.low) high = *a.high - *b.low;
  const Wide step = a.step - b.step;
  if (low && low == high) return {.trips = first_failure(comparison.direction, *low, step)};
  // The further a count has to go, the longer it takes.
  const bool is_upward = comparison.direction == "LT" || comparison.direction == "LE";
  const bool is_downward = comparison.direction == "GT" || comparison.direction == "GE";
  const auto furthest = is_upward ? low : is_downward ? high : std::nullopt;
  if (!furthest || (is_upward ? step <= 0 : step >= 0)) return {};
  return {.trips = first_failure(comparison.direction, *furthest, step), .is_bound = true};
}

/// "n":"32" or n=32, however the configuration is written.
std::optional<std::string_view> stated_trips(const Node& loop) {
  const std::string_view text = loop.text("backend_config");
  std::size_t at = text.find("known_trip_count");
  if (at == text.npos) return std::nullopt;
  at = text.find_first_of("0123456789", at);
  if (at == text.npos) return std::nullopt;
  const std::size_t end = text.find_first_not_of("0123456789", at);
  return text.substr(at, end - at);
}

std::optional<std::int64_t> given_trips(const Node& loop) {
  Context& context = loop.scope().context();
  const std::string& path =
      loop.scope().builder().root().origins()[loop.scope().builder().origin()].name;
  for (const std::string_view name : {loop.instruction().name, std::string_view(path)}) {
    const auto found = context.options().trips.find(name);
    if (found == context.options().trips.end()) continue;
    context.use(name);
    return found->second;
  }
  return std::nullopt;
}

Found inferred_trips(const Node& loop, const Values& initial, const Computation& condition,
                     const Computation& body, Builder& b) {
  const Carried carried(loop, initial, body, b);
  Linear reader(loop.scope().context(), condition, carried.parameters());
  const Conditions conditions = reader.conditions(condition.root);
  Found all{.is_bound = conditions.has_other};
  for (const Comparison& one : conditions.comparisons) {
    const Found found = trips_of(one, carried);
    if (!found.trips) {
      all.is_bound = true;
      continue;
    }
    if (all.trips && *all.trips <= *found.trips) continue;
    all.trips = found.trips;
    all.is_bound |= found.is_bound;
  }
  if (all.trips == Wide(0)) all.is_bound = false;
  return all;
}

std::unexpected<Error> too_many(const Node& loop) {
  return fail(Code::limit_exceeded,
              fmt::format("loop \"{}\" runs more than 2^60 times", loop.instruction().name),
              "the file is probably damaged");
}

}  // namespace

Result<Trips> find_trips(const Node& loop, const Values& initial, Builder& b) {
  if (const auto given = given_trips(loop)) return Trips{.count = *given};
  if (const auto stated = stated_trips(loop)) {  // digits: what is no number is one too large
    const auto count = parse_integer(*stated);
    return count ? Result<Trips>(Trips{.count = *count}) : too_many(loop);
  }
  const Computation& condition = *TRY(loop.computation("condition"));
  const Computation& body = *TRY(loop.computation("body"));
  const Found found = inferred_trips(loop, initial, condition, body, b);
  if (!found.trips) {
    return fail(Code::trip_count_unknown,
                fmt::format("nothing tells how often loop \"{}\" runs: its condition "
                            "compares no count that starts and grows by known numbers",
                            loop.instruction().name),
                fmt::format("pass --trips {}=N", loop.instruction().name));
  }
  if (*found.trips > Wide(ops::size_limit)) {
    return too_many(loop);
  }
  return Trips{.count = static_cast<std::int64_t>(*found.trips), .is_bound = found.is_bound};
}

}  // namespace pfsday::hlo
