// The small parts that all programs share.
#include <catch2/catch.hpp>

#include <sstream>

#include <cxxopts.hpp>

#include "apps/cli/flag_values.h"
#include "apps/cli/options.h"
#include "apps/cli/progress.h"
#include "apps/cli/run_main.h"
#include "apps/cli/table.h"
#include "zoo/base/error.h"

using namespace zoo;
using namespace zoo::apps;

namespace {

cxxopts::Options example() {
  auto options = make_options("zoo try", "FILE [--lr X] [--fast]", "Try.");
  options.add_options()("lr", "rate", cxxopts::value<std::string>()->default_value("0.1"), "X")("fast",
                                                                                                "hurry");
  return options;
}

std::string error_of(const std::vector<std::string>& arguments) {
  auto options = example();
  try {
    parse_options(options, arguments);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("flags and operands may be mixed") {
  auto options = example();
  const auto flags = parse_options(options, {"a,b.pth", "--lr=0.5", "--fast", "--", "--lr"});
  CHECK(flags["lr"].as<std::string>() == "0.5");
  CHECK(flags.count("fast") == 1);
  CHECK(operands(options, flags, {.at_least = 1, .at_most = 2, .what = "a FILE"}) ==
        std::vector<std::string>{"a,b.pth", "--lr"});
  CHECK_THROWS_AS(operands(options, flags, {.at_least = 0, .at_most = 1, .what = ""}), Error);
  CHECK_THROWS_AS(operands(options, flags, {.at_least = 3, .at_most = 3, .what = ""}), Error);
}

TEST_CASE("an unknown flag is named with the nearest one") {
  CHECK(error_of({"--fats"}) ==
        "zoo try: unknown flag '--fats'. Did you mean '--fast'? 'zoo try --help' shows how to use it.");
  CHECK(error_of({"--speed=3"}).find("unknown flag '--speed'. 'zoo try --help'") != std::string::npos);
  CHECK(error_of({"-q"}).find("unknown flag '-q'") != std::string::npos);
  CHECK(error_of({"--lr"}).find("option 'lr' is missing an argument") != std::string::npos);
  CHECK(error_of({"--fast=maybe"}).find("'maybe'") != std::string::npos);
  CHECK(error_of({"-"}).empty());
}

TEST_CASE("a very long argument is only an argument") {
  CHECK(error_of({std::string(1 << 20, 'x')}).empty());
  CHECK(error_of({"--" + std::string(1 << 20, 'x')}).find("unknown flag") != std::string::npos);
}

TEST_CASE("help ends the command whatever else is given") {
  auto options = example();
  CHECK_THROWS_AS(parse_options(options, {"--unknown", "--help"}), Finished);
  CHECK_THROWS_AS(parse_options(options, {"-h"}), Finished);
}

TEST_CASE("numbers are checked as a whole and against their range") {
  CHECK(parse_integer("--epochs", "12", 1, 100) == 12);
  CHECK(parse_number("--lr", "1e-3", 0, 1) == 1e-3);
  const std::string bad = GENERATE("abc", "", "1x", "0x10", " 1", "nan", "inf", "2", "-1", "1e999");
  INFO(bad);
  CHECK_THROWS_WITH(parse_number("--lr", bad, 0, 1),
                    Catch::StartsWith("--lr: '" + bad + "' is not a number"));
  CHECK_THROWS_AS(parse_integer("--epochs", bad, 10, 20), Error);
}

TEST_CASE("a table's columns line up and its lines end without spaces") {
  Table table({{"NAME"}, {"SIZE", true}, {"NOTE"}});
  table.add({"a", "10", ""});
  table.add({"longer", "7", "x"});
  std::ostringstream out;
  table.print(out);
  CHECK(out.str() == "NAME    SIZE  NOTE\na         10\nlonger     7  x\n");
}

TEST_CASE("counts are scaled to three digits") {
  CHECK(scaled_text(0) == "0");
  CHECK(scaled_text(999) == "999");
  CHECK(scaled_text(1000) == "1.00 K");
  CHECK(scaled_text(269'722) == "270 K");
  CHECK(scaled_text(999'499) == "999 K");
  CHECK(scaled_text(999'500) == "1.00 M");
  CHECK(scaled_text(25'557'032) == "25.6 M");
  CHECK(scaled_text(4'089'184'256) == "4.09 G");
}

TEST_CASE("control characters do not reach the terminal") {}

TEST_CASE("a progress bar fills from the left") {
  CHECK(progress_bar(0, 12) == "[>         ]");
  CHECK(progress_bar(0.5, 12) == "[=====>    ]");
  CHECK(progress_bar(1, 12) == "[==========]");
  CHECK(progress_bar(7, 12) == "[==========]");
  CHECK(progress_bar(-1, 12) == "[>         ]");
}

TEST_CASE("durations read as a clock") {
  CHECK(duration_text(9.4) == "0:09");
  CHECK(duration_text(725) == "12:05");
  CHECK(duration_text(3723) == "1:02:03");
  CHECK(duration_text(-5) == "0:00");
}
