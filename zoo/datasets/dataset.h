// Pictures with labels, by index. Datasets only know where things are; the loader's threads decode.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "transforms/decode.h"
#include "transforms/image.h"
#include "zoo/datasets/stored_picture.h"

namespace zoo {

class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual int64_t size() const = 0;
  // Each 0 .. classes().size()-1, ascending, none twice; one of them unless multi_label(). Valid as long as
  // the set lives.
  virtual std::span<const int32_t> labels(int64_t index) const = 0;
  // True where a sample may have several labels, or none.
  virtual bool multi_label() const { return false; }
  // The only label, or the first of several; -1 where a sample has none.
  int64_t label(int64_t index) const;
  // How the source itself divides its samples: "train", "val", "test", or a list's own words, in the order in
  // which they are first met. Empty: it does not. part() is an index of these, -1 for a sample of none.
  const std::vector<std::string>& parts() const { return parts_; }
  virtual int32_t part(int64_t) const { return -1; }
  // Path relative to the dataset, or "data_batch_1.bin[17]".
  virtual std::string name(int64_t index) const = 0;
  // Thread-safe; throws Error{not_found, io, corrupt} with the path.
  virtual StoredPicture fetch(int64_t index) const = 0;
  // Fetched and decoded. Thread-safe; throws Error with the path.
  Image load(int64_t index, const DecodeOptions& options) const;
  const std::vector<std::string>& classes() const { return classes_; }
  // What was found but is not part of the set, and why; one line each, for stderr.
  const std::vector<std::string>& left_out() const { return left_out_; }

 protected:
  std::vector<std::string> classes_;
  std::vector<std::string> left_out_;
  std::vector<std::string> parts_;
};

// Whether torchvision's ImageFolder would take a file of that name for a picture.
bool has_picture_suffix(std::string_view file_name);

// root/class/**/picture, in torchvision's order; classes in byte order of their folder names; torchvision's
// suffixes (.jpg .jpeg .png .ppm .bmp .pgm .tif .tiff .webp, any case) say which files count, content says
// how to decode. Links are followed. Throws Error{not_found, io, mismatch}: no such folder, one that cannot
// be read, no class folder, an empty class folder, one class only.
std::unique_ptr<Dataset> open_image_folder(const std::filesystem::path& root);
// CIFAR-10/100 binary batches (3073- or 3074-byte records): one file, or all *.bin of a folder in byte order
// of their names. Class names from batches.meta.txt or fine_label_names.txt beside them, else CIFAR's own.
// Throws Error{not_found, io, corrupt, mismatch}; also for a folder that mixes training and test batches.
std::unique_ptr<Dataset> open_cifar_binary(const std::filesystem::path& root);
// Whichever of the two `root` is.
std::unique_ptr<Dataset> open_dataset(const std::filesystem::path& root);

// Some samples of another set, in the given order; keeps it alive.
std::unique_ptr<Dataset> subset(std::shared_ptr<const Dataset> dataset, std::vector<int64_t> indices);
// The samples of one of its parts. Throws Error{not_found} with the names of those that there are.
std::unique_ptr<Dataset> take_part(const std::shared_ptr<const Dataset>& dataset, const std::string& name);

struct Split {
  std::vector<int64_t> train, val;  // ascending
};
// Of each class round(fraction * n) samples, at least one and not all, chosen by a seeded shuffle, go to
// `val`. Throws Error{mismatch} for a class of one sample, Error{usage} for a fraction outside (0, 1).
Split stratified_split(const Dataset& dataset, double fraction, uint64_t seed);

// For each class of the dataset its index among the model's labels, matched by name (exact, then ignoring
// case, '_', '-' and ' '). Throws Error{mismatch} that shows both lists' first names; never guesses.
std::vector<int64_t> match_classes(const std::vector<std::string>& dataset_classes,
                                   const std::vector<std::string>& labels);

}  // namespace zoo
