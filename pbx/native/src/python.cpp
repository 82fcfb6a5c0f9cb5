// The Python face of the module.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "calls.hpp"
#include "connections.hpp"
#include "core.hpp"
#include "dialogs.hpp"
#include "guard.hpp"
#include "loop.hpp"
#include "message.hpp"
#include "outgoing.hpp"
#include "python_audio.hpp"
#include "screen.hpp"

namespace py = pybind11;
using namespace pbx;

namespace {

py::str text(std::string_view bytes) {
    PyObject *decoded = PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "replace");
    if (!decoded) {
        throw py::error_already_set();
    }
    return py::reinterpret_steal<py::str>(decoded);
}

py::bytes bytes(std::string_view data) { return py::bytes(data.data(), data.size()); }

py::list texts(const std::vector<std::string> &values) {
    py::list result;
    for (const std::string &value : values) {
        result.append(text(value));
    }
    return result;
}

// Python as PJSIP's side sees it. An exception in a callback goes to sys.unraisablehook with its traceback.
class PythonHooks : public Hooks {
public:
    PythonHooks(py::function screen, py::object refer, py::object result, py::object message, py::object closed)
        : screen_(std::move(screen)), refer_(std::move(refer)), result_(std::move(result)),
          message_(std::move(message)), closed_(std::move(closed)) {}

    ~PythonHooks() override {
        const py::gil_scoped_acquire gil;
        screen_ = py::object();
        refer_ = py::object();
        result_ = py::object();
        message_ = py::object();
        closed_ = py::object();
    }

    Verdict screen(const std::shared_ptr<Message> &message) override {
        const py::gil_scoped_acquire gil;
        return decided(screen_, "pbx_native: screen()", [&] { return verdict(screen_(message)); });
    }

    Verdict refer(int call_id, const std::shared_ptr<Message> &message) override {
        const py::gil_scoped_acquire gil;
        if (!refer_ || refer_.is_none()) {
            return answer(PJSIP_SC_DECLINE);
        }
        return decided(refer_, "pbx_native: on_refer()", [&] { return final_answer(refer_(call_id, message)); });
    }

    void result(std::uint64_t token, int code, const std::string &reason) override {
        call(result_, "pbx_native: on_result()", [&] { return py::make_tuple(token, code, text(reason)); });
    }

    void message(bool incoming, const char *ip, int port, const char *transport, const char *data,
                 std::size_t size) override {
        call(message_, "pbx_native: on_message()", [&] {
            return py::make_tuple(incoming, text(ip), port, transport, bytes(std::string_view(data, size)));
        });
    }

    void closed(const std::string &ip, int port, const char *transport) override {
        call(closed_, "pbx_native: on_closed()", [&] { return py::make_tuple(text(ip), port, transport); });
    }

private:
    static Verdict verdict(const py::object &answer) {
        Verdict result;
        if (answer.is_none()) {
            return result;
        }
        if (py::isinstance<py::bool_>(answer)) {
            result.kind = answer.cast<bool>() ? Verdict::hold : Verdict::drop;
            return result;
        }
        return final_answer(answer);
    }

    static Verdict final_answer(const py::object &answer) {
        Verdict result;
        const auto parts = answer.cast<std::tuple<int, std::string, Headers>>();
        result.kind = Verdict::answer;
        result.code = std::get<0>(parts);
        result.reason = std::get<1>(parts);
        result.headers = std::get<2>(parts);
        if (result.code < 200 || result.code > 699) {
            throw py::value_error("the answer must have a final code, 200 to 699");
        }
        return result;
    }

    static Verdict answer(int code) {
        Verdict result;
        result.kind = Verdict::answer;
        result.code = code;
        return result;
    }

    // What the callback says; 500 when it fails.
    template <typename Decide> static Verdict decided(const py::object &callback, const char *where, Decide decide) {
        try {
            return decide();
        } catch (py::error_already_set &error) {
            error.discard_as_unraisable(where);
        } catch (const std::exception &error) {
            PyErr_SetString(PyExc_TypeError, error.what());
            PyErr_WriteUnraisable(callback.ptr());
        }
        return answer(PJSIP_SC_INTERNAL_SERVER_ERROR);
    }

    template <typename Arguments> void call(const py::object &callback, const char *where, Arguments arguments) {
        const py::gil_scoped_acquire gil;
        if (!callback || callback.is_none()) {
            return;
        }
        try {
            callback(*arguments());
        } catch (py::error_already_set &error) {
            error.discard_as_unraisable(where);
        }
    }

    py::object screen_, refer_, result_, message_, closed_;
};

struct Contact {
    py::str uri;
    long expires;
    double q;
    py::dict params;
};

struct Digest {
    py::str username, realm, nonce, uri, response, algorithm, qop, nc, cnonce, opaque;
};

py::list contacts(const Message &message) {
    py::list result;
    for (const ContactFields &fields : message.contacts()) {
        py::dict params;
        for (const auto &[name, value] : fields.params) {
            params[text(name)] = text(value);
        }
        result.append(Contact{text(fields.uri), fields.expires, fields.q, params});
    }
    return result;
}

py::list credentials(const Message &message) {
    py::list result;
    for (const DigestFields &d : message.credentials()) {
        result.append(Digest{text(d.username), text(d.realm), text(d.nonce), text(d.uri), text(d.response),
                             text(d.algorithm), text(d.qop), text(d.nc), text(d.cnonce), text(d.opaque)});
    }
    return result;
}

py::str joined(const std::vector<std::string> &values) {
    std::string result;
    for (const std::string &value : values) {
        result += result.empty() ? value : ", " + value;
    }
    return text(result);
}

void bind_request(py::module_ &m) {
    py::class_<Contact>(m, "Contact")
        .def_readonly("uri", &Contact::uri)
        .def_readonly("expires", &Contact::expires)
        .def_readonly("q", &Contact::q)
        .def_readonly("params", &Contact::params)
        .def("__repr__", [](const Contact &c) { return py::str("<Contact {}>").format(c.uri); });
    py::class_<Digest>(m, "Digest")
        .def_readonly("username", &Digest::username)
        .def_readonly("realm", &Digest::realm)
        .def_readonly("nonce", &Digest::nonce)
        .def_readonly("uri", &Digest::uri)
        .def_readonly("response", &Digest::response)
        .def_readonly("algorithm", &Digest::algorithm)
        .def_readonly("qop", &Digest::qop)
        .def_readonly("nc", &Digest::nc)
        .def_readonly("cnonce", &Digest::cnonce)
        .def_readonly("opaque", &Digest::opaque)
        .def("__repr__", [](const Digest &d) { return py::str("<Digest {}>").format(d.username); });
    py::class_<Message, std::shared_ptr<Message>>(m, "Request")
        .def_readonly("token", &Message::token)
        .def_property_readonly("method", [](const Message &r) { return text(r.method()); })
        .def_property_readonly("uri", [](const Message &r) { return text(r.request_uri().uri); })
        .def_property_readonly("uri_user", [](const Message &r) { return text(r.request_uri().user); })
        .def_property_readonly("uri_host", [](const Message &r) { return text(r.request_uri().host); })
        .def_property_readonly("from_uri", [](const Message &r) { return text(r.from().uri); })
        .def_property_readonly("from_user", [](const Message &r) { return text(r.from().user); })
        .def_property_readonly("from_host", [](const Message &r) { return text(r.from().host); })
        .def_property_readonly("from_display", [](const Message &r) { return text(r.from().display); })
        .def_property_readonly("from_tag", [](const Message &r) { return text(r.from().tag); })
        .def_property_readonly("to_uri", [](const Message &r) { return text(r.to().uri); })
        .def_property_readonly("to_user", [](const Message &r) { return text(r.to().user); })
        .def_property_readonly("to_host", [](const Message &r) { return text(r.to().host); })
        .def_property_readonly("to_tag", [](const Message &r) { return text(r.to().tag); })
        .def_property_readonly("call_id", [](const Message &r) { return text(r.call_id()); })
        .def_property_readonly("cseq", &Message::cseq)
        .def_property_readonly("contacts", &contacts)
        .def_property_readonly("contact_star", &Message::contact_star)
        .def_property_readonly("expires", &Message::expires)
        .def_property_readonly("credentials", &credentials)
        .def_property_readonly("paths", [](const Message &r) { return texts(r.paths()); })
        .def_property_readonly("record_routed", &Message::record_routed)
        .def_property_readonly("via_count", &Message::via_count)
        .def_property_readonly("user_agent", [](const Message &r) { return joined(r.header("User-Agent")); })
        .def_property_readonly("supported", [](const Message &r) { return texts(r.supported()); })
        .def_property_readonly("event", [](const Message &r) { return joined(r.header("Event")); })
        .def_property_readonly("accept", [](const Message &r) { return joined(r.header("Accept")); })
        .def_property_readonly("content_type", [](const Message &r) { return text(r.content_type()); })
        .def_property_readonly("body", [](const Message &r) { return bytes(r.body()); })
        .def_property_readonly("raw", [](const Message &r) { return bytes(r.raw()); })
        .def_property_readonly("source_ip", [](const Message &r) { return text(r.source_ip); })
        .def_readonly("source_port", &Message::source_port)
        .def_property_readonly("local_ip", [](const Message &r) { return text(r.local_ip); })
        .def_readonly("local_port", &Message::local_port)
        .def_property_readonly("transport", [](const Message &r) { return py::str(r.transport); })
        .def("header", [](const Message &r, const std::string &name) { return texts(r.header(name)); },
             py::arg("name"))
        .def("__repr__", [](const Message &r) {
            return py::str("<Request {} {} from {}:{}>")
                .format(text(r.method()), text(r.request_uri().uri), text(r.source_ip), r.source_port);
        });
}

void bind_guard(py::module_ &m) {
    m.def("deny", &deny, py::arg("ip"), py::arg("ports") = std::vector<int>());
    m.def("allow", &allow, py::arg("ip"));
    m.def("denied", &denied);
    m.def("malformed", &malformed);
    m.def("trace", &trace, py::arg("on"));
    m.def("limit_connections", &limit_connections, py::arg("per_address"), py::arg("total"));
    m.def("spare_listener", &spare_listener, py::arg("port"));
    m.def("connections", &connections);
}

void bind_messages(py::module_ &m) {
    m.def(
        "respond",
        [](std::uint64_t token, int code, const std::string &reason, const Headers &headers,
           const std::string &content_type, const std::string &body) {
            return respond(token, code, reason, headers, content_type, body);
        },
        py::arg("token"), py::arg("code"), py::arg("reason") = "", py::arg("headers") = Headers(),
        py::arg("content_type") = "", py::arg("body") = py::bytes());
    m.def("held", &held_count);
    m.def(
        "send_request",
        [](std::uint64_t token, const std::string &method, const std::string &target, const std::string &from,
           const std::string &to, const Headers &headers, const std::string &content_type, const std::string &body,
           int timeout_ms) {
            send_request(Outgoing{token, method, target, from, to, headers, content_type, body, timeout_ms});
        },
        py::arg("token"), py::arg("method"), py::arg("target_uri"), py::arg("from_uri"), py::arg("to_uri"),
        py::arg("headers") = Headers(), py::arg("content_type") = "", py::arg("body") = py::bytes(),
        py::arg("timeout_ms") = -1);
}

py::object brief_tuple(int call_id) {
    const auto b = call_brief(call_id);
    if (!b) {
        return py::none();
    }
    return py::make_tuple(b->state, b->last_code, text(b->last_reason), b->media_active, b->direction,
                          b->has_remote_dtmf);
}

py::object stats_tuple(int call_id) {
    const auto s = call_stats(call_id);
    if (!s) {
        return py::none();
    }
    return py::make_tuple(text(s->codec), s->clock_rate, s->rx_packets, s->tx_packets, s->rx_lost, s->tx_lost,
                          s->rx_jitter_ms, s->tx_jitter_ms, s->rtt_ms, s->rx_discarded);
}

py::object dialog_tuple(int call_id) {
    const auto id = call_dialog(call_id);
    return id ? py::object(py::make_tuple(text(id->call_id), text(id->local_tag), text(id->remote_tag))) : py::none();
}

void bind_dialogs(py::module_ &m) {
    m.def("use_account", &use_account, py::arg("account"));
    m.def("call_dialog", &dialog_tuple, py::arg("call_id"));
    m.def("find_call", &find_call, py::arg("call_id"), py::arg("tag"), py::arg("other_tag"));
    m.def(
        "send_in_call",
        [](int call_id, std::uint64_t token, const std::string &method, const Headers &headers,
           const std::string &content_type,
           const std::string &body) { send_in_call(call_id, token, method, headers, content_type, body); },
        py::arg("call_id"), py::arg("token"), py::arg("method"), py::arg("headers") = Headers(),
        py::arg("content_type") = "", py::arg("body") = py::bytes());
    m.def("expect_trying", &expect_trying, py::arg("call_id"), py::arg("token"));
    m.def("retarget", &retarget, py::arg("call_id"), py::arg("ip"), py::arg("port"));
    m.def("introduce", &introduce, py::arg("call_id"), py::arg("token"), py::arg("update"), py::arg("headers"));
}

void bind_calls(py::module_ &m) {
    m.def("call_brief", &brief_tuple, py::arg("call_id"));
    m.def("call_stats", &stats_tuple, py::arg("call_id"));
    m.def("rx_packets", &rx_packets, py::arg("call_ids"));
    m.def("set_cancel_reason", &set_cancel_reason, py::arg("call_id"), py::arg("value"));
    m.def("trim_callbacks", &trim_callbacks, py::arg("keep") = std::vector<std::string>());
}

int poll_once(int timeout_ms) {
    int handled;
    {
        const py::gil_scoped_release nogil;
        handled = poll(timeout_ms);
    }
    if (PyErr_CheckSignals() != 0) {
        throw py::error_already_set();
    }
    return handled;
}

}  // namespace

PYBIND11_MODULE(pbx_native, m) {
    m.doc() = "PJSIP below pjsua2: requests outside calls, guards, the loop, cheap call numbers.";
    bind_request(m);
    bind_guard(m);
    bind_messages(m);
    bind_dialogs(m);
    bind_calls(m);
    bind_audio(m);
    m.def(
        "install",
        [](py::function screen, py::object on_refer, py::object on_result, py::object on_message,
           py::object on_closed) {
            install(std::make_unique<PythonHooks>(screen, on_refer, on_result, on_message, on_closed));
        },
        py::arg("screen"), py::kw_only(), py::arg("on_refer") = py::none(), py::arg("on_result") = py::none(),
        py::arg("on_message") = py::none(), py::arg("on_closed") = py::none());
    m.def("log_level", &pj_log_set_level, py::arg("level"));
    m.def("uninstall", &uninstall, py::call_guard<py::gil_scoped_release>());
    m.def("poll", &poll_once, py::arg("timeout_ms"));
    m.def("wake", &wake);
}
