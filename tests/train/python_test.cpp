// Against the real Python libraries on this machine.
#include <ATen/Parallel.h>

#include "tests/skip.h"
#include "tests/temporary_folder.h"
#include "tests/train/sgd_steps.h"
#include "zoo/base/sha256.h"
#include "zoo/models/load.h"
#include "zoo/models/save.h"
#include "zoo/train/optimizer.h"
#include "zoo/train/run_dir.h"
#include "zoo/train/schedule.h"

#include <cstdio>
#include <filesystem>
#include <system_error>

#include <catch2/catch.hpp>

namespace zoo::test {
namespace {

const std::string kPython = ZOO_SOURCE_DIR "/.deps/venv/bin/python";
const std::string kNoReference = "no reference libraries (scripts/setup --reference)";

// As tests/python/run sees it: scripts/setup leaves a mark when all of them are there.
bool lacks_reference() {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(ZOO_SOURCE_DIR "/.deps/venv", none)) {
    if (entry.path().filename().string().starts_with("reference-")) return false;
  }
  return true;
}

// What the script prints.
nlohmann::json run_python(const std::string& arguments) {
  const std::string command = kPython + " " ZOO_SOURCE_DIR "/tests/" + arguments;
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  char buffer[65536];
  for (size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, n);
  REQUIRE(::pclose(pipe) == 0);
  return nlohmann::json::parse(text);
}

std::string sha256_of(const torch::Tensor& tensor) {
  const torch::Tensor values = tensor.detach().contiguous();
  return sha256_hex({static_cast<const std::byte*>(values.const_data_ptr()), values.nbytes()});
}

torch::Tensor to_tensor(const nlohmann::json& rows) {
  const auto values = rows.get<std::vector<std::vector<double>>>();
  std::vector<double> flat;
  for (const auto& row : values) flat.insert(flat.end(), row.begin(), row.end());
  return torch::tensor(flat, torch::kDouble)
      .view({static_cast<int64_t>(values.size()), -1})
      .to(torch::kFloat);
}

}  // namespace

TEST_CASE("three steps of SGD equal PyTorch's bit for bit on one machine", "[python]") {
  if (lacks_reference()) return skip(kNoReference);
  at::set_num_threads(2);
  const nlohmann::json live = run_python("golden/train/make_train.py --stdout --threads 2");
  for (const nlohmann::json& setting : live["sgd"]) {
    const Steps steps = run_sgd_steps(setting);
    CHECK(steps.losses == setting["losses"].get<std::vector<double>>());
    for (const auto& [name, tensor] : state_dict(steps.model)) {
      INFO(name);
      CHECK(sha256_of(tensor) == setting["tensors"][name]["sha256"]);
    }
  }
}

TEST_CASE("fifty steps of each optimizer are torch's and timm's", "[python]") {
  if (lacks_reference()) return skip(kNoReference);
  const nlohmann::json live = run_python("train/optimizers.py");
  const auto tensor_of = [](const nlohmann::json& values, torch::IntArrayRef shape) {
    return torch::tensor(values.get<std::vector<double>>(), torch::kDouble).to(torch::kFloat).view(shape);
  };
  const std::vector<std::vector<int64_t>> shapes{{4, 3}, {5}};
  for (const auto& [name, ends] : live["ends"].items()) {
    for (const auto& [decay, expected] : ends.items()) {
      INFO(name << ", weight decay " << decay);
      std::vector<at::Tensor> parameters;
      for (size_t i = 0; i < shapes.size(); ++i)
        parameters.push_back(tensor_of(live["start"][i], shapes[i]).requires_grad_());
      const auto optimizer = make_optimizer({{.parameters = parameters, .weight_decay = std::stod(decay)}},
                                            {.kind = parse_optimizer(name)});
      for (const auto& gradients : live["gradients"]) {
        for (size_t i = 0; i < shapes.size(); ++i)
          parameters[i].mutable_grad() = tensor_of(gradients[i], shapes[i]);
        optimizer->step(0.1);
      }
      for (size_t i = 0; i < shapes.size(); ++i) {
        const at::Tensor end = tensor_of(expected[i], shapes[i]), found = parameters[i].detach();
        const bool is_fused = name == "sgd" || name == "adam" || name == "adamw";
        if (is_fused)
          CHECK(found.equal(end));
        else
          CHECK(found.allclose(end, 1e-6, 1e-6));
      }
    }
  }
}

TEST_CASE("the rates of each schedule are torch's", "[python]") {
  if (lacks_reference()) return skip(kNoReference);
  const nlohmann::json live = run_python("train/optimizers.py");
  for (const auto& [name, rates] : live["rates"].items()) {
    INFO(name);
    Schedule schedule{.kind = parse_schedule(name), .lr = 0.5, .warmup_epochs = 0};
    if (name == "cosine" || name == "linear") schedule.min_lr = 0.1;
    if (name == "multistep") schedule.milestones = {2, 5};
    schedule.gamma = name == "multistep" ? 0.3 : 0.6;
    schedule.power = 0.7;
    for (int64_t step = 0; step < 24; ++step)
      CHECK(learning_rate(schedule, step, 24, 4) ==
            Approx(rates[static_cast<size_t>(step)].get<double>()).epsilon(1e-12).margin(1e-14));
  }
}

TEST_CASE("timm and transformers open a trained model and give its logits", "[python]") {
  if (lacks_reference()) return skip(kNoReference);
  at::set_num_threads(2);
  ResNet model = hash_filled("resnet18", 3);
  const TrainBatch batch{hash_pictures(7, {4, 3, 64, 64}), torch::tensor({0, 1, 2, 1}, torch::kLong)};
  BatchSource train_batches = fixed_batches({batch}), val_batches = fixed_batches({batch});
  train(model, {.epochs = 2}, train_batches, val_batches, {});
  const TemporaryFolder folder;
  const std::vector<std::string> labels{"ant", "bee", "green wasp"};
  save_model(model, folder.path(),
             {.arch = "resnet18", .labels = labels, .preprocess = {.resize_px = 72, .crop_px = 64}});

  const nlohmann::json opened = run_python("train/open_model.py " + folder.path().string());
  const torch::NoGradGuard no_grad;
  const torch::Tensor own =
      model->forward(hash_pictures(1000, {2, 3, 64, 64}).contiguous(torch::MemoryFormat::ChannelsLast));
  CHECK(own.equal(to_tensor(opened["timm"])));
  CHECK(own.equal(to_tensor(opened["transformers"])));
  CHECK(opened["missing"].empty());
  CHECK(opened["labels"] == labels);
  CHECK(opened["id2label"] == labels);
  CHECK(opened["input_size"] == std::vector<int>{3, 64, 64});
  CHECK(opened["crop_pct"].get<double>() == Approx(64.0 / 72));
}

}  // namespace zoo::test
