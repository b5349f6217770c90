// What the fuzz targets share. A target defines LLVMFuzzerTestOneInput; libFuzzer calls it with one input
// after another, or, in every test run and without clang, replay.cpp with the files that are kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "zoo/base/error.h"
#include "zoo/checkpoint/contents.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace zoo::fuzz {

// What a target returns that this machine cannot run; to libFuzzer it means that the input is not worth
// keeping.
constexpr int kNotHere = -1;

// Aborts unless it holds, and says what does not.
void require(bool holds, const char* what, const std::string& about = {});

// The action succeeds or throws an Error that blames the input, by one of these codes, and that a terminal
// can show; else aborts.
void attempt(const std::function<void()>& action,
             std::initializer_list<ErrorCode> blame = {ErrorCode::corrupt, ErrorCode::unsupported});

// Copies the tensors unless they are large; aborts where the copies differ from what they are copies of.
void copy_tensors(const std::vector<NamedTensor>& tensors);

// Reads the bytes as a file of one format, with and without the checks that would hide what lies behind them,
// and copies what is in it.
using Reader = Contents (*)(const FileBytes&, const OpenOptions&);
void attempt_reader(Reader reader, ByteSpan bytes);

}  // namespace zoo::fuzz
