#include "sounds.hpp"

#include "core.hpp"
#include "rates.hpp"
#include "wav.hpp"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <stdexcept>

#include <sys/stat.h>

namespace pbx {

namespace {

constexpr unsigned tail = 8;                       // frames
constexpr std::size_t kept_sounds = 64;            // the last ones asked for stay in memory
constexpr std::size_t kept_samples = 500'000;      // unless they are longer than this, at 8 kHz: a minute

// What tells one content of a path from the next.
using Signature = std::array<std::int64_t, 4>;

struct Known {
    Signature signature;
    std::weak_ptr<const Recorded> recorded;
};

struct Loader {
    std::mutex lock;
    std::condition_variable asked;
    std::deque<SoundPtr> waiting;
    bool running = true;
    void (*unplayable)(const std::string &) = nullptr;
    pj_pool_t *pool = nullptr;
    pj_thread_t *thread = nullptr;
    // Of the thread alone.
    std::map<std::string, Known> known;
    std::deque<std::shared_ptr<const Recorded>> kept;
};

Loader *loader = nullptr;

Signature signature_of(const std::string &path) {
    struct stat found;
    if (stat(path.c_str(), &found) != 0) {
        return {};
    }
    return {static_cast<std::int64_t>(found.st_ino), found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

// To 16 kHz by frames of 20 ms, the last of them filled up with silence.
std::vector<Sample> to_wide(std::vector<Sample> samples, unsigned rate) {
    const unsigned in = rate / 50;
    const std::size_t frames = (samples.size() + in - 1) / in;
    samples.resize(frames * in);
    std::vector<Sample> wide(frames * wide_samples);
    pj_pool_t *pool = pjsua_pool_create("sound", 4000, 4000);
    pjmedia_resample *resample = nullptr;
    if (pjmedia_resample_create(pool, PJ_TRUE, PJ_FALSE, 1, rate, wide_rate, in, &resample) == PJ_SUCCESS) {
        for (std::size_t i = 0; i < frames; ++i) {
            pjmedia_resample_run(resample, &samples[i * in], &wide[i * wide_samples]);
        }
        pjmedia_resample_destroy(resample);
    }
    pj_pool_release(pool);
    return wide;
}

std::vector<Sample> to_narrow(const std::vector<Sample> &wide) {
    // The filter is 2 ms late: what it holds back at the end is pushed out, and the begin cut off.
    constexpr std::size_t delay = 16;
    std::vector<Sample> padded(wide);
    padded.resize((wide.size() / wide_samples + 2) * wide_samples);
    std::vector<Sample> narrow(padded.size() / 2);
    Lowerer lowerer;
    for (std::size_t i = 0; i < narrow.size() / narrow_samples; ++i) {
        lowerer.run(&padded[i * wide_samples], &narrow[i * narrow_samples]);
    }
    narrow.erase(narrow.begin(), narrow.begin() + delay);
    narrow.resize(wide.size() / 2);
    return narrow;
}

std::vector<Sample> doubled(const std::vector<Sample> &narrow) {
    constexpr std::size_t delay = 31;  // at 16 kHz
    std::vector<Sample> padded(narrow);
    padded.resize((narrow.size() / narrow_samples + 2) * narrow_samples);
    std::vector<Sample> wide(padded.size() * 2);
    Raiser raiser;
    for (std::size_t i = 0; i < padded.size() / narrow_samples; ++i) {
        raiser.run(&padded[i * narrow_samples], &wide[i * wide_samples]);
    }
    wide.erase(wide.begin(), wide.begin() + delay);
    wide.resize(narrow.size() * 2);
    return wide;
}

std::shared_ptr<const Recorded> at_both_rates(Wav wav) {
    auto result = std::make_shared<Recorded>();
    if (wav.rate == narrow_rate) {
        result->wide = doubled(wav.samples);
        result->narrow = std::move(wav.samples);
        return result;
    }
    result->wide = wav.rate == wide_rate ? std::move(wav.samples) : to_wide(std::move(wav.samples), wav.rate);
    result->wide.resize(result->wide.size() / 2 * 2);
    result->narrow = to_narrow(result->wide);
    return result;
}

std::shared_ptr<const Recorded> recorded(const std::string &path) {
    const Signature signature = signature_of(path);
    const auto found = loader->known.find(path);
    if (found != loader->known.end() && found->second.signature == signature) {
        if (auto samples = found->second.recorded.lock()) {
            return samples;
        }
    }
    auto samples = at_both_rates(read_wav(path));
    for (auto it = loader->known.begin(); it != loader->known.end();) {
        it = it->second.recorded.expired() ? loader->known.erase(it) : std::next(it);
    }
    loader->known[path] = {signature, samples};
    if (samples->narrow.size() <= kept_samples) {
        loader->kept.push_back(samples);
        if (loader->kept.size() > kept_sounds) {
            loader->kept.pop_front();
        }
    }
    return samples;
}

int run(void *) {
    for (;;) {
        SoundPtr sound;
        {
            std::unique_lock<std::mutex> lock(loader->lock);
            loader->asked.wait(lock, [] { return !loader->running || !loader->waiting.empty(); });
            if (!loader->running) {
                return 0;
            }
            sound = std::move(loader->waiting.front());
            loader->waiting.pop_front();
        }
        try {
            sound->recorded = recorded(sound->path);
            sound->state.store(Sound::ready, std::memory_order_release);
        } catch (const std::exception &) {
            sound->state.store(Sound::failed, std::memory_order_release);
            loader->unplayable(sound->path);
        }
    }
}

}  // namespace

void sounds_start(void (*unplayable)(const std::string &path)) {
    loader = new Loader();
    loader->unplayable = unplayable;
    loader->pool = pjsua_pool_create("sounds", 1000, 1000);
    if (pj_thread_create(loader->pool, "sounds", &run, nullptr, 0, 0, &loader->thread) != PJ_SUCCESS) {
        throw std::runtime_error("cannot start the thread that reads sounds");
    }
}

void sounds_stop() {
    if (!loader) {
        return;
    }
    {
        const std::lock_guard<std::mutex> lock(loader->lock);
        loader->running = false;
    }
    loader->asked.notify_one();
    pj_thread_join(loader->thread);
    pj_thread_destroy(loader->thread);
    pj_pool_release(loader->pool);
    delete loader;
    loader = nullptr;
}

SoundPtr load(const std::string &path) {
    auto sound = std::make_shared<Sound>(path);
    {
        const std::lock_guard<std::mutex> lock(loader->lock);
        loader->waiting.push_back(sound);
    }
    loader->asked.notify_one();
    return sound;
}

// To the next sound, or from the last to the first.
void Row::step() {
    ++index_;
    position_ = 0;
    if (index_ == sounds_.size() && loop_ && sounded_) {
        index_ = 0;
    }
}

bool Row::next(Sample *samples, unsigned rate) {
    const unsigned times = rate / narrow_rate;
    unsigned wanted = samples_of(rate);
    std::fill_n(samples, wanted, Sample(0));
    while (wanted && index_ < sounds_.size()) {
        const Sound &sound = *sounds_[index_];
        const auto state = sound.state.load(std::memory_order_acquire);
        if (state == Sound::loading) {
            return true;
        }
        const std::size_t length = state == Sound::ready ? sound.recorded->narrow.size() : 0;
        if (position_ >= length) {
            step();
            continue;
        }
        const auto &from = rate == narrow_rate ? sound.recorded->narrow : sound.recorded->wide;
        const auto count = static_cast<unsigned>(std::min<std::size_t>(wanted, (length - position_) * times));
        std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(position_ * times), count, samples);
        sounded_ = true;
        position_ += count / times;
        samples += count;
        wanted -= count;
    }
    if (index_ == sounds_.size()) {
        return over_++ < tail;
    }
    return true;
}

void music(const Sound &sound, std::uint64_t tick, Sample *samples, unsigned rate) {
    unsigned wanted = samples_of(rate);
    const bool there = sound.state.load(std::memory_order_acquire) == Sound::ready && !sound.recorded->narrow.empty();
    if (!there) {
        std::fill_n(samples, wanted, Sample(0));
        return;
    }
    const auto &from = rate == narrow_rate ? sound.recorded->narrow : sound.recorded->wide;
    std::size_t position = tick * wanted % from.size();
    while (wanted) {
        const auto count = static_cast<unsigned>(std::min<std::size_t>(wanted, from.size() - position));
        samples = std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(position), count, samples);
        wanted -= count;
        position = 0;
    }
}

}  // namespace pbx
