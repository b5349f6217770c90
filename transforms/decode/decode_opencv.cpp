#include "transforms/decode/decode_opencv.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <climits>

#include "zoo/base/error.h"
#include "zoo/base/file.h"

namespace zoo {

Image decode_opencv(std::span<const std::byte> bytes, const std::string& name) {
  if (bytes.size() > INT_MAX) throw Error(ErrorCode::unsupported, name, "a picture file of more than 2 GiB");
  cv::Mat picture;
  try {
    const cv::Mat file(1, static_cast<int>(bytes.size()), CV_8UC1, const_cast<std::byte*>(bytes.data()));
    picture = cv::imdecode(file, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
  } catch (const cv::Exception& error) {
    throw Error(ErrorCode::corrupt, name, "the picture cannot be decoded: " + std::string(error.err));
  }
  if (picture.empty() || picture.type() != CV_8UC3) {
    throw Error(ErrorCode::corrupt, name,
                "the picture cannot be decoded; the file is damaged or of an unknown kind");
  }
  Image image = make_image(picture.cols, picture.rows);
  cv::Mat target(picture.rows, picture.cols, CV_8UC3, image.pixels.data());
  cv::cvtColor(picture, target, cv::COLOR_BGR2RGB);
  return image;
}

void write_png(const std::filesystem::path& path, const Image& image) {
  std::vector<uint8_t> file;
  try {
    const cv::Mat source(static_cast<int>(image.height), static_cast<int>(image.width), CV_8UC3,
                         const_cast<uint8_t*>(image.pixels.data()));
    cv::Mat reversed;
    cv::cvtColor(source, reversed, cv::COLOR_RGB2BGR);
    cv::imencode(".png", reversed, file);
  } catch (const cv::Exception& error) {
    throw Error(ErrorCode::io, path.string(), "the picture cannot be encoded: " + std::string(error.err));
  }
  AtomicFile target(path);
  target.write(std::as_bytes(std::span(file)));
  target.commit();
}

}  // namespace zoo
