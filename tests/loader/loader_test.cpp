#include <ATen/ATen.h>

#include "zoo/loader/loader.h"
#include "zoo/loader/normalize.h"

#include <array>
#include <map>
#include <set>
#include <span>

#include <catch2/catch.hpp>

#include "tests/corpus.h"
#include "tests/transforms/golden.h"
#include "transforms/evaluation.h"
#include "zoo/base/error.h"

using namespace zoo;
using namespace zoo::test;

namespace {

// Pictures made on the fly: sample i is noise of its own size, labelled i % 3; one of them can be broken.
class DrawnPictures : public Dataset {
 public:
  explicit DrawnPictures(int64_t size, bool one_size = false) : size_(size), one_size_(one_size) {
    classes_ = {"x", "y", "z"};
  }
  int64_t size() const override { return size_; }
  std::span<const int32_t> labels(int64_t index) const override {
    static constexpr std::array<int32_t, 3> kLabels{0, 1, 2};
    return {&kLabels[static_cast<size_t>(index % 3)], 1};
  }
  std::string name(int64_t index) const override { return "drawn/" + std::to_string(index); }
  StoredPicture fetch(int64_t index) const override {
    if (index >= broken && index <= broken + more_broken) throw Error(code, name(index), "broken on purpose");
    for (int64_t i = uneven ? index % 5 : 0; i > 0; --i) noise(100, 100);  // work, whoever else works
    return one_size_ ? noise(24, 18) : noise(20 + index % 7, 15 + index % 4);
  }

  int64_t broken = -1, more_broken = 0;
  ErrorCode code = ErrorCode::corrupt;
  bool uneven = false;  // some take longer than others, so that they are ready in another order

 private:
  int64_t size_;
  bool one_size_;
};

Preprocess small_crop() {
  Preprocess preprocess;
  preprocess.resize_px = 14;
  preprocess.crop_px = 12;
  return preprocess;
}

Augmentation crop_and_flip(double flip = 0.5) {
  return Augmentation({RandomResizedCrop{.size = {12, 12}}, RandomHorizontalFlip{.p = flip}});
}

LoaderOptions evaluation(int64_t batch_size, int workers) {
  return {.batch_size = batch_size, .workers = workers, .preprocess = small_crop()};
}

LoaderOptions training(int64_t batch_size, int workers, uint64_t seed = 1) {
  return {.batch_size = batch_size,
          .workers = workers,
          .preprocess = small_crop(),
          .train = crop_and_flip(),
          .seed = seed};
}

std::vector<Batch> epoch_of(Loader& loader, int64_t epoch) {
  loader.start_epoch(epoch);
  std::vector<Batch> batches;
  while (auto batch = loader.next()) batches.push_back(std::move(*batch));
  return batches;
}

bool same(const std::vector<Batch>& a, const std::vector<Batch>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].indices != b[i].indices || !a[i].images.equal(b[i].images) || !a[i].labels.equal(b[i].labels))
      return false;
  }
  return true;
}

std::vector<int64_t> indices_of(const std::vector<Batch>& batches) {
  std::vector<int64_t> all;
  for (const Batch& batch : batches) all.insert(all.end(), batch.indices.begin(), batch.indices.end());
  return all;
}

}  // namespace

TEST_CASE("to_tensor rounds as ToTensor and Normalize do, or as OpenMMLab does in 0..255") {
  const Image image = noise(5, 3);
  Preprocess preprocess;
  preprocess.bgr = GENERATE(false, true);
  preprocess.value_range = GENERATE(1, 255);
  const at::Tensor tensor = to_tensor(image, preprocess);
  REQUIRE(tensor.sizes() == at::IntArrayRef({3, 3, 5}));
  REQUIRE(tensor.scalar_type() == at::kFloat);
  at::Tensor expected = at::empty({3, 3, 5}, at::kFloat);
  for (int64_t c = 0; c < 3; ++c) {
    for (int64_t i = 0; i < 15; ++i) {
      const int64_t source = preprocess.bgr ? 2 - c : c;
      expected.data_ptr<float>()[c * 15 + i] = image.pixels[static_cast<size_t>(i * 3 + source)];
    }
  }
  const auto in_range = [&](const std::array<double, 3>& values) {
    return (at::tensor(at::ArrayRef<double>(values)) * preprocess.value_range).to(at::kFloat).view({3, 1, 1});
  };
  if (preprocess.value_range == 1) expected.div_(255);
  expected.sub_(in_range(preprocess.mean));
  expected.div_(in_range(preprocess.std));
  CHECK(tensor.equal(expected));
}

TEST_CASE("evaluation keeps the data set's order, and each picture is transformed and labelled") {
  const auto dataset = std::make_shared<DrawnPictures>(11);
  Loader loader(dataset, evaluation(4, 2));
  const std::vector<Batch> batches = epoch_of(loader, 0);
  REQUIRE(batches.size() == 3);
  CHECK(loader.batches_per_epoch() == 3);
  CHECK(batches[2].images.sizes() == at::IntArrayRef({3, 3, 12, 12}));
  CHECK(batches[0].images.is_contiguous(at::MemoryFormat::ChannelsLast));
  int64_t index = 0;
  for (const Batch& batch : batches) {
    for (size_t i = 0; i < batch.indices.size(); ++i, ++index) {
      const auto position = static_cast<int64_t>(i);
      REQUIRE(batch.indices[i] == index);
      CHECK(batch.labels[position].item<int64_t>() == index % 3);
      const Image expected = evaluation_transform(dataset->load(index, {}), small_crop());
      CHECK(batch.images[position].equal(to_tensor(expected, small_crop())));
    }
  }
  CHECK_FALSE(loader.next());
}

TEST_CASE("batches are the same for any number of workers") {
  const auto dataset = std::make_shared<DrawnPictures>(37);
  dataset->uneven = true;
  const bool train = GENERATE(false, true);
  Loader alone(dataset, train ? training(5, 0) : evaluation(5, 0));
  const std::vector<Batch> expected = epoch_of(alone, 3);
  for (const int workers : {1, 2, 5}) {
    Loader loader(dataset, train ? training(5, workers) : evaluation(5, workers));
    CHECK(same(epoch_of(loader, 3), expected));
  }
}

TEST_CASE("every epoch has each sample once, in an order and with crops of its own") {
  const auto dataset = std::make_shared<DrawnPictures>(50, true);
  Loader loader(dataset, training(8, 2));
  const auto first = epoch_of(loader, 0), second = epoch_of(loader, 1), again = epoch_of(loader, 0);
  CHECK(same(first, again));
  CHECK(indices_of(first) != indices_of(second));
  for (const auto& epoch : {first, second}) {
    const std::vector<int64_t> indices = indices_of(epoch);
    CHECK(indices.size() == 50);
    CHECK(std::set<int64_t>(indices.begin(), indices.end()).size() == 50);
  }
  Loader other_seed(dataset, training(8, 2, 2));
  CHECK(indices_of(epoch_of(other_seed, 0)) != indices_of(first));
}

TEST_CASE("an epoch goes on behind any of its batches with what would have come") {
  const auto dataset = std::make_shared<DrawnPictures>(29);
  LoaderOptions options = training(4, 2);
  options.repeats = 2;
  options.mix = MixOptions{.mixup_alpha = 0.8, .cutmix_alpha = 1.0};
  Loader whole(dataset, options), resumed(dataset, options);
  const std::vector<Batch> expected = epoch_of(whole, 5);
  for (int64_t first = 0; first <= whole.batches_per_epoch() + 1; ++first) {
    resumed.start_epoch(5, first);
    for (int64_t i = first; i < std::ssize(expected); ++i) {
      const auto batch = resumed.next();
      REQUIRE(batch);
      CHECK(same({*batch}, {expected[static_cast<size_t>(i)]}));
      CHECK(batch->mixed_labels.equal(expected[static_cast<size_t>(i)].mixed_labels));
    }
    CHECK_FALSE(resumed.next());
  }
}

TEST_CASE("the ranks' batches are those of one rank, divided") {
  const auto dataset = std::make_shared<DrawnPictures>(29);
  Loader alone(dataset, training(8, 1));
  const std::vector<Batch> expected = epoch_of(alone, 2);
  std::map<int64_t, at::Tensor> found;
  for (int rank = 0; rank < 2; ++rank) {
    LoaderOptions options = training(4, 2);
    options.rank = rank;
    options.ranks = 2;
    Loader loader(dataset, options);
    CHECK(loader.batches_per_epoch() == alone.batches_per_epoch());
    for (const Batch& batch : epoch_of(loader, 2))
      for (size_t i = 0; i < batch.indices.size(); ++i)
        found[batch.indices[i]] = batch.images[static_cast<int64_t>(i)];
  }
  REQUIRE(found.size() == 29);
  for (const Batch& batch : expected)
    for (size_t i = 0; i < batch.indices.size(); ++i)
      CHECK(batch.images[static_cast<int64_t>(i)].equal(found.at(batch.indices[i])));
}

TEST_CASE("repeated augmentation shows a sample several times, never twice alike") {
  const auto dataset = std::make_shared<DrawnPictures>(30, true);
  LoaderOptions options = training(6, 2);
  options.repeats = 3;
  Loader loader(dataset, options);
  const std::vector<Batch> batches = epoch_of(loader, 0);
  REQUIRE(indices_of(batches).size() == 30);
  for (const Batch& batch : batches) {
    CHECK(batch.indices[0] == batch.indices[2]);
    CHECK_FALSE(batch.images[0].equal(batch.images[1]));
    CHECK_FALSE(batch.images[0].equal(batch.images[2]));
  }
}

TEST_CASE("erasing comes behind normalisation") {
  const auto dataset = std::make_shared<DrawnPictures>(4);
  LoaderOptions options = training(4, 1);
  options.train =
      Augmentation({RandomResizedCrop{.size = {12, 12}}, RandomErasing{.p = 1.0, .scale = {0.2, 0.4}}});
  Loader loader(dataset, options);
  const at::Tensor images = epoch_of(loader, 0).front().images;
  options.train = Augmentation({RandomResizedCrop{.size = {12, 12}}});
  Loader plain(dataset, options);
  const at::Tensor whole = epoch_of(plain, 0).front().images;
  const at::Tensor erased = images.ne(whole);
  for (int64_t i = 0; i < 4; ++i) {
    const auto share = erased[i].to(at::kFloat).mean().item<double>();
    CHECK(share > 0.15);
    CHECK(share < 0.45);
    CHECK(images[i].masked_select(erased[i]).abs().max().item<double>() == 0);
  }
}

TEST_CASE("MixUp and CutMix mix mirrored pictures and their labels alike") {
  const auto dataset = std::make_shared<DrawnPictures>(22);
  LoaderOptions options = training(8, 2);
  Loader plain(dataset, options);
  MixOptions mix{.mixup_alpha = 0.8, .cutmix_alpha = 1.0};
  mix.mode = GENERATE(MixMode::batch, MixMode::pair, MixMode::elem);
  options.mix = mix;
  Loader loader(dataset, options);
  const auto before = epoch_of(plain, 1), after = epoch_of(loader, 1);
  for (size_t k = 0; k < before.size(); ++k) {
    const int64_t count = before[k].images.size(0);
    const auto draws = draw_mix(mix, count, {12, 12}, {options.seed, 1, k});
    CHECK(after[k].labels.equal(before[k].labels));
    CHECK_FALSE(before[k].mixed_labels.defined());
    REQUIRE(after[k].mixed_labels.sizes() == at::IntArrayRef({count, 3}));
    for (int64_t i = 0; i < count; ++i) {
      const MixedSample& draw = draws[static_cast<size_t>(i)];
      const at::Tensor own = before[k].images[i], other = before[k].images[count - 1 - i];
      at::Tensor expected = own.mul(draw.lambda).add(other.mul(1 - draw.lambda));
      if (draw.lambda == 1) expected = own;
      if (draw.box) {
        expected = own.clone();
        for (int64_t y = draw.box->top; y < draw.box->top + draw.box->height; ++y)
          for (int64_t x = draw.box->left; x < draw.box->left + draw.box->width; ++x)
            expected.select(1, y).select(1, x).copy_(other.select(1, y).select(1, x));
      }
      CHECK(after[k].images[i].equal(expected));
      at::Tensor target = at::zeros({3});
      target[before[k].labels[i].item<int64_t>()] += draw.lambda;
      target[before[k].labels[count - 1 - i].item<int64_t>()] += 1 - draw.lambda;
      CHECK(after[k].mixed_labels[i].allclose(target));
    }
  }
}

TEST_CASE("mixing is the same for two ranks, and leaves a picture alone whose partner is broken") {
  const auto dataset = std::make_shared<DrawnPictures>(16);
  LoaderOptions options = training(8, 1);
  options.mix = MixOptions{.mixup_alpha = 1.0, .mode = MixMode::pair};
  Loader alone(dataset, options);
  std::map<int64_t, at::Tensor> expected;
  for (const Batch& batch : epoch_of(alone, 0))
    for (size_t i = 0; i < 8; ++i) expected[batch.indices[i]] = batch.images[static_cast<int64_t>(i)];
  LoaderOptions halves = options;
  halves.batch_size = 4;
  halves.ranks = 2;
  for (halves.rank = 0; halves.rank < 2; ++halves.rank) {
    Loader half(dataset, halves);
    for (const Batch& batch : epoch_of(half, 0))
      for (size_t i = 0; i < 4; ++i)
        CHECK(batch.images[static_cast<int64_t>(i)].equal(expected.at(batch.indices[i])));
  }
  Loader first(dataset, training(8, 1));
  const Batch plain = std::move(epoch_of(first, 0).front());
  dataset->broken = plain.indices[2];
  options.bad_pictures = BadPictures::skip;
  Loader skipping(dataset, options);
  const Batch batch = std::move(epoch_of(skipping, 0).front());
  REQUIRE(batch.images.size(0) == 7);
  for (int64_t row = 0; row < 7; ++row) {
    const int64_t place = row < 2 ? row : row + 1;
    const auto index = static_cast<size_t>(place);
    const at::Tensor& wanted = place == 5 ? plain.images[5] : expected.at(plain.indices[index]);
    CHECK(batch.images[row].equal(wanted));
  }
  CHECK(batch.mixed_labels[4].max().item<double>() == 1);
}

TEST_CASE("batches in bfloat16 and half are the rounded float ones") {
  const auto dtype = GENERATE(at::kBFloat16, at::kHalf);
  const auto dataset = std::make_shared<DrawnPictures>(4);
  Loader plain(dataset, evaluation(4, 0));
  LoaderOptions options = evaluation(4, 2);
  options.dtype = dtype;
  Loader loader(dataset, options);
  const at::Tensor images = epoch_of(loader, 0).front().images;
  CHECK(images.scalar_type() == dtype);
  CHECK(images.equal(epoch_of(plain, 0).front().images.to(dtype)));
}

TEST_CASE("pictures of different sizes come one by one, of one size in batches") {
  LoaderOptions options = evaluation(4, 2);
  options.preprocess.resize = ResizeMode::none;
  options.preprocess.crop_px = 0;
  Loader mixed(std::make_shared<DrawnPictures>(6), options);
  const auto singles = epoch_of(mixed, 0);
  REQUIRE(singles.size() == 6);
  CHECK(indices_of(singles) == std::vector<int64_t>{0, 1, 2, 3, 4, 5});
  CHECK(singles[1].images.sizes() == at::IntArrayRef({1, 3, 16, 21}));
  Loader equal(std::make_shared<DrawnPictures>(6, true), options);
  const auto batches = epoch_of(equal, 0);
  REQUIRE(batches.size() == 2);
  CHECK(batches[0].images.sizes() == at::IntArrayRef({4, 3, 18, 24}));
  CHECK(batches[0].images.is_contiguous(at::MemoryFormat::ChannelsLast));
}

TEST_CASE("a broken picture's error reaches next() after the batches before it, whatever the workers") {
  const auto dataset = std::make_shared<DrawnPictures>(20);
  dataset->broken = 9;
  const int workers = GENERATE(0, 1, 3);
  Loader loader(dataset, evaluation(4, workers));
  loader.start_epoch(0);
  CHECK(loader.next());
  CHECK(loader.next());
  CHECK_THROWS_WITH(loader.next(), Catch::Contains("drawn/9: broken on purpose"));
  CHECK_FALSE(loader.next());
  dataset->broken = -1;
  CHECK(epoch_of(loader, 1).size() == 5);
}

TEST_CASE("pictures that cannot be read are left out, counted once and named, where that is asked for") {
  const auto dataset = std::make_shared<DrawnPictures>(10);
  dataset->broken = 5;
  LoaderOptions options = evaluation(4, GENERATE(0, 2));
  options.bad_pictures = BadPictures::skip;
  options.preprocess.pad_to_crop = GENERATE(true, false);  // one tensor a batch, or pictures stacked later
  Loader loader(dataset, options);
  for (int epoch = 0; epoch < 2; ++epoch) {
    const std::vector<Batch> batches = epoch_of(loader, epoch);
    CHECK(indices_of(batches) == std::vector<int64_t>{0, 1, 2, 3, 4, 6, 7, 8, 9});
    REQUIRE(batches.size() == 3);
    CHECK(batches[1].images.size(0) == 3);
    for (int64_t i = 0; i < 3; ++i) {
      const int64_t index = batches[1].indices[static_cast<size_t>(i)];
      const Image expected = evaluation_transform(dataset->load(index, {}), small_crop());
      CHECK(batches[1].images[i].equal(to_tensor(expected, small_crop())));
      CHECK(batches[1].labels[i].item<int64_t>() == index % 3);
    }
  }
  REQUIRE(loader.bad_pictures().size() == 1);
  CHECK(loader.bad_pictures()[0].index == 5);
  CHECK(loader.bad_pictures()[0].message == "drawn/5: broken on purpose");
}

TEST_CASE("only pictures at fault are skipped, and no more than the limit") {
  const auto dataset = std::make_shared<DrawnPictures>(250);
  LoaderOptions options = evaluation(4, GENERATE(0, 2));
  options.bad_pictures = BadPictures::skip;
  dataset->broken = 5;
  SECTION("an error of the system is no picture's fault") {
    dataset->code = GENERATE(ErrorCode::io, ErrorCode::not_found);
    Loader loader(dataset, options);
    CHECK_THROWS_WITH(epoch_of(loader, 0), Catch::Contains("drawn/5: broken on purpose"));
    CHECK(loader.bad_pictures().empty());
  }
  SECTION("kinds that zoo does not read are") {
    dataset->code = ErrorCode::unsupported;
    Loader loader(dataset, options);
    CHECK(indices_of(epoch_of(loader, 0)).size() == 249);
  }
  SECTION("one in a hundred, and then an error") {
    dataset->more_broken = 2;
    Loader loader(dataset, options);
    CHECK_THROWS_WITH(
        epoch_of(loader, 0),
        Catch::Contains("3 of 250 pictures cannot be read, and 2 may be skipped; the last one is "
                        "drawn/7: broken on purpose"));
    CHECK_FALSE(loader.next());
    options.most_bad_share = 0.012;
    Loader patient(dataset, options);
    CHECK(indices_of(epoch_of(patient, 0)).size() == 247);
  }
}

TEST_CASE("a batch of which nothing can be read is left out whole") {
  const auto dataset = std::make_shared<DrawnPictures>(5);
  dataset->broken = 2;
  LoaderOptions options = evaluation(1, 2);
  options.bad_pictures = BadPictures::skip;
  Loader loader(dataset, options);
  CHECK(indices_of(epoch_of(loader, 0)) == std::vector<int64_t>{0, 1, 3, 4});
}

TEST_CASE("a batch's memory is used again once nobody holds it, never before") {
  const auto dataset = std::make_shared<DrawnPictures>(40);
  Loader loader(dataset, evaluation(4, 2));
  loader.start_epoch(0);
  const Batch kept = loader.next().value();
  const at::Tensor part = loader.next()->images[1];
  const at::Tensor kept_copy = kept.images.clone(), part_copy = part.clone();
  std::set<const void*> places;
  while (const auto batch = loader.next()) places.insert(batch->images.data_ptr());
  CHECK(kept.images.equal(kept_copy));
  CHECK(part.equal(part_copy));
  CHECK(places.size() < 8);
  CHECK(places.count(kept.images.data_ptr()) == 0);
}

TEST_CASE("a batch takes no more memory than the data set fills") {
  const auto drawn = std::make_shared<DrawnPictures>(7, true);
  const auto batch = [&](int64_t size) {
    Loader loader(drawn, {.batch_size = size, .workers = 0, .preprocess = small_crop()});
    loader.start_epoch(0);
    return *loader.next();
  };
  const Batch large = batch(65536);
  CHECK(large.images.storage().nbytes() == size_t{7 * 3 * 12 * 12 * 4});
  CHECK(large.images.equal(batch(7).images));

  Preprocess vast = small_crop();
  vast.crop_px = vast.resize_px = 1 << 22;
  Loader loader(drawn, {.batch_size = 65536, .workers = 0, .preprocess = vast});
  CHECK_THROWS_WITH(loader.start_epoch(0), Catch::Contains("not enough memory for a batch of 7 pictures of "
                                                           "4194304 x 4194304 pixels"));
}

TEST_CASE("what is cached gives the same batches in every epoch") {
  const auto dataset = std::make_shared<DrawnPictures>(12);
  const CachePlace place = GENERATE(CachePlace::ram, CachePlace::disk);
  const int64_t limit = GENERATE(int64_t{1} << 20, 2000);  // of bytes: all pictures, or a few
  for (const bool train : {false, true}) {
    LoaderOptions options = train ? training(4, 2) : evaluation(4, 2);
    Loader plain(dataset, options);
    options.cache = {.place = place, .limit_bytes = limit};
    Loader cached(dataset, options);
    for (int64_t epoch = 0; epoch < 3; ++epoch) CHECK(same(epoch_of(cached, epoch), epoch_of(plain, epoch)));
  }
}

TEST_CASE("real photos: windows, caches and threads do not change a bit of evaluation", "[corpus]") {
  ZOO_REQUIRE_CORPUS(corpus);
  const std::shared_ptr<const Dataset> photos = open_dataset(corpus / "datasets/hymenoptera_data/val");
  std::vector<int64_t> some;
  for (int64_t i = 0; i < photos->size(); i += 9) some.push_back(i);
  const std::shared_ptr<const Dataset> dataset = subset(photos, some);
  Preprocess preprocess;
  preprocess.resize_px = GENERATE(256, 232);
  preprocess.interpolation = GENERATE(Interpolation::bilinear, Interpolation::bicubic);
  LoaderOptions options{.batch_size = 5, .workers = 2, .preprocess = preprocess};
  if (GENERATE(true, false)) options.cache.place = CachePlace::ram;
  Loader loader(dataset, options);
  for (int epoch = 0; epoch < 2; ++epoch) {
    for (const Batch& batch : epoch_of(loader, epoch)) {
      for (size_t i = 0; i < batch.indices.size(); ++i) {
        const Image expected = evaluation_transform(dataset->load(batch.indices[i], {}), preprocess);
        CHECK(batch.images[static_cast<int64_t>(i)].equal(to_tensor(expected, preprocess)));
      }
    }
  }
}

TEST_CASE("real photos: a training crop without reduced decoding is that of the whole picture", "[corpus]") {
  ZOO_REQUIRE_CORPUS(corpus);
  const std::shared_ptr<const Dataset> photos = open_dataset(corpus / "datasets/hymenoptera_data/val");
  const std::shared_ptr<const Dataset> dataset = subset(photos, {0, 20, 40, 60, 80, 100});
  LoaderOptions options = training(6, 2);
  options.reduced_decode = false;
  Loader loader(dataset, options);
  const Batch batch = std::move(epoch_of(loader, 3).front());
  for (size_t i = 0; i < 6; ++i) {
    const int64_t index = batch.indices[i];
    const SampleKey key{.seed = options.seed, .epoch = 3, .sample = static_cast<uint64_t>(index)};
    const Image expected = options.train->apply(dataset->load(index, {}), key).image;
    CHECK(batch.images[static_cast<int64_t>(i)].equal(to_tensor(expected, options.preprocess)));
  }
}

TEST_CASE("an epoch may be started or the loader destroyed at any moment") {
  const auto dataset = std::make_shared<DrawnPictures>(40);
  dataset->uneven = true;
  const int workers = GENERATE(0, 1, 4);
  Loader reference(dataset, training(4, 0));
  const auto expected = epoch_of(reference, 2);
  for (int64_t taken = 0; taken < 4; ++taken) {
    Loader loader(dataset, training(4, workers));
    loader.start_epoch(1);
    for (int64_t i = 0; i < taken; ++i) REQUIRE(loader.next());
    CHECK(same(epoch_of(loader, 2), expected));
    loader.start_epoch(3);
    if (taken % 2 == 0) REQUIRE(loader.next());
  }
}

TEST_CASE("a loader without an epoch has no batch, and options that make none are refused") {
  const auto dataset = std::make_shared<DrawnPictures>(4);
  Loader loader(dataset, evaluation(4, 1));
  CHECK_FALSE(loader.next());
  CHECK_THROWS_AS(Loader(dataset, evaluation(0, 1)), Error);
  CHECK_THROWS_AS(Loader(dataset, evaluation(4, -1)), Error);
  for (const auto& wrong : {std::pair<int, int>{2, 2}, {-1, 2}, {0, 0}}) {
    LoaderOptions ranked = evaluation(4, 1);
    ranked.rank = wrong.first;
    ranked.ranks = wrong.second;
    CHECK_THROWS_AS(Loader(dataset, ranked), Error);
  }
  LoaderOptions mixed = evaluation(4, 1);
  mixed.mix = MixOptions{};
  CHECK_THROWS_WITH(Loader(dataset, mixed), Catch::Contains("only training pictures of one size"));
  mixed = training(4, 1);
  mixed.mix = MixOptions{.mixup_alpha = 0};
  CHECK_THROWS_AS(Loader(dataset, mixed), Error);
  LoaderOptions repeated = training(4, 1);
  repeated.repeats = 0;
  CHECK_THROWS_WITH(Loader(dataset, repeated), Catch::Contains("the number of repeats is 0"));
  CHECK_THROWS_AS(Loader(std::make_shared<DrawnPictures>(0), evaluation(4, 1)), Error);
  LoaderOptions options = evaluation(4, 1);
  options.dtype = at::kInt;
  CHECK_THROWS_AS(Loader(dataset, options), Error);
}
