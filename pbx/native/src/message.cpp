// Reading a received request. Nothing here may throw on hostile bytes.
#include "message.hpp"

#include <mutex>
#include <unordered_set>

namespace pbx {

namespace {

// Messages that hold a pool, so that uninstall() can empty them; and pools that another thread let go of.
std::mutex pools_lock;
std::unordered_set<Message *> keepers;
std::vector<pj_pool_t *> abandoned;

constexpr std::size_t pool_size = 4000;

// Prints with a buffer that grows: URIs and headers may be as long as a packet.
template <typename Print> std::string printed(Print print) {
    for (std::size_t size = 1024; size <= 2 * PJSIP_MAX_PKT_LEN; size *= 8) {
        std::string buffer(size, '\0');
        const int length = print(buffer.data(), size - 1);
        if (length >= 0) {
            buffer.resize(static_cast<std::size_t>(length));
            return buffer;
        }
    }
    return std::string();
}

std::string uri_text(pjsip_uri_context_e context, const pjsip_uri *uri) {
    if (!uri) {
        return std::string();
    }
    return printed([&](char *buffer, std::size_t size) {
        return static_cast<int>(pjsip_uri_print(context, uri, buffer, static_cast<pj_size_t>(size)));
    });
}

Party party_of(pjsip_uri_context_e context, const void *uri_or_name) {
    Party party;
    if (!uri_or_name) {
        return party;
    }
    const auto *uri = static_cast<const pjsip_uri *>(pjsip_uri_get_uri(uri_or_name));
    if (!uri) {
        return party;
    }
    party.uri = uri_text(context, uri);
    if (PJSIP_URI_SCHEME_IS_SIP(uri) || PJSIP_URI_SCHEME_IS_SIPS(uri)) {
        const auto *sip = reinterpret_cast<const pjsip_sip_uri *>(uri);
        party.user = string(sip->user);
        party.host = string(sip->host);
    } else if (PJSIP_URI_SCHEME_IS_TEL(uri)) {
        party.user = string(reinterpret_cast<const pjsip_tel_uri *>(uri)->number);
    }
    if (uri != uri_or_name) {
        party.display = string(static_cast<const pjsip_name_addr *>(uri_or_name)->display);
    }
    return party;
}

std::string unquoted(const pj_str_t &text) {
    std::string_view value = view(text);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
    }
    return std::string(value);
}

DigestFields digest_fields(const pjsip_digest_credential &digest) {
    DigestFields fields;
    fields.username = unquoted(digest.username);
    fields.realm = unquoted(digest.realm);
    fields.nonce = unquoted(digest.nonce);
    fields.uri = unquoted(digest.uri);
    fields.response = unquoted(digest.response);
    fields.algorithm = unquoted(digest.algorithm);
    fields.qop = unquoted(digest.qop);
    fields.nc = unquoted(digest.nc);
    fields.cnonce = unquoted(digest.cnonce);
    fields.opaque = unquoted(digest.opaque);
    return fields;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r' || text.back() == '\n')) {
        text.remove_suffix(1);
    }
    return text;
}

// Splits at commas that are outside quotes and angle brackets (RFC 3261 section 7.3.1).
void split_list(std::string_view text, std::vector<std::string> &into) {
    bool quoted = false, bracketed = false;
    std::size_t start = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        const char c = i < text.size() ? text[i] : ',';
        if (quoted && i < text.size()) {
            if (c == '\\') {
                ++i;
            } else if (c == '"') {
                quoted = false;
            }
        } else if (c == '"') {
            quoted = true;
        } else if (c == '<') {
            bracketed = true;
        } else if (c == '>') {
            bracketed = false;
        } else if (c == ',' && (!bracketed || i == text.size())) {
            const std::string_view item = trimmed(text.substr(start, i - start));
            if (!item.empty()) {
                into.emplace_back(item);
            }
            start = i + 1;
        }
    }
}

}  // namespace

Message::Message(const pjsip_rx_data *rdata, std::uint64_t number)
    : token(number), source_ip(rdata->pkt_info.src_name), source_port(rdata->pkt_info.src_port),
      local_ip(string(rdata->tp_info.transport->local_name.host)),
      local_port(rdata->tp_info.transport->local_name.port), transport(transport_name(rdata->tp_info.transport)),
      msg_(rdata->msg_info.msg), raw_(rdata->msg_info.msg_buf),
      raw_size_(static_cast<std::size_t>(rdata->msg_info.len)) {}

Message::~Message() { release(); }

void Message::keep() {
    if (pool_ || !msg_) {
        return;
    }
    pool_ = pjsip_endpt_create_pool(core().endpoint, "pbxmsg", pool_size, pool_size);
    if (!pool_) {
        forget();
        return;
    }
    msg_ = pjsip_msg_clone(pool_, msg_);
    kept_raw_.assign(raw_, raw_size_);
    raw_ = kept_raw_.data();
    const std::lock_guard<std::mutex> lock(pools_lock);
    keepers.insert(this);
}

void Message::forget() {
    release();
    msg_ = nullptr;
    raw_ = nullptr;
    raw_size_ = 0;
}

void Message::release() {
    if (!pool_) {
        return;
    }
    {
        const std::lock_guard<std::mutex> lock(pools_lock);
        keepers.erase(this);
        if (std::this_thread::get_id() != core().owner) {
            abandoned.push_back(pool_);
            pool_ = nullptr;
        }
    }
    if (pool_) {
        pj_pool_release(pool_);
        pool_ = nullptr;
    }
}

void Message::collect() {
    std::vector<pj_pool_t *> pools;
    {
        const std::lock_guard<std::mutex> lock(pools_lock);
        pools.swap(abandoned);
    }
    for (pj_pool_t *pool : pools) {
        pj_pool_release(pool);
    }
}

void Message::forget_all() {
    std::vector<Message *> messages;
    {
        const std::lock_guard<std::mutex> lock(pools_lock);
        messages.assign(keepers.begin(), keepers.end());
    }
    for (Message *message : messages) {
        message->forget();
    }
    collect();
}

const pjsip_hdr *Message::find(pjsip_hdr_e type, const pjsip_hdr *after) const {
    if (!msg_) {
        return nullptr;
    }
    const pjsip_hdr *start = after ? after->next : msg_->hdr.next;
    for (const pjsip_hdr *header = start; header != &msg_->hdr; header = header->next) {
        if (header->type == type) {
            return header;
        }
    }
    return nullptr;
}

std::string Message::method() const { return msg_ ? string(msg_->line.req.method.name) : std::string(); }

Party Message::request_uri() const {
    return msg_ ? party_of(PJSIP_URI_IN_REQ_URI, msg_->line.req.uri) : Party();
}

Party Message::from() const {
    const auto *header = reinterpret_cast<const pjsip_from_hdr *>(find(PJSIP_H_FROM));
    if (!header) {
        return Party();
    }
    Party party = party_of(PJSIP_URI_IN_FROMTO_HDR, header->uri);
    party.tag = string(header->tag);
    return party;
}

Party Message::to() const {
    const auto *header = reinterpret_cast<const pjsip_to_hdr *>(find(PJSIP_H_TO));
    if (!header) {
        return Party();
    }
    Party party = party_of(PJSIP_URI_IN_FROMTO_HDR, header->uri);
    party.tag = string(header->tag);
    return party;
}

std::string Message::call_id() const {
    const auto *header = reinterpret_cast<const pjsip_cid_hdr *>(find(PJSIP_H_CALL_ID));
    return header ? string(header->id) : std::string();
}

std::int64_t Message::cseq() const {
    const auto *header = reinterpret_cast<const pjsip_cseq_hdr *>(find(PJSIP_H_CSEQ));
    return header ? header->cseq : -1;
}

std::vector<ContactFields> Message::contacts() const {
    std::vector<ContactFields> result;
    for (const pjsip_hdr *h = find(PJSIP_H_CONTACT); h; h = find(PJSIP_H_CONTACT, h)) {
        const auto *header = reinterpret_cast<const pjsip_contact_hdr *>(h);
        if (header->star || !header->uri) {
            continue;
        }
        ContactFields contact;
        contact.uri = uri_text(PJSIP_URI_IN_CONTACT_HDR,
                               static_cast<const pjsip_uri *>(pjsip_uri_get_uri(header->uri)));
        if (header->expires != PJSIP_EXPIRES_NOT_SPECIFIED) {
            contact.expires = static_cast<long>(header->expires);
        }
        if (header->q1000 > 0) {  // PJSIP has no other mark for a missing one
            contact.q = header->q1000 / 1000.0;
        }
        for (const pjsip_param *p = header->other_param.next; p != &header->other_param; p = p->next) {
            contact.params.emplace_back(string(p->name), unquoted(p->value));
        }
        result.push_back(std::move(contact));
    }
    return result;
}

bool Message::contact_star() const {
    for (const pjsip_hdr *h = find(PJSIP_H_CONTACT); h; h = find(PJSIP_H_CONTACT, h)) {
        if (reinterpret_cast<const pjsip_contact_hdr *>(h)->star) {
            return true;
        }
    }
    return false;
}

long Message::expires() const {
    const auto *header = reinterpret_cast<const pjsip_expires_hdr *>(find(PJSIP_H_EXPIRES));
    return header ? static_cast<long>(header->ivalue) : -1;
}

std::vector<DigestFields> Message::credentials() const {
    std::vector<DigestFields> result;
    for (const pjsip_hdr_e type : {PJSIP_H_AUTHORIZATION, PJSIP_H_PROXY_AUTHORIZATION}) {
        for (const pjsip_hdr *h = find(type); h; h = find(type, h)) {
            const auto *header = reinterpret_cast<const pjsip_authorization_hdr *>(h);
            if (equal_nocase(view(header->scheme), "digest")) {
                result.push_back(digest_fields(header->credential.digest));
            }
        }
    }
    return result;
}

std::vector<std::string> Message::paths() const {
    std::vector<std::string> result;
    for (const std::string &value : header("Path")) {
        split_list(value, result);
    }
    return result;
}

bool Message::record_routed() const { return find(PJSIP_H_RECORD_ROUTE) != nullptr; }

int Message::via_count() const {
    int count = 0;
    for (const pjsip_hdr *h = find(PJSIP_H_VIA); h; h = find(PJSIP_H_VIA, h)) {
        ++count;
    }
    return count;
}

std::vector<std::string> Message::supported() const {
    std::vector<std::string> result;
    for (const pjsip_hdr *h = find(PJSIP_H_SUPPORTED); h; h = find(PJSIP_H_SUPPORTED, h)) {
        const auto *header = reinterpret_cast<const pjsip_supported_hdr *>(h);
        for (unsigned i = 0; i < header->count; ++i) {
            result.push_back(string(header->values[i]));
        }
    }
    return result;
}

std::string Message::content_type() const {
    if (!msg_ || !msg_->body) {
        return std::string();
    }
    const pjsip_media_type &type = msg_->body->content_type;
    if (type.type.slen <= 0) {
        return std::string();
    }
    return string(type.type) + "/" + string(type.subtype);
}

std::string_view Message::body() const {
    if (!msg_ || !msg_->body) {
        return std::string_view();
    }
    // From the packet, because PJSIP keeps a multipart body only in parsed form.
    const std::string_view packet = raw();
    for (const std::string_view gap : {std::string_view("\r\n\r\n"), std::string_view("\n\n")}) {
        const std::size_t end_of_head = packet.find(gap);
        if (end_of_head != std::string_view::npos) {
            const auto *length = reinterpret_cast<const pjsip_clen_hdr *>(find(PJSIP_H_CONTENT_LENGTH));
            const std::size_t limit = length && length->len >= 0 ? static_cast<std::size_t>(length->len) : packet.size();
            return packet.substr(end_of_head + gap.size(), limit);
        }
    }
    return std::string_view();
}

std::string_view Message::raw() const {
    return raw_ ? std::string_view(raw_, raw_size_) : std::string_view();
}

std::vector<std::string> Message::header(std::string_view name) const {
    std::vector<std::string> result;
    if (!msg_) {
        return result;
    }
    for (const pjsip_hdr *h = msg_->hdr.next; h != &msg_->hdr; h = h->next) {
        if (!equal_nocase(view(h->name), name) && !equal_nocase(view(h->sname), name)) {
            continue;
        }
        const std::string line = printed([&](char *buffer, std::size_t size) {
            return pjsip_hdr_print_on(const_cast<pjsip_hdr *>(h), buffer, static_cast<pj_size_t>(size));
        });
        const std::size_t colon = line.find(':');
        if (colon != std::string::npos) {
            result.emplace_back(trimmed(std::string_view(line).substr(colon + 1)));
        }
    }
    return result;
}

}  // namespace pbx
