// The kinds of layers, by the file that describes them.
#pragma once

#include "importers/recipe/lowering.h"

namespace pfsday::recipe {

/// A layer that is nothing but a name; asked for last, since every layer may have one.
extern const std::span<const Kind> naming_kinds;     ///< structure.cpp
extern const std::span<const Kind> image_kinds;      ///< image.cpp
extern const std::span<const Kind> structure_kinds;  ///< structure.cpp
extern const std::span<const Kind> sequence_kinds;   ///< sequence.cpp
extern const std::span<const Kind> recurrent_kinds;  ///< recurrent.cpp

/// {windows = 7, layers = [...]}; in windows.cpp.
Result<Value> lower_windows(Lowering& to, Layer& in, Value x);

/// x with its channels as the last axis, and back.
Value channels_last(Lowering& to, Value x);
Value channels_second(Lowering& to, Value x);

}  // namespace pfsday::recipe
