// The header of a safetensors file.
//
//   0      u64, little-endian: N, at most 100 MB
//   8      N bytes of JSON, maybe padded with spaces:
//            {"NAME": {"dtype": "F32", "shape": [2, 3], "data_offsets": [BEGIN, END]}, ...,
//             "__metadata__": {"key": "text"}}
//   8 + N  the tensors, which fill the rest of the file without gaps; offsets count from here
#pragma once

#include "importers/header/header_model.h"

namespace pfsday::safetensors {

using importers::Bytes;

/// Whether a file that begins so is of this format.
bool begins_as_safetensors(Bytes head);

/// The tensors by their place in the file. Each is held against its own type and shape and against
/// the size of the file. Errors: Code::model_truncated, Code::model_malformed,
/// Code::type_unsupported, Code::limit_exceeded; of a tensor, the place names it.
Result<std::vector<importers::HeaderTensor>> read_header(Bytes file);

}  // namespace pfsday::safetensors
