#include "wav.hpp"

#include <cstring>
#include <memory>
#include <cstdio>
#include <stdexcept>

namespace pbx {

namespace {

constexpr std::size_t longest = 3600;  // seconds

using File = std::unique_ptr<std::FILE, int (*)(std::FILE *)>;

std::uint32_t number(const unsigned char *bytes, unsigned size) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < size; ++i) {
        value |= static_cast<std::uint32_t>(bytes[i]) << (8 * i);
    }
    return value;
}

void put(unsigned char *bytes, std::uint32_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) {
        bytes[i] = static_cast<unsigned char>(value >> (8 * i));
    }
}

std::size_t read(std::FILE *file, void *to, std::size_t bytes) { return std::fread(to, 1, bytes, file); }

[[noreturn]] void refuse(const char *why) { throw std::runtime_error(why); }

struct Format {
    unsigned channels = 0, rate = 0;
};

Format read_format(std::FILE *file, std::uint32_t size) {
    unsigned char bytes[40] = {};
    if (size < 16 || read(file, bytes, std::min<std::size_t>(size, sizeof bytes)) < 16) {
        refuse("no format");
    }
    const std::uint32_t kind = number(bytes, 2);
    // WAVE_FORMAT_EXTENSIBLE says what it is 24 bytes on.
    const bool pcm = kind == 1 || (kind == 0xFFFE && size >= 26 && number(bytes + 24, 2) == 1);
    Format format{number(bytes + 2, 2), number(bytes + 4, 4)};
    if (!pcm || number(bytes + 14, 2) != 16 || format.channels < 1 || format.channels > 2 || format.rate < 8000 ||
        format.rate > 48000 || format.rate % 50) {
        refuse("not 16-bit PCM of a known rate");
    }
    return format;
}

std::vector<Sample> read_samples(std::FILE *file, std::uint32_t size, const Format &format) {
    const std::size_t most = longest * format.rate * format.channels;
    // The size may be too big for what is there: a file that is still being written, or never was finished.
    std::vector<Sample> samples;
    std::array<Sample, 8192> block;
    std::size_t left = std::min<std::size_t>(size / 2, most + 1);
    while (left) {
        const std::size_t got = read(file, block.data(), std::min(left, block.size()) * 2) / 2;
        if (!got) {
            break;
        }
        samples.insert(samples.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(got));
        left -= got;
    }
    if (samples.size() > most) {
        refuse("too long");
    }
    if (format.channels == 2) {
        for (std::size_t i = 0; i < samples.size() / 2; ++i) {
            samples[i] = static_cast<Sample>((samples[2 * i] + samples[2 * i + 1]) / 2);
        }
        samples.resize(samples.size() / 2);
    }
    return samples;
}

}  // namespace

Wav read_wav(const std::string &path) {
    const File file(std::fopen(path.c_str(), "rbe"), &std::fclose);
    unsigned char bytes[12];
    if (!file || read(file.get(), bytes, 12) != 12 || std::memcmp(bytes, "RIFF", 4) || std::memcmp(bytes + 8, "WAVE", 4)) {
        refuse("no WAV file");
    }
    Format format;
    while (read(file.get(), bytes, 8) == 8) {
        const std::uint32_t size = number(bytes + 4, 4);
        if (!std::memcmp(bytes, "data", 4) && format.rate) {
            return {format.rate, read_samples(file.get(), size, format)};
        }
        const long next = std::ftell(file.get()) + static_cast<long>(size) + static_cast<long>(size % 2);
        if (!std::memcmp(bytes, "fmt ", 4)) {
            format = read_format(file.get(), size);
        }
        if (std::fseek(file.get(), next, SEEK_SET) != 0) {
            break;
        }
    }
    refuse("no samples");
}

std::array<unsigned char, 44> wav_header(unsigned rate, unsigned channels, std::uint32_t bytes) {
    std::array<unsigned char, 44> header = {};
    unsigned char *at = header.data();
    std::memcpy(at, "RIFF", 4);
    put(at + 4, 36 + bytes, 4);
    std::memcpy(at + 8, "WAVEfmt ", 8);
    put(at + 16, 16, 4);
    put(at + 20, 1, 2);
    put(at + 22, channels, 2);
    put(at + 24, rate, 4);
    put(at + 28, rate * channels * 2, 4);
    put(at + 32, channels * 2, 2);
    put(at + 34, 16, 2);
    std::memcpy(at + 36, "data", 4);
    put(at + 40, bytes, 4);
    return header;
}

}  // namespace pbx
