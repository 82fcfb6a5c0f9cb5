// Frames of audio as the media thread moves them: 20 ms of 16-bit samples, at 8 or 16 kHz.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace pbx {

using Sample = std::int16_t;

constexpr unsigned frame_ms = 20;
constexpr unsigned narrow_rate = 8000;  // Hz
constexpr unsigned wide_rate = 16000;
constexpr unsigned narrow_samples = narrow_rate / 1000 * frame_ms;
constexpr unsigned wide_samples = wide_rate / 1000 * frame_ms;

using Frame = std::array<Sample, wide_samples>;         // the first half is used at 8 kHz
using Sum = std::array<std::int32_t, wide_samples>;     // several frames added up

constexpr unsigned samples_of(unsigned rate) { return rate / 1000 * frame_ms; }

inline Sample clipped(std::int32_t value) {
    return static_cast<Sample>(std::clamp(value, std::int32_t(-32768), std::int32_t(32767)));
}

inline void add(Sum &sum, const Sample *samples, unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        sum[i] += samples[i];
    }
}

inline void clip(const Sum &sum, Sample *samples, unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        samples[i] = clipped(sum[i]);
    }
}

// Mean square of samples; 32768 * 32768 is 0 dBov.
inline double power(const Sample *samples, unsigned count) {
    std::int64_t sum = 0;
    for (unsigned i = 0; i < count; ++i) {
        sum += static_cast<std::int64_t>(samples[i]) * samples[i];
    }
    return static_cast<double>(sum) / count;
}

}  // namespace pbx
