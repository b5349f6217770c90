#include "zoo/train/train_state.h"

#include <algorithm>
#include <system_error>

#include <nlohmann/json.hpp>

#include "zoo/base/error.h"
#include "zoo/base/file.h"
#include "zoo/base/sha256.h"
#include "zoo/checkpoint/checkpoint.h"
#include "zoo/models/tensor_bridge.h"
#include "zoo/train/run_folder.h"

namespace zoo {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char *kState = "zoo_train_state", *kSum = "sha256", *kNote = "note.";

template <class State, class Visit>
void for_each_number(State& state, Visit visit) {
  visit("epoch", state.epoch);
  visit("batches", state.batches);
  visit("loss_sum", state.loss_sum);
  visit("data_wait_s", state.data_wait_s);
  visit("train_s", state.train_s);
  visit("correct", state.correct);
  visit("images", state.images);
  visit("skipped", state.skipped);
  visit("best_top1", state.best_top1);
  visit("best_epoch", state.best_epoch);
  visit("seconds", state.seconds);
  visit("optimizer_steps", state.optimizer_steps);
}

// Of all tensors with their names, and of the numbers.
std::string checksum(std::vector<NamedTensor> tensors, const std::string& numbers) {
  std::ranges::sort(tensors, {}, &NamedTensor::name);
  Sha256 sum;
  sum.update(std::as_bytes(std::span(numbers)));
  std::vector<std::byte> buffer;
  for (const NamedTensor& tensor : tensors) {
    sum.update(std::as_bytes(std::span(tensor.name)));
    sum.update(tensor.tensor.row_major_bytes(buffer));
  }
  return sum.hex();
}

TrainState read_one(const fs::path& path) {
  const Checkpoint checkpoint = Checkpoint::open(path);
  const auto refuse = [&](const std::string& what) {
    throw Error(ErrorCode::corrupt, path.string(), what,
                "Its model is in last/, to go on from with weights = FOLDER.");
  };
  const auto& metadata = checkpoint.metadata();
  if (!metadata.contains(kState) || !metadata.contains(kSum)) refuse("is no state of a training");
  const std::string& text = metadata.at(kState);
  if (checksum(checkpoint.tensors(), text) != metadata.at(kSum))
    refuse("its checksum is wrong: the file is damaged");
  const Json numbers = Json::parse(text, nullptr, false);
  TrainState state;
  for_each_number(state, [&](const char* name, auto& value) {
    if (!numbers.is_object() || !numbers.contains(name) || !numbers[name].is_number())
      refuse(std::string("it lacks '") + name + "'; another version of zoo wrote it");
    value = numbers[name].template get<std::decay_t<decltype(value)>>();
  });
  for (const NamedTensor& tensor : owned_copies(checkpoint.tensors()))
    state.tensors.emplace_back(tensor.name, to_tensor(tensor.tensor).clone());
  for (const auto& [name, value] : metadata)
    if (name.starts_with(kNote)) state.notes.emplace(name.substr(std::string_view(kNote).size()), value);
  return state;
}

}  // namespace

fs::path state_before(fs::path path) {
  return path += ".before";
}

void write_state(const fs::path& path, const TrainState& state) {
  Json numbers;
  for_each_number(state, [&](const char* name, const auto& value) { numbers[name] = value; });
  const std::string text = numbers.dump();
  std::vector<NamedTensor> tensors;
  for (const auto& [name, tensor] : state.tensors) tensors.push_back({name, to_view(tensor)});
  std::map<std::string, std::string> metadata{{kState, text}, {kSum, checksum(tensors, text)}};
  for (const auto& [name, value] : state.notes) metadata.emplace(kNote + name, value);
  const fs::path fresh = fs::path(path) += ".new";
  write_safetensors(fresh, tensors, metadata);
  std::error_code error;
  if (fs::exists(path, error)) rename_entry(path, state_before(path));
  rename_entry(fresh, path);
  sync_folder(path.parent_path());
}

TrainState read_state(const fs::path& path, std::string* note) {
  std::error_code error;
  const fs::path before = state_before(path);
  if (!fs::exists(path, error) && !fs::exists(before, error))
    throw Error(ErrorCode::not_found, path.string(), "is not there: no state of a training was saved",
                "Begin anew with overwrite = true, or go on from its last/ with weights = FOLDER.");
  try {
    return read_one(path);
  } catch (const Error& damaged) {
    if (!fs::exists(before, error)) throw;
    TrainState state = read_one(before);
    if (note != nullptr) *note = std::string(damaged.what()) + " The state before it is taken.";
    return state;
  }
}

}  // namespace zoo
