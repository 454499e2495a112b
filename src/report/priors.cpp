#include "report/priors.h"

#include <fmt/format.h>

#include <vector>

#include "units/print.h"

namespace pfsday::report {
namespace {

using estimate::UtilizationPrior;

std::string share(double value) { return units::to_significant(value, 3); }

/// By name, each as `prior NAME` finds it.
std::vector<UtilizationPrior> named_priors() {
  std::vector<UtilizationPrior> priors;
  for (const uncertainty::Prior& named : estimate::utilization_priors()) {
    auto prior = estimate::find_prior(named.name);
    if (prior) priors.push_back(*std::move(prior));
  }
  return priors;
}

std::string name_of(const UtilizationPrior& prior) {
  return prior.name.substr(prior.name.find(':') + 1);
}

void write(JsonWriter& json, const UtilizationPrior& prior) {
  json.begin_object().member("name", name_of(prior)).member("low", prior.low);
  json.member("median", prior.median).member("high", prior.high).member("n", prior.n);
  json.member("kind", to_string(prior.kind)).member("basis", to_string(prior.basis));
  json.member("attention", to_string(prior.attention)).key("notes").begin_array();
  for (const std::string& note : prior.notes) json.value(note);
  json.end_array().key("sources").begin_array();
  for (const estimate::Source& source : prior.sources) {
    json.begin_object().member("title", source.title).member("url", source.url).end_object();
  }
  json.end_array().end_object();
}

std::string document(std::span<const UtilizationPrior> priors) {
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.priors/1").key("priors").begin_array();
  for (const UtilizationPrior& prior : priors) write(json, prior);
  return json.end_array().end_object().text();
}

}  // namespace

Grid prior_grid() {
  Grid grid{.headings = {"prior", "median", "5 %", "95 %", "n"}};
  for (const UtilizationPrior& prior : named_priors()) {
    grid.rows.push_back({name_of(prior), share(prior.median), share(prior.low), share(prior.high),
                         std::to_string(prior.n)});
  }
  return grid;
}

std::string prior_text(const UtilizationPrior& prior, const TextStyle& style) {
  std::string text = indented(
      fmt::format(
          "{}: median {}, 5 % below {}, 5 % above {}, of {} published figures; kind {}, basis {}",
          name_of(prior), share(prior.median), share(prior.low), share(prior.high), prior.n,
          to_string(prior.kind), to_string(prior.basis)),
      0, style.width);
  for (const std::string& note : prior.notes) text += bullet(note, 0, style.width);
  for (const estimate::Source& source : prior.sources) {
    text += bullet(fmt::format("{}: {}", source.title, source.url), 0, style.width);
  }
  return text;
}

std::string priors_json() { return document(named_priors()); }

std::string prior_json(const UtilizationPrior& prior) { return document({&prior, 1}); }

}  // namespace pfsday::report
