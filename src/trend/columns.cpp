#include "trend/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace pfsday::trend {
namespace {

constexpr FieldColumns all_fields[] = {
    {Field::name, "name", "model system name modelname systemname"},
    {Field::date, "date", "publicationdate date releasedate published"},
    {Field::compute, "compute",
     "trainingcomputeflop trainingcomputepfsdays trainingcompute flop "
     "pfsdays computeflop compute"},
    {Field::parameters, "parameters", "parameters params parametercount"},
    {Field::data, "data",
     "trainingdatasetsizetotal trainingdatasetsizedatapoints trainingdatasetsize "
     "datasetsizedatapoints datasetsize tokens data"},
    {Field::cost, "cost",
     "cost202312usd trainingcomputecost2023usd cost2023usd trainingcomputecost2020usd costusd "
     "hardwarecapexenergycost cost"},
    {Field::power, "power", "trainingpowerdraww powerw powerdraww power"},
    {Field::domain, "domain", "domain domains"},
    {Field::organization, "organization", "organization organizations organisation developer"},
    {Field::country, "country", "countryoforganization countryfromorganization country countries"},
    {Field::tags, "tags", "tags tag"},
    {Field::notability, "notability", "notabilitycriteria inclusioncriteria"},
    {Field::frontier, "frontier", "frontiermodel frontierflag frontier"},
    {Field::record, "record", "recordsetter"},
    {Field::base_model, "base model", "basemodel"},
    {Field::hardware, "hardware", "traininghardware hardware"},
    {Field::chips, "chips", "hardwarequantity chips"},
    {Field::hours, "hours", "trainingtimehours hours"},
    {Field::utilization, "utilization",
     "hardwareutilizationmfu hardwareutilization utilization mfu"},
    {Field::low, "lower bound", "trainingcomputelowerbound computelower"},
    {Field::high, "upper bound", "trainingcomputeupperbound computeupper"},
    {Field::confidence, "confidence", "confidence"},
    {Field::method, "method", "trainingcomputeestimationmethod estimationmethod"},
};

static_assert(std::size(all_fields) == field_count);

}  // namespace

std::span<const FieldColumns> field_columns() { return all_fields; }

const FieldColumns& columns_of(Field field) { return all_fields[std::to_underlying(field)]; }

std::string bare_heading(std::string_view heading) {
  std::string letters;
  for (const char c : heading) {
    if (c >= 'A' && c <= 'Z') letters += static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) letters += c;
  }
  return letters;
}

std::optional<std::size_t> find_column(std::span<const std::string> heading, Field field) {
  for (const std::string_view usual : split(columns_of(field).headings, ' ')) {
    const auto found = std::ranges::find(heading, usual, bare_heading);
    if (found != heading.end()) return static_cast<std::size_t>(found - heading.begin());
  }
  return std::nullopt;
}

Result<std::size_t> require_column(std::span<const std::string> heading, Field field,
                                   const std::optional<std::string>& named,
                                   std::string_view option) {
  const std::string all = join(heading, ", ");
  if (named) {
    const auto found = std::ranges::find(heading, *named);
    if (found != heading.end()) return static_cast<std::size_t>(found - heading.begin());
    return fail(Code::column_missing, fmt::format("there is no column \"{}\"", *named),
                "the columns are: " + all);
  }
  if (const auto column = find_column(heading, field)) return *column;
  const std::string_view word = columns_of(field).word;
  return fail(Code::column_missing, fmt::format("no column has a usual heading of a {}", word),
              option.empty()
                  ? "the columns are: " + all
                  : fmt::format("name it: {} HEADING; the columns are: {}", option, all));
}

}  // namespace pfsday::trend
