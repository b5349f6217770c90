#include "apps/draw/drawing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "transforms/random/random.h"

namespace zoo {
namespace {

constexpr double kPi = std::numbers::pi;

double radius(Point p) {
  return std::hypot(p.x, p.y);
}
bool disc(Point p, double r) {
  return radius(p) <= r;
}
bool box(Point p, double half_width, double half_height) {
  return std::abs(p.x) <= half_width && std::abs(p.y) <= half_height;
}
Point moved(Point p, double dx, double dy) {
  return {p.x - dx, p.y - dy};
}

// Regular polygon with its first corner on top, corners on the unit circle.
bool polygon(Point p, int sides) {
  const double sector = 2 * kPi / sides;
  const double angle = std::atan2(p.x, -p.y);
  const double within = angle - sector * std::floor(angle / sector) - sector / 2;
  return radius(p) * std::cos(within) <= std::cos(sector / 2);
}

// The outline of a star: the radius falls linearly in angle from each point to the dent beside it.
bool star(Point p, int points, double dent) {
  const double sector = 2 * kPi / points;
  const double angle = std::atan2(p.x, -p.y);
  const double share =
      std::abs(angle / sector - std::round(angle / sector)) * 2;  // 0 at a point, 1 at a dent
  return radius(p) <= 1 - share * (1 - dent);
}

bool stripe(double v) {
  return v - std::floor(v) < 0.5;
}

constexpr std::array kBasic{
    Figure{"disc", [](Point p) { return disc(p, 0.9); }},
    Figure{"ring", [](Point p) { return disc(p, 0.95) && !disc(p, 0.6); }},
    Figure{"square", [](Point p) { return box(p, 0.8, 0.8); }},
    Figure{"frame", [](Point p) { return box(p, 0.85, 0.85) && !box(p, 0.55, 0.55); }},
    Figure{"triangle", [](Point p) { return polygon(p, 3); }},
    Figure{"diamond", [](Point p) { return std::abs(p.x) * 1.4 + std::abs(p.y) <= 1; }},
    Figure{"pentagon", [](Point p) { return polygon(p, 5); }},
    Figure{"star", [](Point p) { return star(p, 5, 0.4); }},
    Figure{"plus", [](Point p) { return box(p, 0.9, 0.28) || box(p, 0.28, 0.9); }},
    Figure{"bars", [](Point p) { return box(p, 0.9, 0.9) && stripe(p.y * 1.25); }},
    Figure{"fence", [](Point p) { return box(p, 0.9, 0.9) && stripe(p.x * 1.25); }},
    Figure{"checkers", [](Point p) { return box(p, 0.9, 0.9) && stripe(p.x * 1.1) != stripe(p.y * 1.1); }},
    Figure{"bowl", [](Point p) { return disc(moved(p, 0, -0.4), 0.95) && p.y >= -0.4; }},
    Figure{"bead pair",
           [](Point p) { return disc(moved(p, -0.5, 0), 0.42) || disc(moved(p, 0.5, 0), 0.42); }},
    Figure{"wedge", [](Point p) { return disc(p, 0.95) && !(p.x > 0 && std::abs(p.y) < p.x * 0.8); }},
    Figure{"corner", [](Point p) { return box(p, 0.85, 0.85) && (p.x < -0.3 || p.y > 0.3); }},
};

constexpr std::array kEmblems{
    Figure{"crescent", [](Point p) { return disc(p, 0.95) && !disc(moved(p, 0.4, -0.1), 0.75); }},
    Figure{"heart",
           [](Point p) {
             const double x = p.x * 1.2;
             const double y = -p.y * 1.2 + 0.1;
             const double s = x * x + y * y - 1;
             return s * s * s - x * x * y * y * y <= 0;
           }},
    Figure{"arrow",
           [](Point p) {
             return box(moved(p, -0.35, 0), 0.55, 0.2) || (p.x >= 0.1 && std::abs(p.y) <= (0.95 - p.x) * 0.8);
           }},
    Figure{"house",
           [](Point p) {
             return (box(moved(p, 0, 0.4), 0.65, 0.45) && !box(moved(p, 0, 0.6), 0.18, 0.26)) ||
                    (p.y <= -0.05 && std::abs(p.x) <= (p.y + 0.95) * 1.05);
           }},
    Figure{"hourglass",
           [](Point p) { return std::abs(p.y) <= 0.9 && std::abs(p.x) <= 0.12 + std::abs(p.y) * 0.75; }},
    Figure{"gear", [](Point p) { return star(p, 9, 0.72) && !disc(p, 0.3); }},
    Figure{"letter T",
           [](Point p) { return box(moved(p, 0, -0.65), 0.85, 0.25) || box(moved(p, 0, 0.15), 0.22, 0.75); }},
    Figure{"flash",
           [](Point p) {
             return (p.y <= 0.1 && std::abs(p.x - 0.2 + p.y * 0.5) <= 0.3 && p.y >= -0.95) ||
                    (p.y >= -0.1 && std::abs(p.x + 0.1 + (p.y - 0.4) * 0.5) <= 0.32 * (1 - p.y) &&
                     p.y <= 0.95);
           }},
};

struct Colour {
  double red = 0, green = 0, blue = 0;
};

Colour mix(Colour a, Colour b, double share) {
  return {a.red + (b.red - a.red) * share, a.green + (b.green - a.green) * share,
          a.blue + (b.blue - a.blue) * share};
}
double distance(Colour a, Colour b) {
  return std::abs(a.red - b.red) + std::abs(a.green - b.green) + std::abs(a.blue - b.blue);
}
Colour draw_colour(RandomStream& random) {
  const double red = random.uniform();
  const double green = random.uniform();
  return {red, green, random.uniform()};
}

// A short thick line that belongs to no class.
struct Scratch {
  Point middle, direction;
  double half_length, half_width;
  Colour colour;

  bool contains(Point p) const {
    const Point d = moved(p, middle.x, middle.y);
    const double along = d.x * direction.x + d.y * direction.y;
    const double across = d.y * direction.x - d.x * direction.y;
    return std::abs(along) <= half_length && std::abs(across) <= half_width;
  }
};

}  // namespace

std::span<const Figure> figures(FigureSet set) {
  if (set == FigureSet::basic) return kBasic;
  return kEmblems;
}

Image draw(const Figure& figure, int64_t size_px, uint64_t seed, uint64_t index) {
  constexpr int kSamples = 4;  // per pixel and side
  constexpr int kScratches = 5;
  constexpr double kNoise = 0.06;
  RandomStream random(seed, 0, index, 0);

  const Colour ground_from = draw_colour(random);
  const Colour ground_to = mix(ground_from, draw_colour(random), 0.5);
  const double ground_angle = random.uniform(0, 2 * kPi);
  const Point slope{std::cos(ground_angle), std::sin(ground_angle)};
  Colour ink = draw_colour(random);
  while (distance(ink, mix(ground_from, ground_to, 0.5)) < 0.7) ink = draw_colour(random);

  const double size = random.uniform(0.38, 0.72);
  const double angle = random.uniform(-0.6, 0.6);
  const double cosine = std::cos(angle);
  const double sine = std::sin(angle);
  const double stretch = random.uniform(0.8, 1.25);
  const Point place{random.uniform(-1, 1) * (0.9 - size), random.uniform(-1, 1) * (0.9 - size)};
  std::array<Scratch, kScratches> scratches;
  for (Scratch& scratch : scratches) {
    scratch.middle = {random.uniform(-1, 1), random.uniform(-1, 1)};
    const double turn = random.uniform(0, kPi);
    scratch.direction = {std::cos(turn), std::sin(turn)};
    scratch.half_length = random.uniform(0.1, 0.45);
    scratch.half_width = random.uniform(0.02, 0.07);
    scratch.colour = draw_colour(random);
  }

  const auto colour_at = [&](Point p) {
    for (const Scratch& scratch : scratches) {
      if (scratch.contains(p)) return scratch.colour;
    }
    const Point d = moved(p, place.x, place.y);
    const Point turned{(d.x * cosine + d.y * sine) / (size * stretch),
                       (d.y * cosine - d.x * sine) * stretch / size};
    if (figure.contains(turned)) return ink;
    return mix(ground_from, ground_to, (p.x * slope.x + p.y * slope.y) / 2 + 0.5);
  };
  const auto to_level = [&](double value) {
    const double noisy = value + kNoise * random.normal();
    return static_cast<uint8_t>(std::lround(std::clamp(noisy, 0.0, 1.0) * 255));
  };

  Image image = make_image(size_px, size_px);
  for (int64_t y = 0; y < size_px; ++y) {
    for (int64_t x = 0; x < size_px; ++x) {
      Colour sum;
      for (int sample = 0; sample < kSamples * kSamples; ++sample) {
        const double along =
            (static_cast<double>(x) + (sample % kSamples + 0.5) / kSamples) / static_cast<double>(size_px);
        const double down =
            (static_cast<double>(y) + (sample / kSamples + 0.5) / kSamples) / static_cast<double>(size_px);
        const Colour colour = colour_at({along * 2 - 1, down * 2 - 1});
        sum = {sum.red + colour.red, sum.green + colour.green, sum.blue + colour.blue};
      }
      constexpr double kCount = kSamples * kSamples;
      uint8_t* pixel = image.row(y) + x * 3;
      pixel[0] = to_level(sum.red / kCount);
      pixel[1] = to_level(sum.green / kCount);
      pixel[2] = to_level(sum.blue / kCount);
    }
  }
  return image;
}

}  // namespace zoo
