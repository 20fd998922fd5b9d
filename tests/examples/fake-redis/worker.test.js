'use strict';
const assert = require('node:assert');
const { spawn } = require('node:child_process');
const net = require('node:net');
const readline = require('node:readline');
const { afterEach, beforeEach, test } = require('node:test');
const Redis = require('ioredis');

const firstLine = (stream) => new Promise((resolve) => { readline.createInterface(stream).once('line', resolve); });

// A `faultline serve` whose clock stands still until `ctl` moves it.
class FakeRedis {
  static async start() {
    const fake = new FakeRedis();
    fake.process = spawn(process.env.FAULTLINE || 'faultline',
      ['serve', '--port', '0', '--control', '0', '--clock', 'virtual@2026-03-29T00:30Z']);
    [, fake.url, fake.host, fake.port] = /(redis:\S+) \(control (\S+):(\d+)\)/.exec(await firstLine(fake.process.stdout));
    return fake;
  }

  async ctl(command) {
    const channel = net.connect(this.port, this.host);
    channel.end(`${command}\n`);
    return JSON.parse(await firstLine(channel));
  }

  stop() {
    this.process.kill();
  }
}

// What is tested: runs jobs of a list, and a failed one again after an hour, by the clock of Redis.
class Worker {
  constructor(url, perform) {
    this.redis = new Redis(url);
    this.redis.on('error', () => {}); // it connects again by itself
    this.perform = perform;
  }

  push(job) {
    return this.redis.lpush('queue', job);
  }

  async run() {
    const now = Number((await this.redis.time())[0]);
    for (const job of await this.redis.zrangebyscore('retry', '-inf', now)) {
      if (await this.redis.zrem('retry', job)) await this.push(job);
    }
    for (let job; (job = await this.redis.rpop('queue'));) {
      try {
        this.perform(job);
      } catch {
        await this.redis.zadd('retry', now + 3600, job);
      }
    }
  }
}

let fake, worker, done;

beforeEach(async () => {
  fake = await FakeRedis.start();
  done = [];
  worker = new Worker(fake.url, (job) => done.push(job));
});

afterEach(() => {
  worker.redis.disconnect();
  fake.stop();
});

test('a failed job runs again an hour later', async () => {
  await worker.push('mail');
  worker.perform = () => { throw new Error('not now'); };
  await worker.run();
  assert.deepStrictEqual((await fake.ctl('dump')).keys, ['db0 zset "retry" [("mail",1774747800)]']);
  worker.perform = (job) => done.push(job);
  await fake.ctl('clock +59m');
  await worker.run();
  assert.deepStrictEqual(done, []);
  await fake.ctl('clock +1m');
  await worker.run();
  assert.deepStrictEqual(done, ['mail']);
});

// ioredis sends a command again when the connection breaks: the job is there twice.
test('a lost reply pushes a job twice', async () => {
  await fake.ctl('fault lose-ack command lpush');
  await worker.push('mail');
  assert.deepStrictEqual((await fake.ctl('dump')).keys, ['db0 list "queue" ["mail","mail"]']);
});

test('a failover refuses one push', async () => {
  await fake.ctl('fault error readonly command lpush');
  await assert.rejects(worker.push('mail'), /READONLY/);
  await worker.push('mail');
  await worker.run();
  assert.deepStrictEqual(done, ['mail']);
});
