#include "fakes/redis/serve/proxy.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "fakes/redis/serve/link.h"

struct fake_proxy {
    struct fake_face face; /* first: the control channel's context is both */
    struct fake_upstream upstream;
    struct fake_links links;
};

/* ---- control ---- */

static void pause_(struct fake_control_call *call)
{
    struct fake_proxy *proxy = call->context;
    fake_links_pause(&proxy->links, true);
}

static void resume(struct fake_control_call *call)
{
    struct fake_proxy *proxy = call->context;
    fake_links_pause(&proxy->links, false);
}

static void clients(struct fake_control_call *call)
{
    const struct fake_proxy *proxy = call->context;
    fl_json_key(call->answer, "clients");
    struct fl_json_writer all = fl_json_begin_array(call->answer->out);
    for (const struct fake_link *link = proxy->links.first; link; link = link->next) {
        fl_json_key(&all, NULL);
        struct fl_json_writer one = fl_json_begin_object(all.out);
        fl_json_put_string(&one, "address", fl_span_from(link->address));
        fl_json_put_string(&one, "name", fl_span_from(link->name));
        fl_json_put_string(&one, "library", fl_span_from(link->library));
        fl_json_put_int64(&one, "awaited", (int64_t)link->carrier.awaited);
        fl_json_put_int64(&one, "unread", (int64_t)fake_delivery_unsent(&link->carrier.delivery));
        fake_control_end(call, &one);
    }
    fake_control_end(call, &all);
}

static void no_state(struct fake_control_call *call)
{
    fake_control_wrong(call, "a state needs the fake: faultline serve");
}

static void no_clock(struct fake_control_call *call)
{
    fake_control_wrong(call, "another time needs the fake: faultline serve");
}

static const struct fake_control_command proxy_commands[] = {
    {"pause", "", "passes nothing on until `resume`", pause_},
    {"resume", "", "goes on after `pause`", resume},
    {"clients", "", "who is connected", clients},
    {"state", "...", "is for `faultline serve` alone", no_state},
    {"restart", "...", "is for `faultline serve` alone", no_state},
    {"clock", "...", "is for `faultline serve` alone", no_clock},
    {0},
};

/* ---- starting ---- */

static bool resolve_host(const char *text, struct fake_upstream *ret_upstream)
{
    char host[256];
    const char *colon = strrchr(text, ':');
    struct addrinfo *found, hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    if (!colon || (size_t)(colon - text) >= sizeof host) return false;
    snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
    if (getaddrinfo(*host ? host : NULL, colon + 1, &hints, &found) != 0) return false;
    ret_upstream->size = found->ai_addrlen;
    memcpy(&ret_upstream->address, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return true;
}

static bool resolve(const char *text, struct fake_upstream *ret_upstream)
{
    struct sockaddr_un *path = &ret_upstream->address.path;
    if (!strchr(text, '/')) return resolve_host(text, ret_upstream);
    if (strlen(text) >= sizeof path->sun_path) return false;
    path->sun_family = AF_UNIX;
    strcpy(path->sun_path, text);
    ret_upstream->size = sizeof *path;
    return true;
}

static enum fl_error start(struct fake_proxy *proxy, const struct fake_proxy_options *options,
                           char ret_problem[FAKE_FACE_PROBLEM_BYTES])
{
    static const struct fake_control_command *const tables[] = {proxy_commands, fake_face_commands,
                                                                NULL};
    enum fl_error err = fake_face_init(&proxy->face, &options->face, ret_problem);
    if (err) return err;
    proxy->face.clock = fake_serve_clock_real();
    if (!resolve(options->upstream, &proxy->upstream))
        return fake_face_problem(ret_problem, FL_EINVAL, options->upstream);
    proxy->links = (struct fake_links){
        .face = &proxy->face,
        .upstream = &proxy->upstream,
        .count_max = fake_face_clients_max(options->clients_max, 2),
    };
    err = fake_links_init(&proxy->links);
    if (err) return fake_face_problem(ret_problem, err, "the proxy");
    const struct fake_face_owner owner = {.on_connection = fake_links_accept,
                                          .on_refusal = fake_links_refuse,
                                          .context = &proxy->links,
                                          .tables = tables,
                                          .control_context = proxy};
    return fake_face_open(&proxy->face, &options->face, &owner, ret_problem);
}

enum fl_error fake_proxy_new(const struct fake_proxy_options *options,
                             struct fake_proxy **ret_proxy,
                             char ret_problem[FAKE_FACE_PROBLEM_BYTES])
{
    struct fake_proxy *proxy = calloc(1, sizeof *proxy);
    if (!proxy) return fake_face_problem(ret_problem, FL_ENOMEM, "the proxy");
    enum fl_error err = start(proxy, options, ret_problem);
    if (err) {
        fake_proxy_free(proxy);
        return err;
    }
    *ret_proxy = proxy;
    return FL_OK;
}

void fake_proxy_free(struct fake_proxy *proxy)
{
    if (!proxy) return;
    fake_links_release(&proxy->links);
    fake_face_release(&proxy->face);
    free(proxy);
}

/* ---- running ---- */

enum fl_error fake_proxy_describe(const struct fake_proxy *proxy, struct fl_buf *out)
{
    return fake_face_describe(&proxy->face, out);
}

static int64_t wait_us(const struct fake_proxy *proxy)
{
    int64_t due_us = fake_links_due_us(&proxy->links), now_us = proxy->face.clock.now_us;
    if (due_us == FL_NEVER_US) return -1;
    return due_us > now_us ? due_us - now_us : 0;
}

enum fl_error fake_proxy_run(struct fake_proxy *proxy)
{
    struct fake_face *face = &proxy->face;
    enum fl_error err = FL_OK;
    while (!err && !face->is_stopping) {
        err = fake_loop_turn(&face->loop, wait_us(proxy));
        fake_serve_clock_refresh(&face->clock);
        fake_links_go_on(&proxy->links);
        if (!err && face->record.unwritten.length) err = fake_record_flush(&face->record);
    }
    return err;
}
