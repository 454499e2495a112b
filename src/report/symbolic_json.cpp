#include "base/json.h"
#include "report/count_json.h"
#include "report/symbolic.h"

namespace pfsday::report {
namespace {

using count::Figure;
using count::Formula;
using count::Polynomial;
using count::Rational;
using count::Symbolic;
using graph::Pass;

/// An integer of any size, or an exact quotient as text: "1/2".
void write_coefficient(JsonWriter& json, const Rational& value) {
  if (value.is_integer()) {
    json.digits(value.to_digits());
  } else {
    json.value(value.to_digits());
  }
}

void write_polynomial(JsonWriter& json, const Symbolic& symbolic, const Polynomial& polynomial) {
  json.member("text", to_string(polynomial, symbolic.names)).key("terms").begin_array();
  for (const count::Term& term : polynomial.terms) {
    json.begin_object().key("coefficient");
    write_coefficient(json, term.coefficient);
    json.key("powers").begin_object();
    for (std::size_t i = 0; i < symbolic.names.size(); ++i) {
      if (term.powers[i] > 0) json.member(symbolic.names[i], term.powers[i]);
    }
    json.end_object().end_object();
  }
  json.end_array();
}

void write_sizes(JsonWriter& json, std::string_view key, const Symbolic& symbolic,
                 const std::vector<std::int64_t>& sizes) {
  json.key(key).begin_object();
  for (std::size_t i = 0; i < symbolic.names.size(); ++i) json.member(symbolic.names[i], sizes[i]);
  json.end_object();
}

void write_classes(JsonWriter& json, const Symbolic& symbolic, const Formula& formula) {
  write_sizes(json, "periods", symbolic, formula.periods);
  json.key("classes").begin_array();
  for (const count::ResidueClass& one : formula.classes) {
    json.begin_object();
    write_sizes(json, "residues", symbolic, one.residues);
    if (one.fault.empty()) {
      write_polynomial(json, symbolic, one.polynomial);
    } else {
      json.member("invalid", one.fault);
    }
    json.end_object();
  }
  json.end_array();
}

void write_ranges(JsonWriter& json, std::string_view key, const Symbolic& symbolic,
                  const std::vector<count::Range>& ranges) {
  json.key(key).begin_array();
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    json.begin_object().member("name", symbolic.names[i]).member("from", ranges[i].from).key("to");
    if (ranges[i].to == 0) {
      json.null();
    } else {
      json.value(ranges[i].to);
    }
    json.end_object();
  }
  json.end_array();
}

void write_formula(JsonWriter& json, const Symbolic& symbolic, std::string_view key,
                   const Formula& formula) {
  json.key(key).begin_object();
  if (!formula.found()) {
    json.key("terms").null().member("reason", formula.reason);
  } else if (formula.is_polynomial()) {
    write_polynomial(json, symbolic, formula.classes[0].polynomial);
  } else {
    write_classes(json, symbolic, formula);
  }
  if (!formula.ranges.empty()) write_ranges(json, "symbols", symbolic, formula.ranges);
  json.end_object();
}

void write_pass(JsonWriter& json, std::string_view key, const Symbolic& symbolic,
                std::size_t pass) {
  constexpr Figure figures[] = {Figure::mul,     Figure::add,   Figure::div,  Figure::special,
                                Figure::compare, Figure::bytes, Figure::flop, Figure::products};
  json.key(key).begin_object();
  for (const Figure figure : figures) {
    write_formula(json, symbolic, to_string(figure), symbolic.formula(pass, figure));
  }
  json.end_object();
}

void write_macs(JsonWriter& json, const SymbolicReport& report) {
  json.key("macs").begin_object();
  const auto write = [&](std::string_view key, std::size_t pass) {
    write_formula(json, report.symbolic, key, report.symbolic.formula(pass, Figure::macs));
  };
  for (const Pass pass : passes_of(report.sample)) {
    if (pass != Pass::loss) write(graph::to_string(pass), static_cast<std::size_t>(pass));
  }
  write("total", Symbolic::total);
  json.end_object();
}

void write_symbols(JsonWriter& json, const Symbolic& symbolic) {
  write_ranges(json, "symbols", symbolic, symbolic.ranges);
  json.member("counted", symbolic.counted).member("fresh", symbolic.fresh);
}

}  // namespace

std::string symbolic_json(const SymbolicReport& report) {
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.symbolic/1");
  write_model(json, report.sample);
  write_symbols(json, report.symbolic);
  write_parameters(json, report.sample);
  json.key("passes").begin_object();
  for (const Pass pass : passes_of(report.sample)) {
    write_pass(json, graph::to_string(pass), report.symbolic, static_cast<std::size_t>(pass));
  }
  json.end_object();
  write_pass(json, "total", report.symbolic, Symbolic::total);
  write_macs(json, report);
  write_uncounted(json, report.sample);
  return json.member("complete", report.sample.counts.complete()).end_object().text();
}

}  // namespace pfsday::report
