// A received request, readable while PJSIP holds it and, once kept, for as long as somebody wants it.
#pragma once

#include "core.hpp"

#include <map>
#include <optional>

namespace pbx {

struct ContactFields {
    std::string uri;
    long expires = -1;  // seconds; -1 when not given
    double q = -1;      // -1 when not given
    std::vector<std::pair<std::string, std::string>> params;
};

struct DigestFields {
    std::string username, realm, nonce, uri, response, algorithm, qop, nc, cnonce, opaque;
};

struct Party {  // From or To
    std::string uri, user, host, display, tag;
};

// Reading is allowed on any thread that holds the GIL; keeping and releasing belong to the PJSIP thread (a release
// elsewhere is put off until the PJSIP thread comes by). Strings are bytes as received, in any encoding.
class Message {
public:
    Message(const pjsip_rx_data *rdata, std::uint64_t token);
    ~Message();
    Message(const Message &) = delete;
    Message &operator=(const Message &) = delete;

    // Copies what PJSIP is about to reuse.
    void keep();
    // PJSIP is going away or the borrowed memory is: all further reading gives nothing.
    void forget();

    // Frees what other threads left behind; forget_all() ends every message that is still known to Python.
    static void collect();
    static void forget_all();

    const std::uint64_t token;
    const std::string source_ip;
    const int source_port;
    const std::string local_ip;
    const int local_port;
    const char *const transport;

    std::string method() const;
    Party request_uri() const;  // uri, user and host are filled
    Party from() const;
    Party to() const;
    std::string call_id() const;
    std::int64_t cseq() const;
    std::vector<ContactFields> contacts() const;
    bool contact_star() const;
    long expires() const;
    std::vector<DigestFields> credentials() const;
    std::vector<std::string> paths() const;
    bool record_routed() const;
    int via_count() const;
    std::vector<std::string> supported() const;
    std::string content_type() const;
    std::string_view body() const;
    std::string_view raw() const;
    // Every value of a header, in order; the name in any case, long or compact.
    std::vector<std::string> header(std::string_view name) const;

private:
    const pjsip_hdr *find(pjsip_hdr_e type, const pjsip_hdr *after = nullptr) const;
    void release();

    pjsip_msg *msg_ = nullptr;
    const char *raw_ = nullptr;
    std::size_t raw_size_ = 0;
    pj_pool_t *pool_ = nullptr;  // set once kept
    std::string kept_raw_;
};

}  // namespace pbx
