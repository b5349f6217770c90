// Gamma and beta distributed numbers from the counter-based generator.
#pragma once

#include <vector>

#include "transforms/random/random.h"

namespace zoo {

// Natural logarithm of a gamma distributed number of scale 1: Marsaglia and Tsang, "A simple method for
// generating gamma variables" (2000); below shape 1 by way of shape + 1. Shapes down to 1e-300 do not
// underflow.
double log_gamma_draw(RandomStream& random, double shape);
// 0 to 1, as the share of one of two gamma numbers.
double beta_draw(RandomStream& random, double a, double b);
// `count` shares of a whole, each of the same `alpha`.
std::vector<double> dirichlet_draw(RandomStream& random, double alpha, size_t count);

}  // namespace zoo
