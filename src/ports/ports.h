/* src/ports/ports.h - everything the job system may touch, by value: ports only, never state. */
#ifndef FL_PORTS_PORTS_H
#define FL_PORTS_PORTS_H

#include "ports/clock.h"
#include "ports/db.h"
#include "ports/file.h"
#include "ports/http.h"
#include "ports/log.h"
#include "ports/mail.h"
#include "ports/process.h"
#include "ports/random.h"
#include "ports/redis.h"
#include "ports/statsd.h"
#include "ports/task.h"

struct fl_ports {
    struct fl_clock clock;
    struct fl_random random;
    struct fl_tasks tasks;
    struct fl_log log;
    struct fl_redis redis;
    struct fl_process_port process;
    /* The handlers' world; `ops` may be NULL where the port's header says so. */
    struct fl_db db;
    struct fl_http http;
    struct fl_mailer mail;
    struct fl_statsd statsd;
    struct fl_files files;
};

#endif
