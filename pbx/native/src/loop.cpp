// poll() sleeps in PJSIP's ioqueue; wake() ends that sleep through a socket pair that the ioqueue watches.
#include "loop.hpp"

#include "message.hpp"

#include <pjsua2/endpoint.hpp>

#include <atomic>
#include <cerrno>
#include <mutex>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace pbx {

namespace {

struct Waker {
    int reading = -1;
    std::atomic<int> writing{-1};
    std::atomic<bool> signalled{false};
    std::mutex writer;  // wake() against loop_stop()
    pj_pool_t *pool = nullptr;
    pj_ioqueue_key_t *key = nullptr;
    pj_ioqueue_op_key_t operation;
    char buffer[16];
};

Waker &waker() {
    static Waker instance;
    return instance;
}

void read_on(pj_ioqueue_key_t *key) {
    Waker &w = waker();
    for (;;) {
        pj_ssize_t size = sizeof w.buffer;
        const pj_status_t status = pj_ioqueue_recv(key, &w.operation, w.buffer, &size, PJ_IOQUEUE_ALWAYS_ASYNC);
        if (status != PJ_SUCCESS || size <= 0) {
            return;  // pending, or closed
        }
    }
}

void on_read(pj_ioqueue_key_t *key, pj_ioqueue_op_key_t *, pj_ssize_t bytes) {
    // Cleared before the next wait: a wake() from here on writes anew.
    waker().signalled.store(false);
    if (bytes > 0) {
        read_on(key);
    }
}

}  // namespace

void loop_start() {
    Waker &w = waker();
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0) {
        throw std::runtime_error("cannot make a socket pair to wake the loop");
    }
    w.reading = pair[0];
    w.pool = pjsip_endpt_create_pool(core().endpoint, "pbxloop", 512, 512);
    pj_ioqueue_callback callback;
    pj_bzero(&callback, sizeof callback);
    callback.on_read_complete = &on_read;
    const pj_status_t status = pj_ioqueue_register_sock(w.pool, pjsip_endpt_get_ioqueue(core().endpoint), w.reading,
                                                        nullptr, &callback, &w.key);
    if (status != PJ_SUCCESS) {
        close(pair[0]);
        close(pair[1]);
        w.key = nullptr;
        throw std::runtime_error("cannot watch the loop's socket: " + status_text(status));
    }
    pj_ioqueue_op_key_init(&w.operation, sizeof w.operation);
    w.signalled.store(false);
    w.writing.store(pair[1]);
    read_on(w.key);
    pj::Endpoint::jobQueued = &wake;
}

void loop_abandon() {
    Waker &w = waker();
    pj::Endpoint::jobQueued = nullptr;
    const std::lock_guard<std::mutex> lock(w.writer);
    const int writing = w.writing.exchange(-1);
    if (writing >= 0) {
        close(writing);
    }
    w.key = nullptr;
    w.pool = nullptr;
}

void loop_stop() {
    Waker &w = waker();
    pj_ioqueue_key_t *key = w.key;
    pj_pool_t *pool = w.pool;
    loop_abandon();
    if (key) {
        pj_ioqueue_unregister(key);  // closes the reading side
    }
    if (pool) {
        pj_pool_release(pool);
    }
}

int poll(int timeout_ms) {
    Message::collect();
    return pj::Endpoint::instance().libHandleEvents(static_cast<unsigned>(timeout_ms > 0 ? timeout_ms : 0));
}

void wake() {
    Waker &w = waker();
    if (w.signalled.exchange(true)) {
        return;  // a byte is on its way already
    }
    const std::lock_guard<std::mutex> lock(w.writer);
    const int writing = w.writing.load();
    if (writing >= 0) {
        const char byte = 1;
        ssize_t written;
        do {
            written = write(writing, &byte, 1);
        } while (written < 0 && errno == EINTR);
    }
}

}  // namespace pbx
