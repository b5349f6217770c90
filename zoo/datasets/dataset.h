// Pictures with labels, by index. Datasets only know where things are; the loader's threads decode.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "transforms/decode/decode.h"
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
  // Of a sample that is a file of its own; else empty.
  virtual std::filesystem::path file(int64_t) const { return {}; }
  // False of a file that a list names and that is not there; it is not read. True of samples that were found.
  virtual bool is_present(int64_t) const { return true; }
  // What was found but is not part of the set, and why; one line each, for stderr.
  const std::vector<std::string>& left_out() const { return left_out_; }
  // How what was found was taken; one line each, for stderr.
  const std::vector<std::string>& notes() const { return notes_; }

 protected:
  std::vector<std::string> classes_;
  std::vector<std::string> left_out_, notes_;
  std::vector<std::string> parts_;
};

// Whether torchvision's ImageFolder would take a file of that name for a picture.
bool has_picture_suffix(std::string_view file_name);

struct DatasetOptions {
  bool index_cache = true;                  // keep big folders' names between runs (index_cache.h)
  std::filesystem::path picture_root = {};  // where the paths in a list begin; empty: the list's folder
  std::filesystem::path classes_file = {};  // a list's class names, one a line; empty: classes.txt beside it
  bool is_part = false;                     // of a set: one class is enough, other parts have others
  int splits = 0;                           // how many have led here, each the data of the one before
};

// Whichever of the sources below `root` is; a pattern such as "train-{000..009}.tar" too. docs/data.md says
// what is recognised by what. Throws Error{not_found, io, corrupt, mismatch, unsupported, usage}.
std::unique_ptr<Dataset> open_dataset(const std::filesystem::path& root, const DatasetOptions& options = {});

// root/class/**/picture, in torchvision's order; classes in byte order of their folder names; what is the
// system's is left out (system_names.h); torchvision's suffixes (.jpg .jpeg .png .ppm .bmp .pgm .tif .tiff
// .webp, any case) say which files count, content says how to decode. Links are followed. Throws
// Error{not_found, io, mismatch}: no such folder, one that cannot be read, no class folder, an empty class
// folder, one class only.
std::unique_ptr<Dataset> open_image_folder(const std::filesystem::path& root,
                                           const DatasetOptions& options = {});
// Class folders, tar shards or a metadata.csv in root/train and root/val, root/Testing, root/dev_set ...,
// which become its parts train, val and test (divided_folder.h); other folders are left out. Throws as their
// own functions do, Error{not_found} without such a folder, Error{mismatch} where one has several labels a
// picture and another one.
std::unique_ptr<Dataset> open_divided_folder(const std::filesystem::path& root,
                                             const DatasetOptions& options = {});
// A split that write_split (split.h) made: the data that it names, with the parts "train" and "val".
std::unique_ptr<Dataset> open_split(const std::filesystem::path& file, const DatasetOptions& options = {});

// Lists of picture files. Labels are class names or indices; see LabelTable::settle (label_table.h) for what
// the classes are then. Throw Error{not_found, io, corrupt, mismatch} with the line.
// RFC 4180 with a header that names the columns path (or file_name), label or labels ('|' between them),
// split; others are not used.
std::unique_ptr<Dataset> open_csv(const std::filesystem::path& file, const DatasetOptions& options = {});
// An object a line with the same members; "labels" is an array.
std::unique_ptr<Dataset> open_json_lines(const std::filesystem::path& file,
                                         const DatasetOptions& options = {});
// OpenMMLab's lines "path index" and its JSON of metainfo and data_list.
std::unique_ptr<Dataset> open_annotation_list(const std::filesystem::path& file,
                                              const DatasetOptions& options = {});
std::unique_ptr<Dataset> open_openmmlab_json(const std::filesystem::path& file,
                                             const DatasetOptions& options = {});

// Tar files in WebDataset's naming, plain or with gzip (which are unpacked into memory): one, all *.tar,
// *.tar.gz and *.tgz of a folder, or a pattern with braces. Parts where every file's name holds train, val or
// test. Throws Error{not_found, io, corrupt, mismatch, usage}.
std::unique_ptr<Dataset> open_tar_shards(const std::filesystem::path& root,
                                         const DatasetOptions& options = {});
// Whether the name ends as those of such files do.
bool is_shard_name(std::string_view file_name);

// CIFAR-10/100 binary batches (3073- or 3074-byte records): one file, or all *.bin of a folder in byte order
// of their names. Class names from batches.meta.txt or fine_label_names.txt beside them, else CIFAR's own.
// Parts: "train", and "test" for test_batch.bin and test.bin. Throws Error{not_found, io, corrupt}.
std::unique_ptr<Dataset> open_cifar_binary(const std::filesystem::path& root);
// CIFAR's Python version: the folder of its pickles, or the .tar.gz (or .tar), which is held in memory; the
// same parts. Throws Error{not_found, io, corrupt, unsupported}.
std::unique_ptr<Dataset> open_cifar_python(const std::filesystem::path& root);
// MNIST's files and those made like them: a folder, or one NAME-images-idx3-ubyte, with or without .gz. Grey
// is repeated. Parts: "train" and "test". Throws Error{not_found, io, corrupt, mismatch, unsupported}.
std::unique_ptr<Dataset> open_idx(const std::filesystem::path& root);

// Some samples of another set, in the given order; keeps it alive.
std::unique_ptr<Dataset> subset(std::shared_ptr<const Dataset> dataset, std::vector<int64_t> indices);
// The index of the part that is called so, or that the word means ("valid" is "val"); nothing if there is
// none.
std::optional<int32_t> find_part(const Dataset& dataset, std::string_view name);
// The samples of one of its parts. Throws Error{not_found} with the names of those that there are.
std::unique_ptr<Dataset> take_part(const std::shared_ptr<const Dataset>& dataset, const std::string& name);

// The same samples, their labels as indices of `classes`; keeps the set alive. Throws Error{mismatch} for a
// class of the set's that is not among them by its exact name.
std::shared_ptr<const Dataset> with_classes(std::shared_ptr<const Dataset> dataset,
                                            std::vector<std::string> classes);

// Throws Error{not_found} with the first sample that is not present, and how many there are.
void require_present(const Dataset& dataset);

// The part to judge a model by: "val", else "test"; nothing where there is none.
std::optional<std::string> judging_part(const Dataset& dataset);

struct Split {
  std::vector<int64_t> train, val;  // ascending
};
// Of each class round(fraction * n) samples, at least one and not all, chosen by a seeded shuffle, go to
// `val`. A sample of several labels counts for its rarest, one of none for a class of its own. The samples of
// each group in `together` (of duplicates) go to the same side, that of the group's first; so a class may get
// somewhat fewer. Throws Error{mismatch} for a class that cannot be split (one sample, or one group),
// Error{usage} for a fraction outside (0, 1).
Split stratified_split(const Dataset& dataset, double fraction, uint64_t seed,
                       const std::vector<std::vector<int64_t>>& together = {});

}  // namespace zoo
