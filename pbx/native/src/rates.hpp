// Between 8 and 16 kHz by a half-band filter: flat to 3.4 kHz, 70 dB down from 4.6 kHz, 2 ms of delay.
#pragma once

#include "samples.hpp"

namespace pbx {

// Both keep the samples of the frame before: run them on every frame, or `reset` after a pause.
class Raiser {
public:
    void run(const Sample *narrow, Sample *wide);
    void reset() { past_.fill(0); }

private:
    std::array<float, 31> past_ = {};
};

class Lowerer {
public:
    void run(const Sample *wide, Sample *narrow);
    void reset();

private:
    std::array<float, 31> even_ = {};
    std::array<float, 16> odd_ = {};
};

}  // namespace pbx
