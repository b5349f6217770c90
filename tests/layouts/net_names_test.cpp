// Where a net is among the tensors that training frameworks write.
#include "zoo/layouts/net_names.h"

#include <algorithm>
#include <functional>
#include <regex>

#include <catch2/catch.hpp>

#include "zoo/layouts/layouts.h"

using namespace zoo;

namespace {

using Tensors = std::vector<NamedShape>;

const ArchSpec& small() {
  return get_arch("resnet20_cifar");
}

Tensors net(const std::string& prefix = {}, Layout layout = Layout::torchvision, int64_t num_classes = 7,
            const ArchSpec& spec = small()) {
  Tensors tensors;
  for (const TensorSpec& tensor : list_tensors(spec, {.num_classes = num_classes}))
    tensors.push_back({prefix + from_canonical(layout, tensor.name, &spec), tensor.shape});
  return tensors;
}

Tensors together(std::initializer_list<Tensors> parts) {
  Tensors all;
  for (const Tensors& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::vector<std::string> beside(const Tensors& tensors, Place place = Place::beside) {
  const NetNames found = find_net(tensors);
  std::vector<std::string> names;
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (found.tensors.at(i).place == place) names.push_back(tensors[i].name);
  }
  return names;
}

bool is_whole(const Tensors& tensors) {
  const std::vector<ArchFit> fits = fit_archs(tensors);
  return !fits.empty() && fits.front().arch->name == small().name && fits.front().exact() &&
         fits.front().num_classes == 7;
}

}  // namespace

TEST_CASE("wrappers are taken out wherever in a name they stand") {
  const auto [wrapped, word] =
      GENERATE(table<std::string, std::string>({{"layer1.0.", "_checkpoint_wrapped_module."},
                                                {"layer2.", "_orig_mod."},
                                                {"layer3.1.conv2.", "_fsdp_wrapped_module."},
                                                {"fc.", "module."},
                                                {"conv1.", "_orig_mod.module."},
                                                {"", "module._orig_mod."}}));
  Tensors tensors = net();
  for (NamedShape& tensor : tensors) {
    if (tensor.name.starts_with(wrapped)) tensor.name.insert(wrapped.size(), word);
  }
  CAPTURE(wrapped, word);
  CHECK(is_whole(tensors));
  CHECK(find_net(tensors).prefix == (wrapped.empty() ? word : ""));
}

TEST_CASE("the net is found under its prefix, and what lies beside it is not its") {
  const std::string prefix =
      GENERATE("model.", "module.", "net.backbone.", "timm_model.", "1.", "module.encoder.", "a.b.c.");
  const Layout layout = GENERATE(Layout::torchvision, Layout::akamaster, Layout::openmmlab);
  CAPTURE(prefix, to_string(layout));
  const Tensors others{
      {"criterion.weight", {7}}, {"n_averaged", {}}, {"module.queue", {16, 32}}, {"0.mean", {3}}};
  const Tensors tensors = together({net(prefix, layout), others});
  CHECK(is_whole(tensors));
  CHECK(find_net(tensors).prefix == prefix);
  CHECK(find_net(tensors).layout == layout);
  // Under "module." the queue stands beside the net's own modules, which is beside it all the same.
  CHECK(beside(tensors) ==
        std::vector<std::string>{"criterion.weight", "n_averaged", "module.queue", "0.mean"});
  CHECK(beside(net(prefix, layout)).empty());
}

TEST_CASE("transformers' names are found under a prefix, with and without a classifier") {
  const ArchSpec& spec = get_arch("resnet18");
  const Tensors whole = net("model.", Layout::huggingface, 5, spec);
  CHECK(find_net(whole).layout == Layout::huggingface);
  CHECK(fit_archs(whole).front().num_classes == 5);
  Tensors backbone = net("", Layout::huggingface, 0, spec);
  for (NamedShape& tensor : backbone)
    tensor.name.replace(0, std::string("resnet.").size(), "encoder_of_mine.");
  CHECK(fit_archs(backbone).front().exact());
}

TEST_CASE("a backbone that is a module of somebody's has the names that make more of it known") {
  // torchvision's net under a name that is OpenMMLab's too.
  CHECK(find_net(net("backbone.")).layout == Layout::torchvision);
  CHECK(is_whole(net("backbone.")));
  CHECK(find_net(net("backbone.", Layout::torchvision, 0)).layout == Layout::openmmlab);
  CHECK(is_whole(net("", Layout::openmmlab)));
}

TEST_CASE("of several nets the one that its writer evaluates is taken") {
  const auto [taken, left] = GENERATE(table<std::string, std::string>({
      {"module.encoder_q.", "module.encoder_k."},            // MoCo: main_lincls.py
      {"module.base_encoder.", "module.momentum_encoder."},  // MoCo v3
      {"online_network.", "target_network."},                // BYOL
      {"net.", "online_encoder.net."},                       // lucidrains' BYOL
      {"backbone.", "backbone_momentum."},                   // lightly
      {"backbone.", "momentum_backbone."},                   // solo-learn
      {"teacher.", "student."},                              // DINO: eval_linear.py
      {"model.", "ema_model.module."},
      {"model.", "teacher."},
      {"", "encoder."},
      {"", "model."},
  }));
  CAPTURE(taken, left);
  const bool first = GENERATE(true, false);
  const Tensors tensors = first ? together({net(taken), net(left)}) : together({net(left), net(taken)});
  const NetNames found = find_net(tensors);
  CHECK(found.ambiguous.empty());
  CHECK(found.prefix == taken);
  CHECK(found.others == std::vector<std::string>{left});
  CHECK(is_whole(tensors));
}

TEST_CASE("of a student and a teacher of another architecture the student is taken") {
  const Tensors tensors =
      together({net("teacher.", Layout::torchvision, 7, get_arch("resnet32_cifar")), net("student.")});
  CHECK(find_net(tensors).prefix == "student.");
}

TEST_CASE("where nothing decides all are named, and each renaming that is proposed decides") {
  Tensors tensors = together({net("rgb.cnn+."), net("depth.cnn+.")});
  const NetNames found = find_net(tensors);
  REQUIRE(found.ambiguous == std::vector<std::string>{"rgb.cnn+.", "depth.cnn+."});
  CHECK(found.tensors.empty());
  CHECK(fit_archs(tensors).empty());
  const std::string prefix = GENERATE("rgb.cnn+.", "depth.cnn+.");
  const std::string renaming = renaming_of_prefix(prefix);
  REQUIRE(renaming.ends_with('='));
  const std::regex from(renaming.substr(0, renaming.size() - 1));
  size_t renamed = 0;
  for (NamedShape& tensor : tensors) {
    const std::string name = std::regex_replace(tensor.name, from, "");
    renamed += name != tensor.name;
    tensor.name = name;
  }
  CHECK(renamed == net().size());
  CHECK(find_net(tensors).prefix.empty());
  CHECK(find_net(tensors).others.size() == 1);
  CHECK(is_whole(tensors));
}

TEST_CASE("in a file of very many nets nothing decides") {
  Tensors tensors;
  for (int i = 0; i < 100'000; ++i) {
    tensors.push_back({std::to_string(i) + ".conv1.weight", {}});
    tensors.push_back({std::to_string(i) + ".layer1.0.conv1.weight", {}});
  }
  CHECK(find_net(tensors).ambiguous.size() == 16);
}

TEST_CASE("a head that is one linear layer in a Sequential is the net's") {
  const auto [layout, ours, theirs] = GENERATE(table<Layout, std::string, std::string>({
      {Layout::torchvision, "fc.", "fc.1."},
      {Layout::torchvision, "fc.", "fc.head.linear."},
      {Layout::openmmlab, "head.fc.", "head.fc.2."},
      {Layout::akamaster, "linear.", "linear.0."},
  }));
  const std::string prefix = GENERATE("", "model.");
  Tensors tensors = net(prefix, layout);
  for (NamedShape& tensor : tensors) {
    if (tensor.name.starts_with(prefix + ours)) tensor.name.replace(prefix.size(), ours.size(), theirs);
  }
  // Option A has no shortcuts that would tell akamaster's names from torchvision's.
  if (layout == Layout::akamaster) tensors.push_back({prefix + "layer1.0.shortcut.0.weight", {16, 16, 1, 1}});
  const NetNames found = find_net(tensors);
  CAPTURE(prefix, theirs);
  CHECK(std::ranges::any_of(
      found.tensors, [&, ours = ours](const NetTensor& tensor) { return tensor.name == ours + "weight"; }));
  CHECK(std::ranges::any_of(
      found.tensors, [&, ours = ours](const NetTensor& tensor) { return tensor.name == ours + "bias"; }));
  CHECK(beside(tensors).empty());
}

TEST_CASE("a head of several layers is beside the net, and a part of a single one is not") {
  const Tensors backbone = net("", Layout::torchvision, 0);
  CHECK(beside(together({backbone, {{"fc.0.weight", {64, 64}}, {"fc.2.weight", {7, 64}}}})).size() == 2);
  CHECK(beside(together({backbone, {{"fc.0.weight", {64, 64}}}})).size() == 1);
  CHECK(beside(together({backbone,
                         {{"fc.0.weight", {64}}, {"fc.0.running_mean", {64}}, {"fc.1.weight", {7, 64}}}}))
            .size() == 3);
  CHECK(beside(together({backbone, {{"fc.weight_g", {7, 1}}, {"fc.weight_v", {7, 64}}}})).size() == 2);
  // Beside a whole head it would change what that gives.
  CHECK(beside(together({net(), {{"fc.lora_A.weight", {4, 64}}}})).empty());
  CHECK_FALSE(is_whole(together({net(), {{"fc.lora_A.weight", {4, 64}}}})));
}

TEST_CASE("what zoo's nets do not have inside their backbone makes another net, whatever lies beside it") {
  const std::string name =
      GENERATE("layer1.0.se.weight", "layer3.9.conv1.weight", "bn2.weight", "conv2.weight");
  const Tensors tensors = together({net("model."), {{"model." + name, {3}}, {"loss.weight", {3}}}});
  CHECK(fit_archs(tensors).front().unexpected == 1);
  CHECK(beside(tensors) == std::vector<std::string>{"loss.weight"});
}

TEST_CASE("pools and necks with tensors stand between the backbone and the head") {
  const std::string name =
      GENERATE("avgpool.p", "global_pool.p", "neck.0.weight", "norm.weight", "gem.p", "fc_norm.weight",
               "bn_head.running_mean", "head_bn.bias", "pre_layernorm.weight");
  CHECK(beside(together({net("m."), {{"m." + name, {1}}}}), Place::between) == std::vector{"m." + name});
  CHECK(beside(together({net(), {{name, {1}}}}), Place::between) == std::vector{name});
  CHECK(beside(together({net("", Layout::openmmlab), {{"neck.fc.weight", {3, 3}}}}), Place::between).size() ==
        1);
}

TEST_CASE("what pictures go through first, or the head's output last, stands between them") {
  const auto between = [](const std::string& prefix, const NamedShape& tensor) {
    return beside(together({net(prefix), {tensor}}), Place::between).size() == 1;
  };
  // Members of a Sequential beside the net, whatever their shape.
  CHECK(between("1.", {"0.weight", {8, 8}}));
  CHECK(between("1.", {"2.bias", {5}}));
  CHECK(between("module.model.1.net.", {"module.model.0.0.weight", {8, 8}}));
  CHECK_FALSE(between("1.", {"0.mean", {3}}));
  CHECK_FALSE(between("model.1.", {"0.weight", {8, 8}}));
  // A map of colours, a norm of pictures, a layer that reads the 7 classes.
  CHECK(between("model.", {"adapter.weight", {3, 1, 1, 1}}));
  CHECK(between("", {"adapter.weight", {3, 1, 1, 1}}));
  CHECK(between("model.", {"input_norm.running_mean", {3}}));
  CHECK(between("backbone.", {"classifier.weight", {2, 7}}));
  CHECK_FALSE(between("model.", {"criterion.weight", {7, 7}}));
  CHECK_FALSE(between("model.", {"aux.weight", {7, 64}}));
  // What follows a backbone without a head is its head, perhaps.
  const Tensors headless = together({net("0.", Layout::torchvision, 0), {{"1.weight", {7, 64}}}});
  CHECK(beside(headless) == std::vector<std::string>{"1.weight"});
  // Another net's layers are that one's.
  CHECK(beside(together({net("model."), net("ema.model."), {{"ema.model.adapter.weight", {3, 1, 1, 1}}}}),
               Place::between)
            .empty());
}

TEST_CASE("two nets of which one has no prefix are told apart by what the file says") {
  const NetNames found = find_net(together({net(), net("backbone.")}));
  CHECK(found.tensors.empty());
  std::vector<std::string> prefixes = found.ambiguous;
  std::sort(prefixes.begin(), prefixes.end());
  CHECK(prefixes == std::vector<std::string>{"", "backbone."});
}

TEST_CASE("names that tell no net are all taken for one's") {
  const NetNames found = find_net(Tensors{{"module.fc.weight", {3, 4}}, {"module.other", {3}}});
  CHECK(found.prefix == "module.");
  CHECK(found.layout == Layout::torchvision);
  CHECK(found.tensors.at(1).name == "other");
  CHECK(found.tensors.at(1).place == Place::net);
  CHECK_FALSE(find_net(Tensors{{"features.0.weight", {3}}}).layout);
  CHECK(find_net({}).tensors.empty());
}
