// The tensors that a GGUF file lists behind its metadata.
//
//   name     text
//   axes     u32, then a size for each, innermost first
//   type     u32: a number format, or blocks of quantized numbers
//   offset   u64, from the first aligned byte behind the list
#pragma once

#include "importers/gguf/cursor.h"
#include "importers/header/header_model.h"

namespace pfsday::gguf {

/// In the order of their bytes. Each is held against the block of its type, the tensors beside it
/// and the size of the file. Errors: Code::model_truncated, Code::model_malformed,
/// Code::type_unsupported, Code::limit_exceeded.
Result<std::vector<importers::HeaderTensor>> read_tensors(Cursor& in, std::uint64_t count,
                                                          std::uint64_t alignment);

}  // namespace pfsday::gguf
