// What a program says of itself: whether it trains, and of how many devices it is the part of one.
#pragma once

#include <string>
#include <vector>

#include "importers/hlo/module.h"

namespace pfsday::hlo {

/// What shows that the program is a training step; else empty.
///   gradient   an instruction that is one by its metadata; empty if there is none
std::string find_training(const Module& module, std::string_view gradient);

struct Devices {
  std::int64_t count = 1;  ///< 1: the program is the whole
  std::vector<std::string> notes = {};
};
Devices find_devices(const Module& module);

/// True for an argument that its name in the source calls a parameter of the model, and no state of
/// an optimizer.
bool names_parameter(const Instruction& argument);

}  // namespace pfsday::hlo
