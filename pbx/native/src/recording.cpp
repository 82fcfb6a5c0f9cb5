#include "recording.hpp"

#include "wav.hpp"

#include <cerrno>
#include <condition_variable>
#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

namespace pbx {

namespace {

constexpr double quiet = 32768.0 * 32768.0 * 3.1623e-5;  // power at -45 dBov: below nobody speaks
constexpr unsigned header_bytes = 44;
constexpr unsigned frames_a_second = 1000 / frame_ms;
constexpr std::size_t most_pending = 30 * wide_rate * 2;  // samples that wait for a disk that hangs

// Whether those who are to be heard have all hung up. Nobody on purpose is silence.
bool all_gone(const Sides &sides) {
    bool any = false, left = false;
    for (const auto &side : sides) {
        for (const PartyPtr &party : side) {
            any = true;
            left |= !party->gone;
        }
    }
    return any && !left;
}

bool write_all(int file, const void *data, std::size_t size, std::uint64_t at) {
    const char *bytes = static_cast<const char *>(data);
    while (size) {
        const ssize_t done = pwrite(file, bytes, size, static_cast<off_t>(at));
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return false;
        }
        bytes += done;
        at += static_cast<std::uint64_t>(done);
        size -= static_cast<std::size_t>(done);
    }
    return true;
}

}  // namespace

Recording::Recording(std::string name, std::string path, unsigned rate, Sides sides, const RecordingLimits &limits)
    : id(std::move(name)), path_(std::move(path)), rate_(rate), channels_(static_cast<unsigned>(sides.size())),
      limits_(limits), sources_(std::make_shared<const Sources>(Sources{false, std::move(sides)})) {}

Recording::~Recording() {
    if (file_ >= 0) {
        ::close(file_);
    }
}

void Recording::change(bool paused, Sides sides) {
    sides.resize(channels_);
    auto next = std::make_shared<const Sources>(Sources{paused, std::move(sides)});
    const std::lock_guard<std::mutex> lock(lock_);
    sources_.swap(next);
}

void Recording::stop(const char *reason) {
    const std::lock_guard<std::mutex> lock(lock_);
    if (reason_.empty()) {
        reason_ = reason;
    }
}

bool Recording::take(std::uint64_t tick) {
    const std::lock_guard<std::mutex> lock(lock_);
    if (!reason_.empty()) {
        return false;
    }
    const std::shared_ptr<const Sources> sources = sources_;
    if (all_gone(sources->sides)) {
        reason_ = "gone";
        return false;
    }
    tick_ = tick_ ? tick_ : tick - 1;
    while (tick_ < tick) {
        ++tick_;
        if (!add_frame(*sources, tick_ != tick)) {
            return false;
        }
    }
    return true;
}

bool Recording::add_frame(const Sources &sources, bool missed) {
    const unsigned count = samples_of(rate_);
    const std::size_t at = pending_.size();
    pending_.resize(at + std::size_t(count) * channels_);
    double loudest = 0;
    for (unsigned channel = 0; channel < channels_ && !missed && !sources.paused; ++channel) {
        Sum sum = {};
        for (const PartyPtr &party : sources.sides[channel]) {
            const Sample *said = party->fresh(tick_) ? party->recorded(rate_) : nullptr;
            if (said) {
                add(sum, said, count);
            }
        }
        Frame mixed;
        clip(sum, mixed.data(), count);
        for (unsigned i = 0; i < count; ++i) {
            pending_[at + std::size_t(i) * channels_ + channel] = mixed[i];
        }
        loudest = std::max(loudest, power(mixed.data(), count));
    }
    ++frames_;
    return within_limits(loudest > quiet, sources.paused);
}

bool Recording::within_limits(bool loud, bool paused) {
    // One loud frame alone is a click, no speech.
    silent_ = paused || (loud && loud_before_) ? 0 : silent_ + 1;
    loud_before_ = loud;
    const std::uint64_t frame_bytes = std::uint64_t(samples_of(rate_)) * channels_ * sizeof(Sample);
    if (static_cast<double>(frames_) >= limits_.seconds * frames_a_second) {
        reason_ = "longest";
    } else if (limits_.bytes && header_bytes + (frames_ + 1) * frame_bytes > *limits_.bytes) {
        reason_ = "largest";
    } else if (limits_.silence_seconds &&
               static_cast<double>(silent_) >= *limits_.silence_seconds * frames_a_second) {
        reason_ = "silence";
    } else if (pending_.size() > most_pending) {
        reason_ = "failed";
    }
    return reason_.empty();
}

void Recording::open() {
    std::error_code ignored;  // what is wrong shows when the file is opened
    std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
    file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    broken_ = file_ < 0;
    if (!broken_) {
        write_header();
    }
}

void Recording::write_header() {
    const auto header = wav_header(rate_, channels_, static_cast<std::uint32_t>(written_));
    broken_ |= !write_all(file_, header.data(), header.size(), 0);
    header_at_ = written_;
}

void Recording::append(const std::vector<Sample> &samples) {
    const std::size_t bytes = samples.size() * sizeof(Sample);
    if (write_all(file_, samples.data(), bytes, header_bytes + written_)) {
        written_ += bytes;
    } else {
        broken_ = true;
    }
}

void Recording::close() {
    if (file_ < 0) {
        return;
    }
    // A disk that is full had room for the header and for what was counted: those are kept.
    broken_ |= ftruncate(file_, static_cast<off_t>(header_bytes + written_)) != 0;
    write_header();
    broken_ |= fsync(file_) != 0;
    broken_ |= ::close(file_) != 0;
    file_ = -1;
    const int folder = ::open(std::filesystem::path(path_).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    broken_ |= folder < 0 || fsync(folder) != 0;
    if (folder >= 0) {
        ::close(folder);
    }
}

std::optional<RecordingEnd> Recording::write() {
    std::vector<Sample> samples;
    std::string reason;
    {
        const std::lock_guard<std::mutex> lock(lock_);
        samples.swap(pending_);
        reason = reason_;
    }
    if (file_ < 0 && !broken_) {
        open();
    }
    if (!broken_ && !samples.empty()) {
        append(samples);
    }
    if (!broken_ && written_ - header_at_ >= std::uint64_t(rate_) * channels_ * sizeof(Sample)) {
        write_header();
    }
    if (broken_) {
        stop("failed");
        reason = "failed";
    }
    if (reason.empty()) {
        return std::nullopt;
    }
    close();
    const double seconds = static_cast<double>(written_) / (rate_ * channels_ * sizeof(Sample));
    return RecordingEnd{id, seconds, written_ ? header_bytes + written_ : 0, broken_ ? "failed" : reason};
}

// ---- the thread ----

namespace {

constexpr std::chrono::milliseconds pause{250};

struct Writer {
    std::mutex lock;
    std::condition_variable changed;
    std::vector<RecordingPtr> recordings;
    bool running = true;
    void (*ended)(const RecordingEnd &) = nullptr;
    std::thread thread;
};

Writer *writer = nullptr;

void write_round(std::vector<RecordingPtr> &recordings) {
    for (auto it = recordings.begin(); it != recordings.end();) {
        const auto end = (*it)->write();
        if (end) {
            writer->ended(*end);
            const std::lock_guard<std::mutex> lock(writer->lock);
            auto &all = writer->recordings;
            all.erase(std::find(all.begin(), all.end(), *it));
            it = recordings.erase(it);
        } else {
            ++it;
        }
    }
}

void run_writer() {
    for (bool running = true; running;) {
        std::vector<RecordingPtr> recordings;
        {
            std::unique_lock<std::mutex> lock(writer->lock);
            if (writer->running && writer->recordings.empty()) {
                writer->changed.wait(lock);
            } else if (writer->running) {
                writer->changed.wait_for(lock, pause);
            }
            running = writer->running;
            recordings = writer->recordings;
        }
        if (!running) {
            for (const RecordingPtr &recording : recordings) {
                recording->stop("stopped");
            }
        }
        write_round(recordings);
    }
}

}  // namespace

void recordings_start(void (*ended)(const RecordingEnd &)) {
    writer = new Writer();
    writer->ended = ended;
    writer->thread = std::thread(&run_writer);
}

void recordings_stop() {
    if (!writer) {
        return;
    }
    {
        const std::lock_guard<std::mutex> lock(writer->lock);
        writer->running = false;
    }
    writer->changed.notify_one();
    writer->thread.join();
    delete writer;
    writer = nullptr;
}

void write_recording(const RecordingPtr &recording) {
    {
        const std::lock_guard<std::mutex> lock(writer->lock);
        writer->recordings.push_back(recording);
    }
    writer->changed.notify_one();
}

}  // namespace pbx
