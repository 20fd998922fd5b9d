/* src/core/error.h - the ways in which the world can fail, as one closed list.
 *
 * Libraries return these and print nothing; the edge of a program prints fl_error_text(). A caller
 * that needs to know whether a write may have happened looks at FL_ELOST: it is the only connection
 * error after which the answer is "perhaps". */
#ifndef FL_CORE_ERROR_H
#define FL_CORE_ERROR_H

#define FL_CHECKED __attribute__((warn_unused_result))

#define FL_ERROR_LIST(X)                                                                           \
    X(FL_OK, "no error")                                                                           \
    X(FL_ENOMEM, "out of memory")                                                                  \
    X(FL_EBOUND, "a named bound was exceeded")                                                     \
    X(FL_EPARSE, "the input is not well-formed")                                                   \
    X(FL_EINVAL, "an argument is not valid")                                                       \
    X(FL_ENOTFOUND, "not found")                                                                   \
    X(FL_EEXIST, "exists already")                                                                 \
    X(FL_ETIMEDOUT, "timed out")                                                                   \
    X(FL_ECANCELED, "cancelled")                                                                   \
    X(FL_ECONNECT, "could not be reached; nothing was applied")                                    \
    X(FL_ELOST, "the connection broke before the answer; it may have been applied")                \
    X(FL_EREPLY, "the server answered with an error")                                              \
    X(FL_EPROTOCOL, "the peer does not speak the expected protocol")                               \
    X(FL_EBUSY, "busy")                                                                            \
    X(FL_ECONSTRAINT, "a constraint of the database forbids it")                                   \
    X(FL_ENOSPACE, "no space left")                                                                \
    X(FL_EIO, "input or output failed")                                                            \
    X(FL_EDB, "the database failed")

enum fl_error {
#define FL_ERROR_ENUM(name, text) name,
    FL_ERROR_LIST(FL_ERROR_ENUM)
#undef FL_ERROR_ENUM
};

/* A constant sentence without a final stop; never NULL. */
const char *fl_error_text(enum fl_error err);
/* The enumerator's own name, "FL_ENOMEM"; for traces and tests. */
const char *fl_error_name(enum fl_error err);

#endif
