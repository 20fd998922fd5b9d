/* fakes/redis/engine/error_lines.h - the errors that Redis 7.0 answers for its own state, by names
 * for people: `error readonly`.
 *
 * X(name, line): the line without its leading "-". MOVED and ASK name a slot and a node that
 * nobody asked for; who knows better writes the line in full. */
#ifndef FAKE_REDIS_ERROR_LINES_H
#define FAKE_REDIS_ERROR_LINES_H

// clang-format off
#define FAKE_ERROR_LINES(X) \
    X(readonly, "READONLY You can't write against a read only replica.") \
    X(loading, "LOADING Redis is loading the dataset in memory") \
    X(oom, "OOM command not allowed when used memory > 'maxmemory'.") \
    X(noreplicas, "NOREPLICAS Not enough good replicas to write.") \
    X(masterdown, "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.") \
    X(misconf, "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.") \
    X(busy, "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.") \
    X(clusterdown, "CLUSTERDOWN The cluster is down") \
    X(moved, "MOVED 0 127.0.0.1:6379") \
    X(ask, "ASK 0 127.0.0.1:6379") \
    X(tryagain, "TRYAGAIN Multiple keys request during rehashing of slot") \
    X(crossslot, "CROSSSLOT Keys in request don't hash to the same slot") \
    X(noscript, "NOSCRIPT No matching script. Please use EVAL.") \
    X(unblocked, "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)") \
    X(noauth, "NOAUTH Authentication required.") \
    X(wrongpass, "WRONGPASS invalid username-password pair or user is disabled.") \
    X(noperm, "NOPERM this user has no permissions to run the command") \
    X(execabort, "EXECABORT Transaction discarded because of previous errors.") \
    X(wrongtype, "WRONGTYPE Operation against a key holding the wrong kind of value") \
    X(maxclients, "ERR max number of clients reached")
// clang-format on

#endif
