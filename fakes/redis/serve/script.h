/* fakes/redis/serve/script.h - what a server begins with: faults, and other commands of its control
 * channel, one a line. */
#ifndef FAKE_REDIS_SERVE_SCRIPT_H
#define FAKE_REDIS_SERVE_SCRIPT_H

#include "fakes/redis/serve/face.h"

/* A line is a fault, with or without `fault` in front, or any command of the control channel;
 * comments begin with #. False: the first line that cannot be done is in `problem`, "FILE:3: ...".
 */
bool fake_script_run(struct fake_face *face, const char *path, struct fl_span script,
                     char problem[FAKE_FACE_PROBLEM_BYTES]);

#endif
