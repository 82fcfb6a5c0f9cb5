#include "rates.hpp"

#include <cmath>

namespace pbx {

namespace {

// A half-band filter of 63 taps has 0.5 in the middle and, besides, only every other tap: these 32.
constexpr unsigned taps = 32;
using Taps = std::array<float, taps>;

double bessel(double x) {  // I0, for the Kaiser window
    double sum = 1, term = 1;
    for (int k = 1; k < 40; ++k) {
        term *= x / (2 * k) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

Taps design() {
    constexpr double beta = 7, middle = 31, pi = 3.14159265358979323846;
    std::array<double, taps> found;
    double total = 0;
    for (unsigned k = 0; k < taps; ++k) {
        const double from_middle = 2.0 * k - middle;
        const double window = bessel(beta * std::sqrt(1 - std::pow(from_middle / (middle + 1), 2))) / bessel(beta);
        found[k] = std::sin(pi * from_middle / 2) / (pi * from_middle) * window;
        total += found[k];
    }
    Taps result;
    std::transform(found.begin(), found.end(), result.begin(),
                   [&](double tap) { return static_cast<float>(tap * 0.5 / total); });
    return result;
}

const Taps coefficients = design();

// `line` is 31 samples of the past and 160 new ones; the past of the next frame goes to `past`.
using Line = std::array<float, 31 + narrow_samples>;
using Filtered = std::array<float, narrow_samples>;

void filter(const Line &line, Filtered &result, float gain) {
    result.fill(0);
    for (unsigned k = 0; k < taps; ++k) {
        const float tap = coefficients[k] * gain;
        const float *from = line.data() + (31 - k);
        for (unsigned n = 0; n < narrow_samples; ++n) {
            result[n] += tap * from[n];
        }
    }
}

Sample rounded(float value) { return clipped(static_cast<std::int32_t>(std::lrintf(value))); }

}  // namespace

void Raiser::run(const Sample *narrow, Sample *wide) {
    Line line;
    std::copy(past_.begin(), past_.end(), line.begin());
    std::copy_n(narrow, narrow_samples, line.begin() + 31);
    Filtered between;
    filter(line, between, 2.0f);
    for (unsigned n = 0; n < narrow_samples; ++n) {
        wide[2 * n] = rounded(between[n]);
        wide[2 * n + 1] = static_cast<Sample>(line[31 + n - 15]);
    }
    std::copy_n(line.end() - 31, 31, past_.begin());
}

void Lowerer::run(const Sample *wide, Sample *narrow) {
    Line even;
    std::array<float, 16 + narrow_samples> odd;
    std::copy(even_.begin(), even_.end(), even.begin());
    std::copy(odd_.begin(), odd_.end(), odd.begin());
    for (unsigned n = 0; n < narrow_samples; ++n) {
        even[31 + n] = wide[2 * n];
        odd[16 + n] = wide[2 * n + 1];
    }
    Filtered low;
    filter(even, low, 1.0f);
    for (unsigned n = 0; n < narrow_samples; ++n) {
        narrow[n] = rounded(low[n] + 0.5f * odd[n]);
    }
    std::copy_n(even.end() - 31, 31, even_.begin());
    std::copy_n(odd.end() - 16, 16, odd_.begin());
}

void Lowerer::reset() {
    even_.fill(0);
    odd_.fill(0);
}

}  // namespace pbx
