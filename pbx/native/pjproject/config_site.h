/* PJSIP's compile-time limits for a PBX; its defaults are for a handset. */

/* Logging: level 4 is the most that Centrale ever asks for. */
#define PJ_LOG_MAX_LEVEL                        4

/* Size of the machine: calls, media, sockets. Memory is used as it fills, not up front. */
#define PJSUA_MAX_CALLS                         1024
#define PJSUA_MAX_ACC                           256
#define PJSUA_MAX_CONF_PORTS                    4096
#define PJSUA_MAX_PLAYERS                       512
#define PJSUA_MAX_RECORDERS                     512
#define PJ_IOQUEUE_MAX_HANDLES                  8192
#define PJSIP_MAX_TSX_COUNT                     (64 * 1024 - 1)
#define PJSIP_MAX_DIALOG_COUNT                  (64 * 1024 - 1)
#define PJSIP_MAX_TIMED_OUT_ENTRIES             64
#define PJSIP_TPMGR_HTABLE_SIZE                 1023
#define PJSIP_MAX_MODULE                        48

/* The parallel bridge: two threads mix. */
#define PJMEDIA_CONF_THREADS                    2

/* A browser's offer is 9 kB; the default of 4000 would cut or drop it. */
#define PJSIP_MAX_PKT_LEN                       65000
/* Contacts with instance ids, GRUUs and push tokens are longer than the default 256. */
#define PJSIP_MAX_URL_SIZE                      1024

/* A phone gets its INVITE over the transport it registered with, whatever its size (RFC 3261 section 18.1.1
 * wants TCP above 1300 bytes, which phones that registered over UDP do not listen on). */
#define PJSIP_DONT_SWITCH_TO_TCP                1
#define PJSIP_DONT_SWITCH_TO_TLS                1

/* Connections: one that never says anything goes after 20 s, one that no request used for two hours goes too
 * (registrations are renewed more often than that). A reconnecting office fits the accept queue. */
#define PJSIP_TCP_INITIAL_TIMEOUT               20
#define PJSIP_TRANSPORT_SERVER_IDLE_TIME_FIRST  20      /* the same, for TLS */
#define PJSIP_TRANSPORT_SERVER_IDLE_TIME        7200
#define PJSIP_TCP_TRANSPORT_BACKLOG             512
#define PJSIP_TLS_TRANSPORT_BACKLOG             512
#define PJ_SOMAXCONN                            512     /* the TLS listener takes this one */
/* Running out of files for a moment must not end a listener for good (50 failures would). */
#define PJ_ACTIVESOCK_MAX_CONSECUTIVE_ACCEPT_ERROR 1000000

/* G.722: a clipped sample, which a decoder that starts in the middle of a stream (after a re-INVITE) always makes,
 * must not halve the level of the rest of the call. */
#define PJMEDIA_G722_STOP_PCM_SHIFT_ON_CLIPPING 0

/* Undefined at import with Debian 12's libsrtp 2.5. */
#define PJMEDIA_SRTP_HAS_AES_GCM_128            0
#define PJMEDIA_SRTP_HAS_AES_GCM_256            0

/* Browsers always do ICE; which of their candidates stands in the c= line says nothing. */
#define PJSUA_ICE_TRANSPORT_OPTION              PJMEDIA_ICE_DISABLE_ICE_MISMATCH

/* Keys of browsers are agreed in the media (DTLS-SRTP, RFC 5763). */
#define PJMEDIA_SRTP_HAS_DTLS                   1
/* Their packets are authenticated (SRTP) wherever they come from, also before ICE knows their way. */
#define PJ_ICE_SESS_CHECK_SRC_ADDR              0
