#include "operate/criteria.h"

#include <string.h>

bool fl_criteria_are_empty(const struct fl_criteria *criteria)
{
    return !criteria->jid_count && !criteria->worker && !criteria->text;
}

static bool has_jid(const struct fl_criteria *criteria, const struct fl_payload *payload)
{
    if (!payload || !*payload->jid) return false;
    for (size_t i = 0; i < criteria->jid_count; i++)
        if (strcmp(criteria->jids[i], payload->jid) == 0) return true;
    return false;
}

static bool has_class(const struct fl_criteria *criteria, const struct fl_payload *payload)
{
    static const char *const keys[] = {"class", "wrapped", "display_class"};
    if (!payload) return false;
    struct fl_json_at root = fl_json_root(&payload->json);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (fl_json_is(fl_json_member(root, keys[i]), criteria->worker)) return true;
    return false;
}

bool fl_criteria_match(const struct fl_criteria *criteria, struct fl_span bytes,
                       const struct fl_payload *payload)
{
    if (criteria->jid_count && !has_jid(criteria, payload)) return false;
    if (criteria->worker && !has_class(criteria, payload)) return false;
    return !criteria->text || !*criteria->text ||
           memmem(bytes.bytes, bytes.length, criteria->text, strlen(criteria->text));
}

/* A word that JSON writes as it is, so that the server can look for its bytes. */
static bool is_plain(const char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text == '"' || *text == '\\' || *text == '/' || *text == 0x7f)
            return false;
    return true;
}

enum fl_error fl_criteria_pattern(const struct fl_criteria *criteria, struct fl_buf *ret_pattern)
{
    const char *word = criteria->text;
    if (!word && criteria->jid_count == 1) word = criteria->jids[0];
    if (!word) word = criteria->worker;
    if (!word || !*word || (word != criteria->text && !is_plain(word))) return FL_OK;
    enum fl_error err = fl_buf_append_char(ret_pattern, '*');
    for (; !err && *word; word++) {
        if (strchr("*?[]\\^", *word)) err = fl_buf_append_char(ret_pattern, '\\');
        if (!err) err = fl_buf_append_char(ret_pattern, *word);
    }
    return err ? err : fl_buf_append_char(ret_pattern, '*');
}

static struct fl_span between_quotes(struct fl_json_at at)
{
    struct fl_span raw = fl_json_raw(at);
    return (struct fl_span){raw.bytes + 1, raw.length - 2};
}

struct fl_span fl_payload_shown_class(const struct fl_payload *payload)
{
    struct fl_json_at root = fl_json_root(&payload->json);
    struct fl_json_at name = fl_json_member(root, "display_class");
    if (fl_json_type(name) != FL_JSON_STRING) name = fl_json_member(root, "wrapped");
    if (fl_json_type(name) == FL_JSON_STRING) return between_quotes(name);
    return fl_span_from(payload->worker);
}
