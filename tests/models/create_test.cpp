// Models by name: what is loaded, what is new, what is said of a wrong name.
#include "zoo/models/create.h"

#include <catch2/catch.hpp>

#include "tests/environment_setting.h"
#include "tests/temporary_folder.h"
#include "zoo/arch/registry.h"
#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/manifest/catalogue.h"
#include "zoo/models/save.h"

using namespace zoo;
using namespace zoo::test;

TEST_CASE("an architecture's bare name gives a new model") {
  const ResNet model =
      create_model("resnet20_cifar", {.num_classes = 3, .in_channels = 1, .drop_rate = 0.25});
  CHECK(model->options().num_classes == 3);
  CHECK(model->options().in_channels == 1);
  CHECK(model->options().drop_rate == 0.25);
  CHECK(model->is_training());
  CHECK(create_model("resnet20_cifar")->options().num_classes == get_arch("resnet20_cifar").num_classes);
  CHECK(create_model("resnet20_cifar", {.num_classes = 0})->fc.is_empty());
}

TEST_CASE("whatever names weights gives a model with them") {
  const TemporaryFolder folder;
  const Setting home("ZOO_HOME", (folder / "home").string());
  const ResNet model = create_model("resnet20_cifar.drawn");
  CHECK_FALSE(model->is_training());
  const Weight about = weight("resnet20_cifar.drawn");
  CHECK(std::ssize(about.class_names) == about.num_classes);
  const ResNet other = create_model("resnet20_cifar.drawn", {.num_classes = 2});
  CHECK(other->fc->weight.sizes() == at::IntArrayRef{2, 64});
  CHECK(other->conv1->weight.equal(model->conv1->weight));
  const ResNet grey = create_model("resnet20_cifar.drawn", {.in_channels = 1});
  CHECK(grey->conv1->weight.size(1) == 1);
  const ResNet fresh = create_model("resnet20_cifar.drawn", {.pretrained = false});
  CHECK_FALSE(fresh->conv1->weight.equal(model->conv1->weight));
  CHECK(fresh->fc->weight.sizes() == model->fc->weight.sizes());
}

TEST_CASE("an architecture of one's own is saved so that it opens without being registered") {
  ArchSpec spec = get_arch("resnet20_cifar");
  spec.depths = {1, 1, 2};
  spec.name = "create_test_net";
  register_arch(spec);
  const TemporaryFolder folder;
  const ResNet model = create_model("create_test_net", {.num_classes = 2});
  save_model(model, folder / "net", {"ant", "bee"});
  // By its tensors alone, where a program has registered it.
  std::filesystem::copy_file(folder / "net" / "model.safetensors", folder / "mine.safetensors");
  CHECK(create_model((folder / "mine.safetensors").string())->spec().name == "create_test_net");
  // As a program would write it whose registry has no such name.
  std::string config = read_text(folder / "net" / "config.json");
  for (size_t at = config.find("create_test_net"); at != std::string::npos;
       at = config.find("create_test_net"))
    config.replace(at, std::string("create_test_net").size(), "nobody_knows_it");
  write_text(folder / "net" / "config.json", config);
  const ResNet back = create_model((folder / "net").string());
  CHECK(back->spec().depths == spec.depths);
  CHECK(back->conv1->weight.equal(model->conv1->weight));
  CHECK(find_arch("nobody_knows_it") == nullptr);
}

TEST_CASE("a name that nothing has is refused with the nearest") {
  CHECK_THROWS_WITH(create_model("resnet5O"), Catch::Contains("Did you mean 'resnet50'"));
  CHECK_THROWS_WITH(create_model("seresnet18", {.pretrained = true}),
                    Catch::Contains("has no published weights"));
  CHECK_THROWS_WITH(weight("resnet50.tv3_in1k"), Catch::Contains("resnet50.tv2_in1k"));
  CHECK(list_weights("resnet50.tv?_in1k") == std::vector<std::string>{"resnet50.tv2_in1k"});
  CHECK(list_models("resnet50*d").size() >= 1);
}
