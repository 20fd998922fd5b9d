/* src/posix/yaml_tree.h - a YAML file as libyaml's tree; what is wrong with a value is said with
 * its place.
 *
 * A plain scalar may be a Ruby symbol, as in Sidekiq's files: its colon is no part of its text. ERB
 * is refused. */
#ifndef FL_POSIX_YAML_TREE_H
#define FL_POSIX_YAML_TREE_H

#include <stdbool.h>
#include <stdint.h>
#include <yaml.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/span.h"

enum { FL_YAML_BYTES_MAX = 256 * 1024, FL_YAML_PROBLEM_BYTES = 1024 };

struct fl_yaml {
    const char *name; /* stands for the file in messages; borrowed */
    yaml_document_t document;
    char *problem; /* FL_YAML_PROBLEM_BYTES; borrowed */
};

/* FL_ENOTFOUND, FL_EINVAL: a folder, FL_EIO, FL_EBOUND, FL_ENOMEM; all with *problem. */
FL_CHECKED enum fl_error fl_yaml_read_file(const char *path, struct fl_buf *out,
                                           char problem[FL_YAML_PROBLEM_BYTES]);
/* FL_EBOUND, or FL_EINVAL with the place of the mistake; then there is nothing to close. */
FL_CHECKED enum fl_error fl_yaml_open(struct fl_yaml *yaml, const char *name, struct fl_span text,
                                      char problem[FL_YAML_PROBLEM_BYTES]);
void fl_yaml_close(struct fl_yaml *yaml);

/* "name:line:column: ..."; false. */
bool fl_yaml_refuse(const struct fl_yaml *yaml, const yaml_mark_t *mark, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
yaml_node_t *fl_yaml_node(struct fl_yaml *yaml, int index);
/* A scalar's text; NULL for a list or a section. */
const char *fl_yaml_text(const yaml_node_t *node);
bool fl_yaml_is_null(const yaml_node_t *node);
/* Values of the key `what`. False: refused. */
bool fl_yaml_int(const struct fl_yaml *yaml, const char *what, const yaml_node_t *node, int min,
                 int max, int *ret_value);
/* Above 0, up to `max` seconds; fractions are welcome. */
bool fl_yaml_seconds(const struct fl_yaml *yaml, const char *what, const yaml_node_t *node, int max,
                     int64_t *ret_us);
bool fl_yaml_bool(const struct fl_yaml *yaml, const char *what, const yaml_node_t *node,
                  bool *ret_value);

#endif
