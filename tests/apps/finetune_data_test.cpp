// Which pictures zoo finetune learns from and judges by, and what it refuses.
#include <fstream>
#include <string>

#include <catch2/catch.hpp>

#include "tests/apps/finetune_runs.h"
#include "tests/temporary_folder.h"
#include "zoo/base/sha256.h"

namespace zoo::test {

TEST_CASE("pictures to judge by are a part of the data, other data, or a share of the training part") {
  const TemporaryFolder folder;
  const fs::path data = folder / "data", list = folder / "list", out = folder / "run";
  draw_data(data / "train");
  Flags more{"--arch", "resnet20_cifar", "--epochs", "1"};
  fs::path source = data;
  Json expected;  // of the recipe's member "data"
  SECTION("val/ beside train/; another folder is left out") {
    draw_data(data / "val");
    draw_data(data / "unsorted");
    expected = {{"val_part", "val"}, {"split", nullptr}, {"train_images", 24}, {"val_images", 24}};
  }
  SECTION("a part by its name") {
    draw_data(data / "val");
    draw_data(data / "test", {"low", "middle", "top"});
    fs::remove(data / "test" / "top" / "7.png");
    more.insert(more.end(), {"--val", "test"});
    expected = {{"val_part", "test"}, {"split", nullptr}, {"train_images", 24}, {"val_images", 23}};
  }
  SECTION("a share of what is for training") {
    more.insert(more.end(), {"--val", "0.25"});
    expected = {{"val_part", nullptr}, {"split", 0.25}, {"train_images", 18}, {"val_images", 6}};
  }
  SECTION("a list whose classes stand in another order and whose paths begin elsewhere") {
    fs::create_directory(list);
    std::ofstream(list / "classes.txt") << "top\nmiddle\nlow\n";
    std::ofstream(list / "val.csv") << "path,label\nlow/0.png,low\nmiddle/0.png,1\ntop/0.png,0\n";
    source = data / "train";
    more.insert(more.end(), {"--val", (list / "val.csv").string(), "--root", source.string()});
    expected = {{"val_part", nullptr}, {"split", nullptr}, {"train_images", 24}, {"val_images", 3}};
  }
  const ProgramResult result = finetune(small_run(source, out, more));
  INFO(result.err);
  REQUIRE(result.status == 0);
  const Json found = read_json(out / "recipe.json")["data"];
  for (const auto& [name, value] : expected.items()) CHECK(found[name] == value);
  CHECK(found["classes"] == Flags{"low", "middle", "top"});
  CHECK((result.err.find("left out: unsorted/") != std::string::npos) == fs::exists(data / "unsorted"));
  if (!found["split"].is_null()) {
    const Flags again{"--arch", "resnet20_cifar", "--epochs", "1"};
    REQUIRE(finetune(small_run(out / "split.json", folder / "again", again)).status == 0);
    CHECK(sha256_file(out / "last/model.safetensors") ==
          sha256_file(folder / "again" / "last/model.safetensors"));
  }
}

TEST_CASE("data that cannot be learnt from is refused before a run is made") {
  const TemporaryFolder folder;
  const fs::path data = folder / "data", out = folder / "run";
  Flags flags = small_run(data, out, {"--arch", "resnet20_cifar"});
  int status = 1;
  std::string message;
  SECTION("no such folder") {
    message = data.string();
  }
  SECTION("one class only") {
    draw_data(data, {"alone"});
    message = "class";
  }
  SECTION("an empty class") {
    draw_data(data);
    fs::create_directory(data / "void");
    message = "void";
  }
  SECTION("train/ without val/") {
    draw_data(data / "train");
    message = data.string() + ": it says what is for training, but has no part val";
  }
  SECTION("validation with another class, side by side") {
    draw_data(data / "train");
    draw_data(data / "val", {"low", "middle", "bottom"});
    message = "class 'bottom' has pictures to judge by, and none to learn from";
  }
  SECTION("validation with another class, elsewhere") {
    draw_data(data);
    flags.insert(flags.end(), {"--val", draw_data(folder / "other", {"low", "middle", "bottom"}).string()});
    message = data.string() + ": it has no class 'bottom', which " + (folder / "other").string() + " has";
  }
  SECTION("data that says itself what is for judging, and a share") {
    draw_data(data / "train");
    draw_data(data / "val");
    fs::create_directory(folder / "list");
    std::ofstream(folder / "list/all.csv") << "path,label,split\n../data/train/low/0.png,low,train\n"
                                              "../data/train/top/0.png,top,train\n"
                                              "../data/val/low/0.png,low,val\n";
    flags[1] = (folder / "list/all.csv").string();
    flags.insert(flags.end(), {"--val", "0.3"});
    status = 2;
    message = "says itself what is for judging";
  }
  SECTION("data whose parts are none to learn from, and a share") {
    draw_data(data);
    fs::create_directory(folder / "list");
    std::ofstream(folder / "list/all.csv")
        << "path,label,split\n../data/low/0.png,low,a\n../data/low/1.png,low,a\n"
           "../data/top/0.png,top,b\n../data/top/1.png,top,b\n";
    flags[1] = (folder / "list/all.csv").string();
    flags.insert(flags.end(), {"--val", "0.5"});
    message = flags[1] + ": it is divided into a, b, and none of these is called train";
  }
  SECTION("validation that writes a class otherwise") {
    draw_data(data, {"low", "Top"});
    flags.insert(flags.end(), {"--val", draw_data(folder / "other", {"low", "top"}).string()});
    message = "class 'top' is written 'Top' in " + data.string() + ": they differ in upper and lower case";
  }
  SECTION("a label that makes more classes than there are pictures") {
    draw_data(data);
    std::ofstream(folder / "list.csv") << "path,label\ndata/low/0.png,0\ndata/low/1.png,0\n"
                                          "data/top/0.png,999999\ndata/top/1.png,999999\n";
    flags[1] = (folder / "list.csv").string();
    flags.insert(flags.end(), {"--val", "0.5"});
    message = "999,998 of 1,000,000 classes have no picture to learn from, such as '1'";
  }
  SECTION("pictures of several labels") {
    draw_data(data);
    fs::create_directory(folder / "list");
    std::ofstream(folder / "list/all.csv")
        << "path,labels\n../data/low/0.png,low|top\n../data/top/0.png,top\n";
    flags[1] = (folder / "list/all.csv").string();
    message = "several labels each";
  }
  SECTION("validation that is neither folder nor share") {
    draw_data(data);
    flags.insert(flags.end(), {"--val", "nowhere"});
    status = 2;
    message = "--val: 'nowhere' is neither data, nor a part of it, nor a share";
  }
  SECTION("a share of all") {
    draw_data(data);
    flags.insert(flags.end(), {"--val", "1"});
    status = 2;
    message = "--val: '1' is neither data, nor a part of it, nor a share";
  }
  SECTION("an unknown architecture") {
    draw_data(data);
    flags.back() = "resnet20_cifra";
    message = "Did you mean 'resnet20_cifar'";
  }
  SECTION("more frozen stages than there are") {
    draw_data(data);
    flags.insert(flags.end(), {"--frozen-stages", "4"});
    status = 2;
    message = "--frozen-stages: 4 is too many: resnet20_cifar has 3 stages";
  }
  SECTION("an EXIF rule that is none") {
    draw_data(data);
    flags.insert(flags.end(), {"--exif", "yes"});
    message = "--exif: 'yes' is not on or off";
    status = 2;
  }
  SECTION("a resize below the crop") {
    draw_data(data);
    flags.insert(flags.end(), {"--resize", "8"});
    status = 2;
    message = "--resize: 8 is smaller";
  }
  const ProgramResult result = finetune(flags);
  CHECK(result.status == status);
  CHECK_THAT(result.err, Catch::Contains(message));
  CHECK_FALSE(fs::exists(out));
}

}  // namespace zoo::test
