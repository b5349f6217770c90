#include "zoo/manifest/class_match.h"

#include <catch2/catch.hpp>

#include "tests/error_matchers.h"

using namespace zoo;
using Indices = std::vector<int64_t>;
using Names = std::vector<std::string>;

namespace {

Indices match(const Names& classes, const LabelSet& labels) {
  const ClassMatch found = match_classes(classes, labels, std::ssize(labels.names));
  CHECK(found.note.empty());
  return found.indices;
}

std::string complaint(const Names& classes, const LabelSet& labels) {
  const auto error = test::error_of([&] { match_classes(classes, labels, std::ssize(labels.names)); });
  REQUIRE(error.has_value());
  CHECK(error->code() == ErrorCode::mismatch);
  return error->what();
}

const LabelSet& imagenet() {
  return built_in_label_set("imagenet-1k");
}

}  // namespace

TEST_CASE("classes are matched by name, loosely only where that is unambiguous") {
  const LabelSet labels{{"tabby cat", "German_Shepherd", "crane", "crane", "Cat", "cat"}, {}};
  CHECK(match({"german shepherd", "tabby_cat", "cat"}, labels) == Indices{1, 0, 5});
  CHECK_THAT(complaint({"dog"}, labels), Catch::Contains("class 'dog' is not among"));
  CHECK_THAT(complaint({"dog", "yak", "cat"}, labels),
             Catch::Contains("class 'dog' is not among the model's labels (2 such classes)"));
  CHECK_THAT(complaint({"crane"}, labels), Catch::Contains("fits several"));
  CHECK_THAT(complaint({"CAT"}, labels), Catch::Contains("fits several"));
  CHECK_THAT(complaint({"tabby cat", "Tabby-Cat"}, labels),
             Catch::Contains("classes 'tabby cat' and 'Tabby-Cat' are the same of the model's, 'tabby cat'"));
}

TEST_CASE("ImageNet's classes go by WordNet id, synonym and index") {
  CHECK(match({"n01440764", "n02102040", "n03888257"}, imagenet()) == Indices{0, 217, 701});
  CHECK(match({"tench", "Carassius auratus", "Great_White_Shark", "English springer spaniel"}, imagenet()) ==
        Indices{0, 1, 2, 217});
  const ClassMatch numbers = match_classes({"0", "1", "10", "100", "2"}, imagenet(), 1000);
  CHECK(numbers.indices == Indices{0, 1, 10, 100, 2});
  CHECK_THAT(numbers.note, Catch::Contains("taken for the indices") && Catch::Contains("0 is 'tench'"));
  CHECK(match_classes({"000", "017", "999"}, imagenet(), 1000).indices == Indices{0, 17, 999});
}

TEST_CASE("numbers that may count from 1, or are no class, are refused") {
  CHECK_THAT(complaint({"1", "2"}, imagenet()), Catch::Contains("from 0 or from 1"));
  CHECK_THAT(complaint({"0", "1000"}, imagenet()), Catch::Contains("class 1000 is none of the model's"));
  CHECK_THAT(complaint({"0", "00"}, imagenet()), Catch::Contains("the same number"));
  CHECK_THAT(complaint({"0", "tench"}, imagenet()), Catch::Contains("class '0' is not among"));
  CHECK_THAT(complaint({"-1", "0"}, imagenet()), Catch::Contains("class '-1' is not among"));
  // Numbers that are names are no indices.
  CHECK(match({"1", "7"}, {{"7", "1", "0"}, {}}) == Indices{1, 0});
}

TEST_CASE("CUB's folders and the cars' match their labels") {
  CHECK(match({"001.Black_footed_Albatross", "003.Sooty_Albatross", "Laysan Albatross"},
              built_in_label_set("cub-200-2011")) == Indices{0, 2, 1});
  CHECK(match({"Ram C-V Cargo Van Minivan 2012"}, built_in_label_set("stanford-cars")) ==
        match({"Ram C/V Cargo Van Minivan 2012"}, built_in_label_set("stanford-cars")));
  CHECK(match({"plane", "car", "bird"}, built_in_label_set("cifar10")) == Indices{0, 1, 2});
  CHECK(match({"maple"}, built_in_label_set("cifar100")) == Indices{47});
}

TEST_CASE("a name of two classes means neither, unless the other is told apart") {
  const std::string message = complaint({"crane", "tench"}, imagenet());
  CHECK_THAT(message, Catch::Contains("134 'crane bird' (n02012849)") &&
                          Catch::Contains("517 'crane' (construction crane, n03126707)"));
  CHECK_THAT(complaint({"maillot"}, imagenet()),
             Catch::Contains("n03710637") && Catch::Contains("n03710721"));
  CHECK(match({"crane", "crane bird"}, imagenet()) == Indices{517, 134});
  CHECK(match({"crane", "n03126707"}, imagenet()) == Indices{134, 517});
  CHECK(match({"n02012849", "n03710721"}, imagenet()) == Indices{134, 639});
}

TEST_CASE("each class of every set is found by its label, all together and by its id alone") {
  for (const std::string& name : built_in_label_sets()) {
    const LabelSet& set = built_in_label_set(name);
    Indices all(set.names.size());
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int64_t>(i);
    INFO(name);
    CHECK(match(set.names, set) == all);
    Names ids(set.names.size());
    for (const auto& [other, index] : set.other_names) {
      if (other.size() == 9 && other.front() == 'n' && other[1] <= '9')
        ids[static_cast<size_t>(index)] = other;
    }
    if (name.starts_with("imagenet")) CHECK(match(ids, set) == all);
  }
}

TEST_CASE("labels that a set has under other names bring the set's names along") {
  LabelSet own;  // as transformers has them: "tench, Tinca tinca", and 'crane' twice
  const auto& set = imagenet();
  for (size_t i = 0; i < set.names.size(); ++i) own.names.push_back(set.names[i] + ", and so on");
  own.names[134] = own.names[517] = "crane";
  CHECK(match({"n01440764", "goldfish", "n02012849", "n03126707"}, own) == Indices{0, 1, 134, 517});
  own.names[5] = "a class of one's own";
  CHECK_THAT(complaint({"n01440764"}, own), Catch::Contains("not among"));
}

TEST_CASE("classes that nobody names are matched by index, or by order where all are there") {
  const ClassMatch numbers = match_classes({"0", "2"}, {}, 3);
  CHECK(numbers.indices == Indices{0, 2});
  CHECK(numbers.note.empty());
  const ClassMatch ordered = match_classes({"ant", "bee", "cat"}, {}, 3);
  CHECK(ordered.indices == Indices{0, 1, 2});
  CHECK_THAT(ordered.note, Catch::Contains("in their order"));
  const auto error = test::error_of([] { match_classes({"ant", "bee"}, {}, 3); });
  REQUIRE(error.has_value());
  CHECK_THAT(error->what(), Catch::Contains("which nobody names") && Catch::Contains("--labels"));
}
