/* src/redis/decode.c - hiredis's incremental reader with object functions of our own.
 *
 * The reader calls create_* for every value as soon as it is known; an element finds its place
 * through its parent's task. Nothing is freed one by one: the arena holds it all. */
#include "redis/decode.h"

#include <hiredis/read.h>
#include <stdint.h>

/* The elements of an array under construction are ours to write until the reply is handed over. */
static struct fl_reply *element_of(const struct fl_reply *array, int index)
{
    return (struct fl_reply *)(uintptr_t)&array->elements[index];
}

static struct fl_reply *place(const redisReadTask *task)
{
    const struct fl_decoder *decoder = task->privdata;
    return task->parent ? element_of(task->parent->obj, task->idx) : decoder->slot;
}

static struct fl_arena *arena_of(const redisReadTask *task)
{
    const struct fl_decoder *decoder = task->privdata;
    return decoder->arena;
}

static void *create_string(const redisReadTask *task, char *bytes, size_t length)
{
    char *copy = fl_arena_copy(arena_of(task), (struct fl_span){bytes, length});
    if (!copy) return NULL;
    struct fl_reply *reply = place(task);
    enum fl_reply_type type = task->type == REDIS_REPLY_ERROR    ? FL_REPLY_ERROR
                              : task->type == REDIS_REPLY_STATUS ? FL_REPLY_STATUS
                                                                 : FL_REPLY_STRING;
    *reply = (struct fl_reply){.type = type, .text = {copy, length}};
    return reply;
}

static void *create_array(const redisReadTask *task, int count)
{
    struct fl_decoder *decoder = task->privdata;
    struct fl_reply *elements = NULL;
    decoder->oversized = count > FL_REDIS_REPLY_ELEMENTS_MAX;
    if (decoder->oversized) return NULL;
    if (count > 0) {
        elements = fl_arena_alloc_array(arena_of(task), (size_t)count, sizeof *elements);
        if (!elements) return NULL;
    }
    struct fl_reply *reply = place(task);
    *reply = (struct fl_reply){
        .type = FL_REPLY_ARRAY, .elements = elements, .count = count > 0 ? (size_t)count : 0};
    return reply;
}

static void *create_integer(const redisReadTask *task, long long value)
{
    struct fl_reply *reply = place(task);
    *reply = (struct fl_reply){.type = FL_REPLY_INTEGER, .integer = value};
    return reply;
}

static void *create_nil(const redisReadTask *task)
{
    struct fl_reply *reply = place(task);
    *reply = (struct fl_reply){.type = FL_REPLY_NIL};
    return reply;
}

static void free_nothing(void *reply)
{
    (void)reply;
}

static const redisReplyObjectFunctions functions = {
    .createString = create_string,
    .createArray = create_array,
    .createInteger = create_integer,
    .createNil = create_nil,
    .freeObject = free_nothing,
};

/* NULL without memory. The reader's own way to give back a large buffer is switched off (maxbuf):
 * it asserts that the small one in its place can be allocated. */
static redisReader *new_reader(void)
{
    /* hiredis never writes to the table; its prototype only lacks the const. */
    redisReader *reader =
        redisReaderCreateWithFunctions((redisReplyObjectFunctions *)(uintptr_t)&functions);
    if (reader) reader->maxbuf = 0;
    return reader;
}

enum fl_error fl_decoder_init(struct fl_decoder *decoder)
{
    redisReader *reader = new_reader();
    if (!reader) return FL_ENOMEM;
    *decoder = (struct fl_decoder){.reader = reader};
    return FL_OK;
}

void fl_decoder_release(struct fl_decoder *decoder)
{
    if (decoder->reader) redisReaderFree(decoder->reader);
    *decoder = (struct fl_decoder){0};
}

/* What an object function could not make is REDIS_ERR_OOM to hiredis, whatever the reason. */
static enum fl_error reader_error(const struct fl_decoder *decoder)
{
    if (decoder->reader->err != REDIS_ERR_OOM) return FL_EPROTOCOL;
    return decoder->oversized ? FL_EBOUND : FL_ENOMEM;
}

/* An empty reader whose buffer is large makes room for a fresh one, if that can be had. */
static void shrink(struct fl_decoder *decoder)
{
    redisReader *fresh = new_reader();
    if (!fresh) return;
    redisReaderFree(decoder->reader);
    decoder->reader = fresh;
    decoder->grown = false;
}

enum fl_error fl_decoder_feed(struct fl_decoder *decoder, const void *bytes, size_t length)
{
    if (decoder->grown && decoder->reader->len == decoder->reader->pos) shrink(decoder);
    redisReader *reader = decoder->reader;
    if (reader->len - reader->pos > FL_REDIS_REPLY_BYTES_MAX) return FL_EBOUND;
    if (redisReaderFeed(reader, bytes, length)) return reader_error(decoder);
    if (reader->len > FL_REDIS_READER_BYTES_KEPT) decoder->grown = true;
    return FL_OK;
}

enum fl_error fl_decoder_next(struct fl_decoder *decoder, struct fl_arena *arena,
                              struct fl_reply *slot, bool *ret_complete)
{
    void *reply = NULL;
    *ret_complete = false;
    if (!decoder->reader->err && decoder->reader->pos == decoder->reader->len) return FL_OK;
    decoder->arena = arena;
    decoder->slot = slot;
    decoder->reader->privdata = decoder;
    if (redisReaderGetReply(decoder->reader, &reply)) return reader_error(decoder);
    *ret_complete = reply != NULL;
    return FL_OK;
}
