/* src/posix/yaml_json.h - a value of a YAML file as JSON text.
 *
 * Plain numbers, true, false and null are what they are in JSON; every other scalar, and whatever
 * stands in quotes, is a string. */
#ifndef FL_POSIX_YAML_JSON_H
#define FL_POSIX_YAML_JSON_H

#include "core/buf.h"
#include "posix/yaml_tree.h"

enum { FL_YAML_JSON_DEPTH_MAX = 32 };

/* False: refused; too deep (an alias may stand inside itself), or longer than `out` may become. */
bool fl_yaml_json(struct fl_yaml *yaml, const yaml_node_t *node, struct fl_buf *out);

#endif
