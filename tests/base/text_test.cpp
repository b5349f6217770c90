#include "zoo/base/text.h"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace zoo;
using Catch::Matchers::Equals;

TEST_CASE("a glob matches the whole text") {
  CHECK(glob_match("resnet50", "resnet50"));
  CHECK_FALSE(glob_match("resnet50", "resnet50d"));
  CHECK_FALSE(glob_match("resnet50", "xresnet50"));
  CHECK(glob_match("*", ""));
  CHECK(glob_match("resnet*", "resnet"));
  CHECK(glob_match("*50*", "resnet50.tv_in1k"));
  CHECK(glob_match("*a*b", "aab_ab"));
  CHECK_FALSE(glob_match("*a*b", "aab_a"));
  CHECK(glob_match("resnet?8", "resnet18"));
  CHECK_FALSE(glob_match("resnet?8", "resnet8"));
  CHECK_FALSE(glob_match("ResNet50", "resnet50"));
  CHECK_FALSE(glob_match("", "a"));
  CHECK(glob_match("", ""));
}

TEST_CASE("brackets match one character of a set") {
  CHECK(glob_match("resnet[135]8", "resnet18"));
  CHECK_FALSE(glob_match("resnet[2-9]8", "resnet18"));
  CHECK(glob_match("[a-cx]*", "xyz"));
  CHECK(glob_match("[!a-c]", "d"));
  CHECK_FALSE(glob_match("[!a-c]", "b"));
  CHECK(glob_match("[]]", "]"));
  CHECK(glob_match("a[b", "a[b"));  // never closed: itself
  CHECK(glob_match("[a-]", "-"));
}

TEST_CASE("many stars do not take exponential time") {
  CHECK_FALSE(glob_match("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", std::string(2000, 'a')));
}

TEST_CASE("numbers within names compare as numbers") {
  std::vector<std::string> names{
      "resnet101", "resnet18.tv2", "resnet18", "resnet1202_cifar", "resnet018", "a", "", "10"};
  std::ranges::sort(names, natural_less);
  CHECK_THAT(names, Equals(std::vector<std::string>{"", "10", "a", "resnet018", "resnet18", "resnet18.tv2",
                                                    "resnet101", "resnet1202_cifar"}));
  CHECK_FALSE(natural_less("resnet18", "resnet18"));
  CHECK(natural_less("x99999999999999999999998", "x99999999999999999999999"));  // beyond 64 bits
}

TEST_CASE("natural order is an order: exactly one of less, greater, equal holds") {
  const std::vector<std::string> names{"", "0", "00", "a0", "a00b", "a0b", "a", "1", "01", "1a"};
  for (const std::string& a : names) {
    for (const std::string& b : names) {
      INFO(a << " and " << b);
      CHECK(natural_less(a, b) + natural_less(b, a) == (a == b ? 0 : 1));
    }
  }
}

TEST_CASE("the nearest names are few and near") {
  const std::vector<std::string> names{"resnet18", "resnet34", "resnet50", "resnet101", "wide_resnet50_2"};
  CHECK_THAT(nearest_names("resnet5O", names), Equals(std::vector<std::string>{"resnet50"}));
  CHECK_THAT(nearest_names("ResNet50", names), Equals(std::vector<std::string>{"resnet50"}));
  CHECK_THAT(nearest_names("resnet", names),
             Equals(std::vector<std::string>{"resnet18", "resnet34", "resnet50"}));
  CHECK(nearest_names("resnet", names, 1).size() == 1);
  CHECK(nearest_names("vgg", names).empty());
  CHECK(nearest_names("", names).empty());
  CHECK(nearest_names(std::string(1'000'000, 'x'), {std::string(1'000'000, 'y')}).empty());  // at once
}

TEST_CASE("did_you_mean reads as English") {
  CHECK(did_you_mean({}).empty());
  CHECK(did_you_mean({"a"}) == "Did you mean 'a'? ");
  CHECK(did_you_mean({"a", "b"}) == "Did you mean 'a' or 'b'? ");
  CHECK(did_you_mean({"a", "b", "c"}) == "Did you mean 'a', 'b' or 'c'? ");
}

TEST_CASE("sizes, counts and shapes read as people write them") {
  CHECK(format_bytes(0) == "0 B");
  CHECK(format_bytes(999) == "999 B");
  CHECK(format_bytes(1000) == "1.0 kB");
  CHECK(format_bytes(999'949) == "999.9 kB");
  CHECK(format_bytes(999'999) == "1.0 MB");
  CHECK(format_bytes(102'530'333) == "102.5 MB");
  CHECK(format_bytes(5'000'000'000'000'000) == "5000.0 TB");
  CHECK(format_count(0) == "0");
  CHECK(format_count(999) == "999");
  CHECK(format_count(25'557'032) == "25,557,032");
  CHECK(format_count(-1234) == "-1,234");
  CHECK(format_count(-123) == "-123");
  CHECK(shape_text({}) == "[]");
  CHECK(shape_text({64, 3, 7, 7}) == "[64, 3, 7, 7]");
  CHECK(to_lower("ResNet50_Weights.IMAGENET1K_V2") == "resnet50_weights.imagenet1k_v2");
}
