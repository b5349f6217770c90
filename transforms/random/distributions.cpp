#include "transforms/random/distributions.h"

#include <algorithm>
#include <cmath>

namespace zoo {

double log_gamma_draw(RandomStream& random, double shape) {
  if (shape < 1) return log_gamma_draw(random, shape + 1) + std::log(1.0 - random.uniform()) / shape;
  const double d = shape - 1.0 / 3.0, c = 1.0 / std::sqrt(9.0 * d);
  while (true) {
    const double x = random.normal();
    const double root = 1.0 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log(1.0 - random.uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return std::log(d * v);
  }
}

double beta_draw(RandomStream& random, double a, double b) {
  const double first = log_gamma_draw(random, a), second = log_gamma_draw(random, b);
  return 1.0 / (1.0 + std::exp(second - first));
}

std::vector<double> dirichlet_draw(RandomStream& random, double alpha, size_t count) {
  std::vector<double> shares(count);
  for (double& share : shares) share = log_gamma_draw(random, alpha);
  const double largest = *std::ranges::max_element(shares);
  double sum = 0;
  for (double& share : shares) sum += share = std::exp(share - largest);
  for (double& share : shares) share /= sum;
  return shares;
}

}  // namespace zoo
