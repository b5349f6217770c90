// Names what a picture shows: classify WEIGHTS PICTURE
#include <cstdio>
#include <exception>

#include <zoo/zoo.h>

int main(int argc, char** argv) try {
  if (argc != 3) return 2;
  const auto classifier = zoo::Classifier::open(argv[1]);
  for (const auto& [label, index, probability] : classifier.classify(argv[2]))
    std::printf("%6.2f %%  %s\n", 100 * probability, label.c_str());
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
