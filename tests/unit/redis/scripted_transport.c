#include "scripted_transport.h"

#include <stdlib.h>
#include <string.h>

#include "core/assert.h"

struct fl_stream {
    const struct session *session;
    size_t given;
};

static enum fl_error stream_open(void *self, int64_t deadline_us, struct fl_stream **ret_stream)
{
    struct scripted *scripted = self;
    (void)deadline_us;
    fl_assert(scripted->opened < SESSIONS_MAX);
    const struct session *session = &scripted->sessions[scripted->opened++];
    if (session->open_err) return session->open_err;
    struct fl_stream *stream = malloc(sizeof *stream);
    fl_assert(stream != NULL);
    *stream = (struct fl_stream){.session = session};
    *ret_stream = stream;
    return FL_OK;
}

static enum fl_error stream_send(void *self, struct fl_stream *stream, const void *bytes,
                                 size_t length, int64_t deadline_us)
{
    struct scripted *scripted = self;
    (void)deadline_us;
    scripted->sent.length_max = SENT_BYTES_MAX;
    if (stream->session->send_err) return stream->session->send_err;
    return fl_buf_append(&scripted->sent, bytes, length);
}

static enum fl_error stream_receive(void *self, struct fl_stream *stream, void *bytes,
                                    size_t capacity, int64_t deadline_us, size_t *ret_length)
{
    const struct scripted *scripted = self;
    const struct session *session = stream->session;
    (void)deadline_us;
    const char *answers = session->answers ? session->answers : "";
    size_t length = session->answers_length ? session->answers_length : strlen(answers);
    size_t left = length - stream->given;
    if (left == 0) return session->end_err ? session->end_err : FL_ETIMEDOUT;
    if (left > capacity) left = capacity;
    if (scripted->piece_bytes && left > scripted->piece_bytes) left = scripted->piece_bytes;
    memcpy(bytes, answers + stream->given, left);
    stream->given += left;
    *ret_length = left;
    return FL_OK;
}

static bool stream_ended(void *self, struct fl_stream *stream)
{
    (void)self;
    return stream->session->ends_idle && stream->given == strlen(stream->session->answers);
}

static void stream_close(void *self, struct fl_stream *stream)
{
    struct scripted *scripted = self;
    scripted->closed++;
    free(stream);
}

static const struct fl_transport_ops ops = {
    .open = stream_open,
    .send = stream_send,
    .receive = stream_receive,
    .ended = stream_ended,
    .close = stream_close,
};

struct fl_transport scripted_transport(struct scripted *scripted)
{
    return (struct fl_transport){&ops, scripted};
}

void scripted_release(struct scripted *scripted)
{
    fl_buf_release(&scripted->sent);
}
