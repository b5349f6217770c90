#include "zoo/datasets/arrays/cifar_kind.h"

#include <sstream>

namespace zoo {

const CifarKind kCifar10{10, 1, "batches.meta.txt",
                         "airplane automobile bird cat deer dog frog horse ship truck"};
const CifarKind kCifar100{100, 2, "fine_label_names.txt",
                          "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy "
                          "bridge bus butterfly camel can castle "
                          "caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile "
                          "cup dinosaur dolphin elephant "
                          "flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard "
                          "lion lizard lobster man "
                          "maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter "
                          "palm_tree pear pickup_truck pine_tree "
                          "plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal "
                          "shark shrew skunk skyscraper "
                          "snail snake spider squirrel streetcar sunflower sweet_pepper table tank "
                          "telephone television tiger tractor train "
                          "trout tulip turtle wardrobe whale willow_tree wolf woman worm"};

std::vector<std::string> class_names(const CifarKind& kind) {
  std::istringstream stream{std::string(kind.names)};
  std::vector<std::string> all;
  for (std::string word; stream >> word;) all.push_back(word);
  return all;
}

std::string cifar_part(std::string_view file_name) {
  return file_name.starts_with("test") ? "test" : "train";
}

}  // namespace zoo
