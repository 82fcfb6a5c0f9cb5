#include "party.hpp"

#include "room.hpp"

#include <cmath>

namespace pbx {

namespace {

constexpr unsigned patience = 100;  // frames that a prompt waits for a stream before it goes on without

constexpr double full_scale = 32768.0 * 32768.0;

}  // namespace

void Party::wish_for(Wish wish) {
    auto next = std::make_shared<const Wish>(std::move(wish));
    const std::lock_guard<std::mutex> lock(lock_);
    wish_.swap(next);
}

void Party::attach(std::unique_ptr<Stream> stream) {
    const std::lock_guard<std::mutex> lock(use_);
    stream_ = std::move(stream);
}

void Party::detach() { attach(nullptr); }

double Party::level() {
    const std::lock_guard<std::mutex> lock(lock_);
    const double mean = measured_ ? power_ / measured_ : 0;
    power_ = 0;
    measured_ = 0;
    return 10 * std::log10(std::max(mean / full_scale, 1e-10));
}

void Party::measure() {
    const double now = audible_ ? power(own_.data(), samples_of(rate_)) : 0;
    const std::lock_guard<std::mutex> lock(lock_);
    power_ += now;
    ++measured_;
}

void Party::listen(std::uint64_t tick) {
    {
        const std::lock_guard<std::mutex> lock(lock_);
        now_ = wish_;
    }
    const std::lock_guard<std::mutex> lock(use_);
    if (stream_ && stream_->rate() != rate_) {
        rate_ = stream_->rate();
        raiser_.reset();
        lowerer_.reset();
        out_lowerer_.reset();
    }
    audible_ = stream_ && stream_->read(own_.data(), tick);
    tick_ = tick;
    contributes = false;
}

const Sample *Party::said(unsigned rate) {
    if (!audible_) {
        return nullptr;
    }
    if (rate == rate_) {
        return own_.data();
    }
    if (other_tick_ != tick_) {
        if (other_tick_ + 1 != tick_) {
            raiser_.reset();
            lowerer_.reset();
        }
        other_tick_ = tick_;
        if (rate == wide_rate) {
            raiser_.run(own_.data(), other_.data());
        } else {
            lowerer_.run(own_.data(), other_.data());
        }
    }
    return other_.data();
}

const Sample *Party::recorded(unsigned rate) {
    const bool secret = now_->held || now_->music || (now_->room && now_->muted);
    return secret ? nullptr : said(rate);
}

void Party::hear_room(Sample *samples) {
    if (rate_ == wide_rate) {
        now_->room->heard_by(*this, samples);
        return;
    }
    Frame wide;
    now_->room->heard_by(*this, wide.data());
    if (lowered_tick_ + 1 != tick_) {
        out_lowerer_.reset();
    }
    lowered_tick_ = tick_;
    out_lowerer_.run(wide.data(), samples);
}

// What the others say.
void Party::mix(Sample *samples) {
    const unsigned count = samples_of(rate_);
    unsigned voices = 0;
    if (now_->room) {
        hear_room(samples);
        ++voices;
    }
    Sum sum;
    for (const PartyPtr &peer : now_->peers) {
        const Sample *voice = peer->fresh(tick_) ? peer->said(rate_) : nullptr;
        if (!voice) {
            continue;
        }
        if (voices == 0) {
            std::copy_n(voice, count, samples);
        } else {
            sum.fill(0);
            add(sum, samples, count);
            add(sum, voice, count);
            clip(sum, samples, count);
        }
        ++voices;
    }
    if (!voices) {
        std::fill_n(samples, count, Sample(0));
    }
}

std::uint64_t Party::speak(std::uint64_t tick) {
    Sample *samples = out_.data();
    std::uint64_t ended = 0;
    const std::lock_guard<std::mutex> lock(use_);
    Prompt *prompt = now_->prompt.get();
    if (prompt && prompt->token && (stream_ || ++prompt->waited > patience)) {
        if (prompt->row.next(samples, rate_)) {
            if (stream_) {
                stream_->write(samples, tick);
            }
            return 0;
        }
        ended = prompt->token;
        prompt->token = 0;  // over: what was before comes back
    }
    if (!stream_) {
        return ended;
    }
    if (now_->music) {
        music(*now_->music, tick, samples, rate_);
    } else {
        mix(samples);
    }
    stream_->write(samples, tick);
    return ended;
}

}  // namespace pbx
