// The picture of a folder that is most like another one, by a model's features: neighbours WEIGHTS FOLDER
// PICTURE
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include <zoo/zoo.h>

// The cosine of the angle between the two, times the second's length, which is the same for all.
double likeness(const std::vector<float>& a, const std::vector<float>& b) {
  const double length = std::inner_product(a.begin(), a.end(), a.begin(), 0.0);
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0) / std::sqrt(length);
}

int main(int argc, char** argv) try {
  if (argc != 4) return 2;
  const auto classifier = zoo::Classifier::open(argv[1]);
  const std::vector<float> wanted = classifier.features(argv[3]);
  double best = -1;
  std::string nearest;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[2])) {
    if (!zoo::has_picture_suffix(entry.path().filename().string())) continue;
    const double now = likeness(classifier.features(entry.path()), wanted);
    if (now > best) nearest = entry.path();
    best = std::max(best, now);
  }
  std::printf("%s\n", nearest.c_str());
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
