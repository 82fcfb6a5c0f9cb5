// WAV files of 16-bit PCM.
#pragma once

#include "samples.hpp"

#include <string>
#include <vector>

namespace pbx {

struct Wav {
    unsigned rate = 0;  // Hz
    std::vector<Sample> samples;
};

// Reads a file, two channels mixed into one. Throws std::runtime_error when it is not one that `load` takes.
Wav read_wav(const std::string &path);

// The 44 bytes before `bytes` of samples.
std::array<unsigned char, 44> wav_header(unsigned rate, unsigned channels, std::uint32_t bytes);

}  // namespace pbx
