// What every part of the module shares: the PJSIP endpoint, the thread that owns it, and the way to Python.
#pragma once

#include <pjsip.h>
#include <pjsip_ua.h>
#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace pbx {

using Headers = std::vector<std::pair<std::string, std::string>>;

class Message;

// What is to happen to a screened request.
struct Verdict {
    enum Kind { pass, drop, hold, answer };
    Kind kind = pass;
    int code = 0;
    std::string reason;
    Headers headers;
};

// The other side of the module: Python, seen as plain C++. Every method takes the GIL itself.
class Hooks {
public:
    virtual ~Hooks() = default;
    virtual Verdict screen(const std::shared_ptr<Message> &message) = 0;
    // A REFER in the dialog of a call: the final answer to it.
    virtual Verdict refer(int call_id, const std::shared_ptr<Message> &message) = 0;
    virtual void result(std::uint64_t token, int code, const std::string &reason) = 0;
    virtual void message(bool incoming, const char *ip, int port, const char *transport, const char *data,
                         std::size_t size) = 0;
    virtual void closed(const std::string &ip, int port, const char *transport) = 0;
};

struct Core {
    pjsip_endpoint *endpoint = nullptr;  // null before install() and after uninstall()
    std::thread::id owner;               // the PJSIP thread
    std::unique_ptr<Hooks> hooks;
};

Core &core();

// Registers everything with PJSIP, on the thread that will call poll(). Throws std::runtime_error.
void install(std::unique_ptr<Hooks> hooks);
void uninstall();
// PJSIP is being destroyed under us: let go of everything without touching it.
void abandon();

// Module parts, started and stopped by install() and uninstall(), each in its own file.
void guard_start();
void guard_stop();
void connections_start();
void connections_stop();
void screen_start();
void screen_stop();
void screen_abandon();
void dialogs_start();
void dialogs_stop();
void outgoing_stop();
void outgoing_abandon();
void loop_start();
void loop_stop();
void loop_abandon();
void calls_start();
void calls_stop();

// The id of the screening module, under which transactions keep what is ours.
int screen_module_id();
pjsip_module *screen_module();

// ---- small helpers ----

inline std::string_view view(const pj_str_t &text) {
    return text.slen > 0 ? std::string_view(text.ptr, static_cast<std::size_t>(text.slen)) : std::string_view();
}

inline std::string string(const pj_str_t &text) { return std::string(view(text)); }

// A pj_str_t on somebody else's memory, for calls that only read it.
inline pj_str_t borrowed(std::string_view text) {
    pj_str_t result;
    result.ptr = const_cast<char *>(text.data());
    result.slen = static_cast<pj_ssize_t>(text.size());
    return result;
}

pj_str_t copied(pj_pool_t *pool, std::string_view text);

std::string status_text(pj_status_t status);

// A header or reason from Python must not begin another header line: CR, LF and NUL become spaces.
std::string one_line(std::string_view text);

bool equal_nocase(std::string_view a, std::string_view b);

// True for an IPv4 or IPv6 literal (without brackets), which needs no resolver.
bool is_ip_literal(const pj_str_t &host);

// 'udp', 'tcp', 'tls' or 'other'.
const char *transport_name(const pjsip_transport *transport);

inline bool is_stream(const pjsip_transport *transport) {
    return (transport->flag & PJSIP_TRANSPORT_DATAGRAM) == 0;
}

// Adds headers and a body to a message about to be sent. Content-Type comes with the body.
void decorate(pjsip_tx_data *data, const Headers &headers, const std::string &content_type, const std::string &body);

}  // namespace pbx
