// What the classes and functions mean that torch names in its pickles: storages, tensors rebuilt from them,
// sizes, ordered dicts, parameters, numpy's numbers and arrays. The bytes of the storages come afterwards,
// from the container. Reference: torch 2.13, torch/_utils.py, torch/serialization.py.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "zoo/checkpoint/pickle/pickle.h"

namespace zoo {

struct Storage {
  std::string key;
  int64_t bytes = 0;                                 // as the pickle says
  DType dtype = DType::u8;                           // as the pickle says; tensors may be read as another
  std::vector<std::shared_ptr<TensorView>> tensors;  // all that look into it
};

// A tensor that repeats its storage (stride 0) says more bytes than the file has; this is enough for honest
// ones.
class ExpansionLimit {
 public:
  // Throws Error{corrupt} once all tensors together exceed the storages that they repeat by too much.
  void charge(const TensorView& tensor, int64_t storage_bytes);

 private:
  static constexpr int64_t kMaxExpandedBytes = 256'000'000;
  int64_t expanded_bytes_ = 0;
};

// Of the description of its system that an older file begins with. Throws Error{corrupt, unsupported}.
void check_byte_order(const Value& system);

class TorchObjects : public PickleHost {
 public:
  Value persistent(const Value& id) override;
  std::optional<Value> call(const std::string& name, const std::vector<Value>& args) override;

  std::optional<Value> build(const Opaque& object, const Value& state) override;

  // In order of appearance.
  const std::vector<Storage>& storages() const { return storages_; }
  int64_t storage_bytes() const;  // the sum
  // Gives the tensors of a storage their bytes.
  static void attach(const Storage& storage, ByteSpan bytes, const std::shared_ptr<const void>& owner);

 private:
  Value rebuild_tensor(const std::vector<Value>& args, std::optional<DType> dtype);
  Value rebuild_quantized(const std::vector<Value>& args);
  std::string next_array_key();
  Value add(size_t storage, TensorView tensor);

  std::vector<Storage> storages_;
  std::map<std::string, size_t, std::less<>> index_;  // by key
  // Of views in legacy files, by their keys: the storage, where it begins and how many elements it has.
  std::map<std::string, std::tuple<size_t, int64_t, int64_t>, std::less<>> views_;
  int64_t arrays_ = 0;  // of numpy
  ExpansionLimit expansion_;
};

}  // namespace zoo
