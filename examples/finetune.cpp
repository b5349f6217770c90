// A published model learns to tell the folders of DATA apart: finetune WEIGHTS DATA RUN
#include <cstdio>
#include <exception>
#include <iostream>

#include <zoo/zoo.h>

int main(int argc, char** argv) try {
  if (argc != 4) return 2;
  zoo::FinetuneOptions options{.weights = argv[1], .data = {.data = argv[2]}, .out = argv[3]};
  options.recipe.epochs = 2;
  const zoo::FinetuneSinks sinks{.on_note = [](const std::string& note) { std::cerr << note << '\n'; },
                                 .on_epoch =
                                     [](const zoo::EpochReport& epoch) {
                                       std::printf("epoch %lld: top-1 %.1f %%\n",
                                                   static_cast<long long>(epoch.epoch + 1), epoch.val.top1);
                                     }};
  zoo::finetune(options, sinks);
  const auto classifier = zoo::Classifier::open(argv[3]);
  std::printf("it knows %zu classes\n", classifier.labels().size());
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
