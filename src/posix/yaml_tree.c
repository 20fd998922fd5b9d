#include "posix/yaml_tree.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool fl_yaml_refuse(const struct fl_yaml *yaml, const yaml_mark_t *mark, const char *format, ...)
{
    char text[FL_YAML_PROBLEM_BYTES / 2];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    snprintf(yaml->problem, FL_YAML_PROBLEM_BYTES, "%.400s:%zu:%zu: %s", yaml->name, mark->line + 1,
             mark->column + 1, text);
    return false;
}

/* --- values --- */

yaml_node_t *fl_yaml_node(struct fl_yaml *yaml, int index)
{
    return yaml_document_get_node(&yaml->document, index);
}

const char *fl_yaml_text(const yaml_node_t *node)
{
    if (node->type != YAML_SCALAR_NODE) return NULL;
    const char *text = (const char *)node->data.scalar.value;
    bool symbol = node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && text[0] == ':' && text[1];
    return symbol ? text + 1 : text;
}

bool fl_yaml_is_null(const yaml_node_t *node)
{
    if (node->type != YAML_SCALAR_NODE) return false;
    if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE) return false;
    const char *text = (const char *)node->data.scalar.value;
    return !*text || strcmp(text, "~") == 0 || strcmp(text, "null") == 0;
}

bool fl_yaml_int(const struct fl_yaml *yaml, const char *what, const yaml_node_t *node, int min,
                 int max, int *ret_value)
{
    long long value = 0;
    const char *text = fl_yaml_text(node);
    if (!text || !fl_span_int64(fl_span_from(text), &value) || value < min || value > max)
        return fl_yaml_refuse(yaml, &node->start_mark,
                              "%s wants a number from %d to %d, not '%.80s'", what, min, max,
                              text ? text : "a list");
    *ret_value = (int)value;
    return true;
}

bool fl_yaml_seconds(const struct fl_yaml *yaml, const char *what, const yaml_node_t *node, int max,
                     int64_t *ret_us)
{
    const char *text = fl_yaml_text(node);
    char *end = NULL;
    double value = text ? strtod(text, &end) : 0;
    if (!text || end == text || *end || !(value > 0) || value > max)
        return fl_yaml_refuse(yaml, &node->start_mark, "%s wants seconds up to %d, not '%.80s'",
                              what, max, text ? text : "a list");
    *ret_us = (int64_t)(value * 1e6);
    return true;
}

bool fl_yaml_bool(const struct fl_yaml *yaml, const char *what, const yaml_node_t *node,
                  bool *ret_value)
{
    const char *text = fl_yaml_text(node);
    bool yes = text && (!strcmp(text, "true") || !strcmp(text, "yes") || !strcmp(text, "on"));
    bool no = text && (!strcmp(text, "false") || !strcmp(text, "no") || !strcmp(text, "off"));
    if (!yes && !no)
        return fl_yaml_refuse(yaml, &node->start_mark, "%s wants true or false, not '%.80s'", what,
                              text ? text : "a list");
    *ret_value = yes;
    return true;
}

/* --- the whole --- */

static enum fl_error read_stream(FILE *file, struct fl_buf *out)
{
    char piece[4096];
    enum fl_error err = FL_OK;
    size_t length;
    while (!err && (length = fread(piece, 1, sizeof piece, file)) > 0)
        err = fl_buf_append(out, piece, length);
    if (!err && ferror(file)) err = errno == EISDIR ? FL_EINVAL : FL_EIO;
    return err;
}

enum fl_error fl_yaml_read_file(const char *path, struct fl_buf *out,
                                char problem[FL_YAML_PROBLEM_BYTES])
{
    FILE *file = fopen(path, "re");
    enum fl_error err = errno == ENOENT ? FL_ENOTFOUND : FL_EIO;
    if (file) {
        err = read_stream(file, out);
        fclose(file);
    }
    if (err)
        snprintf(problem, FL_YAML_PROBLEM_BYTES, "%.400s: %s", path,
                 err == FL_EINVAL ? "it is a folder" : fl_error_text(err));
    return err;
}

static bool refuse_erb(const struct fl_yaml *yaml, struct fl_span text)
{
    const char *erb = text.length ? memmem(text.bytes, text.length, "<%", 2) : NULL;
    if (!erb) return true;
    yaml_mark_t mark = {0};
    for (const char *at = text.bytes; at < erb; at++) {
        mark.column = *at == '\n' ? 0 : mark.column + 1;
        mark.line += *at == '\n';
    }
    return fl_yaml_refuse(yaml, &mark, "ERB (<%% %%>) is not supported; write the value itself");
}

static bool load(struct fl_yaml *yaml, struct fl_span text)
{
    yaml_parser_t parser;
    const yaml_mark_t start = {0};
    if (!yaml_parser_initialize(&parser))
        return fl_yaml_refuse(yaml, &start, "%s", fl_error_text(FL_ENOMEM));
    const char *bytes = text.bytes ? text.bytes : "";
    yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, text.length);
    bool loaded = yaml_parser_load(&parser, &yaml->document);
    if (!loaded)
        fl_yaml_refuse(yaml, &parser.problem_mark, "%s",
                       parser.problem ? parser.problem : "no YAML");
    yaml_parser_delete(&parser);
    return loaded;
}

enum fl_error fl_yaml_open(struct fl_yaml *yaml, const char *name, struct fl_span text,
                           char problem[FL_YAML_PROBLEM_BYTES])
{
    yaml->name = name;
    yaml->problem = problem;
    if (text.length > FL_YAML_BYTES_MAX) {
        snprintf(problem, FL_YAML_PROBLEM_BYTES, "%.400s: longer than %d bytes", name,
                 FL_YAML_BYTES_MAX);
        return FL_EBOUND;
    }
    return refuse_erb(yaml, text) && load(yaml, text) ? FL_OK : FL_EINVAL;
}

void fl_yaml_close(struct fl_yaml *yaml)
{
    yaml_document_delete(&yaml->document);
}
