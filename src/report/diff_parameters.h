// The parameters of two models held against each other: by name, by shape, by size.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "count/parameter_list.h"
#include "report/grid.h"

namespace pfsday::report {

/// How tensors of two models belong together; each is taken for the first of these that it fits.
enum class Match : std::uint8_t {
  name,     ///< the same name and size
  shape,    ///< the same sizes in any order; names of two formats are seldom the same
  size,     ///< as many numbers, in another shape
  stacked,  ///< several of one model, together as large as one of the other
  none,
};
inline constexpr std::size_t match_count = 5;
std::string_view name_of(Match match);
/// As JSON has it: "same_name".
std::string_view key_of(Match match);

/// Tensors of one size that only one model has.
struct LoneParameters {
  std::string first;  ///< name of the first
  graph::Shape shape;
  std::size_t in_a = 0, in_b = 0;
};

struct ParameterDiff {
  struct Side {
    std::size_t tensors = 0;
    units::Count numbers = {};
  };
  struct Line {
    Side a, b;
  };
  Line matches[match_count];
  Line total;
  std::vector<LoneParameters> lone = {};

  const Line& of(Match match) const { return matches[static_cast<std::size_t>(match)]; }
  /// Every one is found in the other model.
  bool agrees() const { return of(Match::none).a.tensors + of(Match::none).b.tensors == 0; }
  bool are_in_both() const { return total.a.tensors != 0 && total.b.tensors != 0; }
};

ParameterDiff diff_parameters(std::vector<count::Parameter> a, std::vector<count::Parameter> b);

/// A row for each way in which tensors belong together, those that do not included.
Grid parameter_sums_grid(const ParameterDiff& diff);
/// A row for the tensors of each shape that only one model has.
Grid lone_parameter_grid(const ParameterDiff& diff);

}  // namespace pfsday::report
