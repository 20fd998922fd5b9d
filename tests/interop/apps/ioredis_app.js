// What ioredis offers, used once: pipelines, transactions, scripts, scans, blocking calls, subscriptions, streams.
//
//     NODE_PATH=.../node_modules node ioredis_app.js URL
'use strict';
const Redis = require('ioredis');

const url = process.argv[2];
const story = [];
const tell = (what, value) => story.push(`${what} ${JSON.stringify(value)}`);

async function strings(redis) {
  tell('set', await redis.set('a', '1', 'EX', 100, 'NX'));
  tell('set again', await redis.set('a', '2', 'NX'));
  tell('get', [await redis.get('a'), await redis.getBuffer('a'), await redis.mget('a', 'none')]);
  tell('counts', [await redis.incrby('n', 5), await redis.incrbyfloat('n', 0.5), await redis.append('n', '0')]);
  tell('expiry', [await redis.ttl('a'), await redis.pexpire('a', 5000), await redis.persist('a')]);
}

async function structures(redis) {
  await redis.hset('h', { name: 'x', count: 1 });
  tell('hash', [await redis.hgetall('h'), await redis.hincrby('h', 'count', 2), await redis.hmget('h', 'name', 'none')]);
  await redis.rpush('l', 1, 2, 3);
  tell('list', [await redis.lrange('l', 0, -1), await redis.lmove('l', 'm', 'LEFT', 'RIGHT'), await redis.lpos('l', 3)]);
  await redis.sadd('s', 'b', 'a');
  tell('set', [(await redis.smembers('s')).sort(), await redis.smismember('s', 'a', 'z')]);
  await redis.zadd('z', 1, 'a', 2.5, 'b', 'inf', 'c');
  tell('zset', [await redis.zrange('z', 0, -1, 'WITHSCORES'), await redis.zrange('z', '(1', '+inf', 'BYSCORE', 'LIMIT', 0, 1),
    await redis.zpopmin('z')]);
}

async function together(redis) {
  tell('pipeline', await redis.pipeline().set('p', 1).incr('p').get('p').exec());
  const mixed = await redis.pipeline().lpush('p', 'x').get('p').exec();
  tell('pipeline with an error', mixed.map(([error, value]) => (error ? error.message : value)));
  tell('multi', await redis.multi().set('t', 'x').get('t').del('t').exec());
  await redis.watch('w');
  await redis.set('w', 1);
  tell('watched', await redis.multi().set('w', 2).exec());
  const aborted = await redis.multi().set('t').exec().catch((error) => error.message);
  tell('aborted', aborted);
}

async function scripts(redis) {
  redis.defineCommand('take', { numberOfKeys: 1, lua: 'return {redis.call("GET", KEYS[1]), ARGV[1], 3.7, false, true}' });
  tell('script', [await redis.take('w', 'x'), await redis.take('w', 'y')]);
  const error = await redis.eval('return redis.error_reply("MINE it is")', 0).catch((failed) => failed.message);
  tell('script error', error);
  tell('json', await redis.eval('return cjson.encode({a = {1, 2}, b = cjson.null})', 0).then((text) => JSON.parse(text)));
}

async function scans(redis) {
  for (let i = 0; i < 30; i++) await redis.set(`scan:${i}`, i);
  const found = [];
  for await (const keys of redis.scanStream({ match: 'scan:*', count: 7 })) found.push(...keys);
  tell('scan', found.sort().length);
  const fields = [];
  for await (const part of redis.hscanStream('h')) fields.push(...part);
  tell('hscan', fields);
}

async function waiting(redis) {
  const blocked = redis.duplicate();
  const popped = blocked.blpop('later', 10);
  await redis.rpush('later', 'job');
  tell('blpop', await popped);
  tell('timeout', await blocked.bzpopmin('never', 0.05));
  blocked.disconnect();
}

async function subscriptions(redis) {
  const listener = redis.duplicate();
  const heard = [];
  let done;
  const all = new Promise((resolve) => { done = resolve; });
  listener.on('message', (channel, text) => { heard.push([channel, text]); });
  listener.on('pmessage', (pattern, channel, text) => {
    heard.push([pattern, channel, text]);
    if (text === 'end') done();
  });
  tell('subscribed', [await listener.subscribe('news', 'more'), await listener.psubscribe('n*')]);
  tell('published', [await redis.publish('news', 'hello'), await redis.publish('other', 'x'), await redis.publish('next', 'end')]);
  await all;
  tell('heard', heard);
  tell('unsubscribed', [await listener.unsubscribe('news', 'more'), await listener.punsubscribe('n*')]);
  tell('back', await listener.ping());
  listener.disconnect();
}

async function streams(redis) {
  await redis.xadd('x', '1-1', 'a', '1');
  await redis.xadd('x', 'MAXLEN', '~', 1000, '1-*', 'a', '2');
  await redis.xgroup('CREATE', 'x', 'g', '0');
  tell('read', await redis.xreadgroup('GROUP', 'g', 'me', 'COUNT', 1, 'STREAMS', 'x', '>'));
  tell('pending', await redis.xpending('x', 'g').then((all) => [all[0], all[1]]));
  tell('acked', [await redis.xack('x', 'g', '1-1'), await redis.xlen('x'), await redis.xrange('x', '-', '+')]);
  tell('waited', await redis.xread('BLOCK', 20, 'STREAMS', 'x', '$'));
}

async function main() {
  const redis = new Redis(url, { connectionName: 'app' });
  for (const part of [strings, structures, together, scripts, scans, waiting, subscriptions, streams]) await part(redis);
  tell('info', (await redis.info('server')).includes('redis_version:7.0.15'));
  tell('name', await redis.client('GETNAME'));
  tell('unknown', await redis.call('NOSUCH', 'a').catch((error) => error.message));
  tell('keys', (await redis.keys('*')).sort().filter((key) => !key.startsWith('scan:')));
  tell('quit', await redis.quit());
  console.log(story.join('\n'));
}

main().catch((error) => { console.error(error); process.exit(1); });
