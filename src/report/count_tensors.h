// What a count says of a header: the tensors that the file lists, by type and, with --explain,
// each.
#pragma once

#include "report/count.h"

namespace pfsday::report {

/// "27 tensors, 1,238,532 bytes: 2 linear weights are counted, 25 tensors are not\n".
std::string describe_tensors(const CountReport& report);

/// A row for each element type: tensors, elements, bytes.
Grid tensor_type_grid(const CountReport& report);
/// A row for each tensor: type, shape, elements, bytes, what it is taken for.
Grid tensor_grid(const CountReport& report);

/// `tensors{count, elements, bytes, types[], list[]}`: the list only where lines are asked for.
/// Nothing of a model that is no header.
void write_tensors(JsonWriter& json, const CountReport& report);

}  // namespace pfsday::report
