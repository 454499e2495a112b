// The proof that derivative rules are right: the gradient graph that differentiation builds agrees
// with finite differences, and does the work that its rules say. Tests only.
//
//   EXPECT_TRUE(gradient_holds(sample, rules));
//   EXPECT_TRUE(gradient_work_holds(sample, rules));
//
// Every floating-point input and tensor of the sample is taken as trainable.
#pragma once

#include "ops/proof.h"

namespace pfsday::count {

/// For each trainable tensor x, two directions d of it, and loss = the sum of weight * output over
/// all elements of all floating-point outputs:
///
///   |adjoint . d - (loss(x + h d) - loss(x - h d)) / 2h| <= 1e-7 (1 + sum |adjoint|), h = 1e-5
///
/// The sample must stay h away from kinks. Holds for a sample without floating-point outputs.
testing::AssertionResult gradient_holds(const ops::Sample& sample, const ops::Rules& rules);

/// The tally of the whole training step is the sum of its work rules; its graph verifies.
testing::AssertionResult gradient_work_holds(const ops::Sample& sample, const ops::Rules& rules);

}  // namespace pfsday::count
