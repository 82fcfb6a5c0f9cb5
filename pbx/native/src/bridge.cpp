// Two legs that only hear each other, without the conference bridge between them.
//
// The bridge mixes, and so resamples everything to its own rate: for a plain call that is most of the work. Here each
// stream gets a tap: a media port between the conference bridge and the stream. As long as the tap is not joined it
// passes everything on, and conferences, prompts and recordings work as ever. Once two taps are joined a thread of ours
// moves a frame from one stream to the other every 20 ms, and the conference bridge meets a port that is silent.
#include "bridge.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <stdexcept>

#include <time.h>

namespace pbx {

namespace {

constexpr unsigned frame_ms = 20;
constexpr unsigned max_samples = 48 * frame_ms;
constexpr pj_uint32_t tap_signature = PJMEDIA_SIG_CLASS_APP('T', 'A', 'P');

using Samples = std::array<pj_int16_t, max_samples>;

// One stream, or what is left of it. `use` is held while the stream is touched, by whichever thread.
struct Tap {
    std::mutex use;
    pjmedia_port *stream = nullptr;  // null once the stream is gone
    bool direct = false;             // the conference bridge is kept away
    unsigned rate = 0, samples = 0;  // Hz; samples in a frame
    int call = PJSUA_INVALID_ID;
    unsigned index = 0;  // of the stream in its call
};

using TapPtr = std::shared_ptr<Tap>;

// One direction of a pair, with a resampler where the rates differ.
struct Flow {
    TapPtr from, to;
    pj_pool_t *pool = nullptr;
    pjmedia_resample *resample = nullptr;

    Flow(TapPtr source, TapPtr sink) : from(std::move(source)), to(std::move(sink)) {
        if (from->rate != to->rate) {
            pool = pjsua_pool_create("flow", 2000, 2000);
            pjmedia_resample_create(pool, PJ_TRUE, PJ_FALSE, 1, from->rate, to->rate, from->samples, &resample);
        }
    }
    Flow(const Flow &) = delete;
    Flow &operator=(const Flow &) = delete;
    ~Flow() {
        if (resample) {
            pjmedia_resample_destroy(resample);
        }
        if (pool) {
            pj_pool_release(pool);
        }
    }

    bool usable() const { return from->rate == to->rate || resample; }

    void move(pj_uint64_t timestamp) {
        Samples heard, sent;
        if (!read(heard, timestamp)) {
            return;
        }
        pj_int16_t *samples = heard.data();
        if (resample) {
            pjmedia_resample_run(resample, heard.data(), sent.data());
            samples = sent.data();
        }
        write(samples, timestamp);
    }

private:
    bool read(Samples &samples, pj_uint64_t timestamp) const {
        const std::lock_guard<std::mutex> lock(from->use);
        if (!from->stream || !from->direct) {
            return false;
        }
        pjmedia_frame frame = {};
        frame.buf = samples.data();
        frame.size = from->samples * sizeof(pj_int16_t);
        frame.timestamp.u64 = timestamp;
        if (pjmedia_port_get_frame(from->stream, &frame) != PJ_SUCCESS || frame.type != PJMEDIA_FRAME_TYPE_AUDIO) {
            std::fill_n(samples.begin(), from->samples, pj_int16_t(0));
        }
        return true;
    }

    void write(pj_int16_t *samples, pj_uint64_t timestamp) const {
        const std::lock_guard<std::mutex> lock(to->use);
        if (!to->stream || !to->direct) {
            return;
        }
        pjmedia_frame frame = {};
        frame.type = PJMEDIA_FRAME_TYPE_AUDIO;
        frame.buf = samples;
        frame.size = to->samples * sizeof(pj_int16_t);
        frame.timestamp.u64 = timestamp;
        pjmedia_port_put_frame(to->stream, &frame);
    }
};

struct Pair {
    Flow there, back;
    Pair(const TapPtr &a, const TapPtr &b) : there(a, b), back(b, a) {}
    bool has(const Tap *tap) const { return there.from.get() == tap || back.from.get() == tap; }
};

using Pairs = std::vector<std::shared_ptr<Pair>>;

struct State {
    std::vector<TapPtr> taps;  // by call; PJSIP thread only
    std::mutex list;           // guards the pointer below, never held while audio moves
    std::shared_ptr<const Pairs> pairs = std::make_shared<Pairs>();
    std::atomic<bool> running{false};
    pj_pool_t *pool = nullptr;
    pj_thread_t *thread = nullptr;

    std::shared_ptr<const Pairs> current() {
        const std::lock_guard<std::mutex> lock(list);
        return pairs;
    }
    void replace(std::shared_ptr<const Pairs> next) {
        const std::lock_guard<std::mutex> lock(list);
        pairs.swap(next);
    }
};

State *state = nullptr;

// ---- the port that the conference bridge sees ----

struct TapPort {
    pjmedia_port base;
    pj_pool_t *pool;
    TapPtr tap;
};

pj_status_t tap_get(pjmedia_port *port, pjmedia_frame *frame) {
    Tap &tap = *reinterpret_cast<TapPort *>(port)->tap;
    const std::lock_guard<std::mutex> lock(tap.use);
    if (!tap.stream || tap.direct) {
        frame->type = PJMEDIA_FRAME_TYPE_NONE;
        return PJ_SUCCESS;
    }
    return pjmedia_port_get_frame(tap.stream, frame);
}

pj_status_t tap_put(pjmedia_port *port, pjmedia_frame *frame) {
    Tap &tap = *reinterpret_cast<TapPort *>(port)->tap;
    const std::lock_guard<std::mutex> lock(tap.use);
    return tap.stream && !tap.direct ? pjmedia_port_put_frame(tap.stream, frame) : PJ_SUCCESS;
}

pj_status_t tap_destroy(pjmedia_port *port) {
    auto *tap = reinterpret_cast<TapPort *>(port);
    pj_pool_t *pool = tap->pool;
    tap->~TapPort();
    pj_pool_release(pool);
    return PJ_SUCCESS;
}

void on_stream_created(pjsua_call_id call_id, pjsua_on_stream_created_param *param) {
    if (!state || static_cast<std::size_t>(call_id) >= state->taps.size() ||
        state->taps[static_cast<std::size_t>(call_id)]) {
        return;  // a second stream of the call stays with the conference bridge
    }
    pj_pool_t *pool = pjsua_pool_create("tap", 1000, 1000);
    auto *port = new (pj_pool_zalloc(pool, sizeof(TapPort))) TapPort();
    const pj_str_t name = pj_str(const_cast<char *>("tap"));
    const pjmedia_port_info &info = param->port->info;
    pjmedia_port_info_init2(&port->base.info, &name, tap_signature, PJMEDIA_DIR_ENCODING_DECODING, &info.fmt);
    port->pool = pool;
    port->base.get_frame = &tap_get;
    port->base.put_frame = &tap_put;
    port->base.on_destroy = &tap_destroy;
    port->tap = std::make_shared<Tap>();
    port->tap->stream = param->port;
    port->tap->rate = PJMEDIA_PIA_SRATE(&info);
    port->tap->samples = PJMEDIA_PIA_SPF(&info);
    port->tap->call = call_id;
    port->tap->index = param->stream_idx;
    if (pjmedia_port_init_grp_lock(&port->base, pool, nullptr) != PJ_SUCCESS) {
        tap_destroy(&port->base);
        return;
    }
    state->taps[static_cast<std::size_t>(call_id)] = port->tap;
    param->port = &port->base;
    param->destroy_port = PJ_TRUE;
}

// ---- the thread that moves audio ----

void add_ms(timespec &when, long milliseconds) {
    when.tv_nsec += milliseconds * 1'000'000L;
    while (when.tv_nsec >= 1'000'000'000L) {
        when.tv_nsec -= 1'000'000'000L;
        ++when.tv_sec;
    }
}

double seconds_since(const timespec &then) {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec - then.tv_sec) + static_cast<double>(now.tv_nsec - then.tv_nsec) / 1e9;
}

int run(void *) {
    timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    pj_uint64_t tick = 0;
    while (state->running) {
        add_ms(next, frame_ms);
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, nullptr);
        if (seconds_since(next) > 0.2) {
            clock_gettime(CLOCK_MONOTONIC, &next);  // the machine was held up: no burst of old frames
        }
        ++tick;
        const auto pairs = state->current();  // kept: a pair may end while its audio moves
        for (const auto &pair : *pairs) {
            pair->there.move(tick * pair->there.from->samples);
            pair->back.move(tick * pair->back.from->samples);
        }
    }
    return 0;
}

// ---- joining ----

TapPtr tap_of(int call_id) {
    const bool known = state && call_id >= 0 && static_cast<std::size_t>(call_id) < state->taps.size();
    return known ? state->taps[static_cast<std::size_t>(call_id)] : nullptr;
}

bool direct_capable(const TapPtr &tap) {
    return tap && tap->stream && tap->samples <= max_samples && tap->samples * 1000 == tap->rate * frame_ms;
}

void set_direct(Tap &tap, bool direct) {
    const std::lock_guard<std::mutex> lock(tap.use);
    tap.direct = direct;
}

void separate(const Tap *tap) {
    const auto before = state->current();
    auto after = std::make_shared<Pairs>();
    after->reserve(before->size());
    for (const auto &pair : *before) {
        if (pair->has(tap)) {
            set_direct(*pair->there.from, false);
            set_direct(*pair->back.from, false);
        } else {
            after->push_back(pair);
        }
    }
    state->replace(after);
}

}  // namespace

void bridge_start() {
    state = new State();
    state->taps.resize(pjsua_var.ua_cfg.max_calls);
    state->pool = pjsua_pool_create("bridge", 1000, 1000);
    state->running = true;
    pjsua_var.ua_cfg.cb.on_stream_created2 = &on_stream_created;
    if (pj_thread_create(state->pool, "bridge", &run, nullptr, 0, 0, &state->thread) != PJ_SUCCESS) {
        throw std::runtime_error("cannot start the audio thread");
    }
}

void bridge_stop() {
    if (!state) {
        return;
    }
    pjsua_var.ua_cfg.cb.on_stream_created2 = nullptr;
    state->running = false;
    pj_thread_join(state->thread);
    pj_thread_destroy(state->thread);
    state->replace(std::make_shared<Pairs>());
    for (const TapPtr &tap : state->taps) {
        if (tap) {  // calls may outlive the module: nobody tells any more when their streams go
            const std::lock_guard<std::mutex> lock(tap->use);
            tap->stream = nullptr;
        }
    }
    pj_pool_release(state->pool);
    delete state;
    state = nullptr;
}

bool join(int call_a, int call_b) {
    const TapPtr a = tap_of(call_a), b = tap_of(call_b);
    if (a == b || !direct_capable(a) || !direct_capable(b)) {
        return false;
    }
    const auto before = state->current();
    const auto same = [&](const auto &pair) { return pair->has(a.get()) && pair->has(b.get()); };
    if (std::any_of(before->begin(), before->end(), same)) {
        return true;
    }
    auto pair = std::make_shared<Pair>(a, b);
    if (!pair->there.usable() || !pair->back.usable()) {
        return false;
    }
    separate(a.get());
    separate(b.get());
    set_direct(*a, true);
    set_direct(*b, true);
    auto after = std::make_shared<Pairs>(*state->current());
    after->push_back(std::move(pair));
    state->replace(after);
    return true;
}

void part(int call_id) {
    if (const TapPtr tap = tap_of(call_id)) {
        separate(tap.get());
    }
}

int joined() { return state ? static_cast<int>(state->current()->size()) * 2 : 0; }

void bridge_stream_destroyed(int call_id, unsigned index) {
    const TapPtr tap = tap_of(call_id);
    if (!tap || tap->index != index) {
        return;
    }
    separate(tap.get());
    const std::lock_guard<std::mutex> lock(tap->use);
    tap->stream = nullptr;
    state->taps[static_cast<std::size_t>(call_id)] = nullptr;
}

}  // namespace pbx
