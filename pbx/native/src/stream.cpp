#include "stream.hpp"

namespace pbx {

namespace {

constexpr unsigned most_own = 48 * 120;  // samples: Opus' longest frame at 48 kHz

}  // namespace

Stream::Stream(pjmedia_port *port, unsigned index)
    : port_(port), index_(index), own_rate_(PJMEDIA_PIA_SRATE(&port->info)), own_frame_(PJMEDIA_PIA_SPF(&port->info)) {
    if (PJMEDIA_PIA_CCNT(&port->info) != 1 || own_rate_ < narrow_rate || own_rate_ > 48000 || own_rate_ % 50 ||
        !own_frame_ || own_frame_ > most_own) {
        return;
    }
    rate_ = own_rate_ == narrow_rate ? narrow_rate : wide_rate;
    step_ = own_rate_ / 50;
    usable_ = true;
    if (own_rate_ != rate_) {
        pool_ = pjsua_pool_create("stream", 4000, 4000);
        usable_ = pjmedia_resample_create(pool_, PJ_TRUE, PJ_FALSE, 1, own_rate_, rate_, step_, &in_) == PJ_SUCCESS &&
                  pjmedia_resample_create(pool_, PJ_TRUE, PJ_FALSE, 1, rate_, own_rate_, samples_of(rate_), &out_) ==
                      PJ_SUCCESS;
    }
}

Stream::~Stream() {
    for (pjmedia_resample *each : {in_, out_}) {
        if (each) {
            pjmedia_resample_destroy(each);
        }
    }
    if (pool_) {
        pj_pool_release(pool_);
    }
}

bool Stream::get(Sample *samples, pj_uint64_t timestamp) {
    pjmedia_frame frame = {};
    frame.buf = samples;
    frame.size = own_frame_ * sizeof(Sample);
    frame.timestamp.u64 = timestamp;
    const bool audio =
        pjmedia_port_get_frame(port_, &frame) == PJ_SUCCESS && frame.type == PJMEDIA_FRAME_TYPE_AUDIO;
    if (!audio) {
        std::fill_n(samples, own_frame_, Sample(0));
    }
    return audio;
}

void Stream::put(Sample *samples, pj_uint64_t timestamp) {
    pjmedia_frame frame = {};
    frame.type = PJMEDIA_FRAME_TYPE_AUDIO;
    frame.buf = samples;
    frame.size = own_frame_ * sizeof(Sample);
    frame.timestamp.u64 = timestamp;
    pjmedia_port_put_frame(port_, &frame);
}

bool Stream::read_own(Sample *samples, std::uint64_t tick) {
    if (own_frame_ == step_) {
        return get(samples, tick * step_);
    }
    bool audio = !waiting_in_.empty();
    while (waiting_in_.size() < step_) {
        const std::size_t had = waiting_in_.size();
        waiting_in_.resize(had + own_frame_);
        audio |= get(waiting_in_.data() + had, tick * step_ + had);
    }
    std::copy_n(waiting_in_.begin(), step_, samples);
    waiting_in_.erase(waiting_in_.begin(), waiting_in_.begin() + step_);
    return audio;
}

void Stream::write_own(Sample *samples, std::uint64_t tick) {
    if (own_frame_ == step_) {
        put(samples, tick * step_);
        return;
    }
    waiting_out_.insert(waiting_out_.end(), samples, samples + step_);
    while (waiting_out_.size() >= own_frame_) {
        put(waiting_out_.data(), tick * step_);
        waiting_out_.erase(waiting_out_.begin(), waiting_out_.begin() + own_frame_);
    }
}

bool Stream::read(Sample *samples, std::uint64_t tick) {
    if (!in_) {
        return read_own(samples, tick);
    }
    std::array<Sample, 48 * frame_ms> own;
    const bool audio = read_own(own.data(), tick);
    pjmedia_resample_run(in_, own.data(), samples);
    return audio;
}

void Stream::write(Sample *samples, std::uint64_t tick) {
    if (!out_) {
        write_own(samples, tick);
        return;
    }
    std::array<Sample, 48 * frame_ms> own;
    pjmedia_resample_run(out_, samples, own.data());
    write_own(own.data(), tick);
}

}  // namespace pbx
