// A small application on BullMQ: delayed, prioritized, repeatable, retried with backoff, failed, a flow, a rate
// limit, events.
//
//     NODE_PATH=.../node_modules node bullmq_app.js URL
//
// The last thing it does is to print what happened, without ids and times.
'use strict';
const { FlowProducer, Queue, QueueEvents, UnrecoverableError, Worker } = require('bullmq');
const Redis = require('ioredis');

const url = process.argv[2];
const limitMs = 40000;
const story = [];
function tell(...words) {
  story.push(words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word))).join(' '));
}
const connections = [];
function connect() {
  connections.push(new Redis(url, { maxRetriesPerRequest: null }));
  return connections.at(-1);
}
const shared = connect(); // queues share one; a worker and its events block, and have their own

async function until(what, condition) {
  const ends = Date.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > ends) throw new Error(`not within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const ran = [];
async function perform(job) {
  ran.push(job.name);
  await job.updateProgress(50);
  await job.log(`at ${job.name}`);
  if (job.name === 'flaky' && job.attemptsMade < 2) throw new Error('not yet');
  if (job.name === 'doomed') throw new Error('never');
  if (job.name === 'hopeless') throw new UnrecoverableError('no use');
  if (job.name === 'parent') return Object.values(await job.getChildrenValues()).sort();
  return job.name.toUpperCase();
}

async function addEverything(queue) {
  await queue.add('one', {});
  await queue.addBulk([{ name: 'two', data: { a: 1 } }, { name: 'three', data: { b: [1, 'x'] } }]);
  await queue.add('last out', {}, { lifo: true });
  await queue.add('minor', {}, { priority: 10 });
  await queue.add('major', {}, { priority: 1 });
  await queue.add('delayed', {}, { delay: 1000 });
  await queue.add('flaky', {}, { attempts: 3, backoff: { type: 'exponential', delay: 50 } });
  await queue.add('doomed', {}, { attempts: 2, backoff: { type: 'fixed', delay: 50 } });
  await queue.add('hopeless', {}, { attempts: 5 });
  await queue.add('once', {}, { jobId: 'the-one' });
  await queue.add('twice', {}, { jobId: 'the-one' });
  await queue.add('dedup', {}, { deduplication: { id: 'd', ttl: 60000 } });
  await queue.add('dedup', {}, { deduplication: { id: 'd', ttl: 60000 } });
  await queue.add('far', {}, { delay: 3600000 });
}

async function tellJobs(queue) {
  for (const state of ['waiting', 'prioritized', 'delayed', 'completed', 'failed']) {
    const jobs = await queue.getJobs([state], 0, -1, true);
    tell(state, jobs.map((job) => `${job.name}:${job.attemptsMade}:${job.returnvalue}:${job.failedReason}`).sort());
  }
}

async function runEverything(queue, events) {
  const worker = new Worker(queue.name, perform, { connection: connect(), concurrency: 1, autorun: false });
  const finished = until('all has run', async () => {
    const counts = await queue.getJobCounts('completed', 'failed', 'waiting', 'active', 'prioritized', 'delayed');
    return counts.completed === 10 && counts.failed === 2 && counts.delayed === 1 && counts.active === 0;
  });
  worker.run();
  await finished;
  await until('the events tell so', () => events.completed === 10 && events['retries-exhausted'] === 1);
  tell('order of those without a delay', ran.slice(0, 4));
  tell('the rest', ran.slice(4).sort());
  tell('events', events);
  return worker;
}

async function retryAndRemove(queue) {
  const [failed] = (await queue.getFailed()).filter((job) => job.name === 'doomed');
  tell('failed', failed.failedReason, failed.attemptsMade, (await queue.getJobLogs(failed.id)).logs);
  await failed.retry();
  await until('it fails again', () => failed.isFailed());
  await failed.remove();
  const [far] = await queue.getDelayed();
  await far.changeDelay(7200000);
  await far.promote();
  await until('it runs', () => far.isCompleted());
  tell('state', await far.getState(), 'cleaned', (await queue.clean(0, 100, 'completed')).length);
}

async function repeat() {
  const queue = new Queue('repeated', { connection: shared });
  let ticks = 0;
  const worker = new Worker(queue.name, async () => ++ticks, { connection: connect() });
  await queue.upsertJobScheduler('every', { every: 100, limit: 3 }, { name: 'tick', data: { n: 1 } });
  await queue.upsertJobScheduler('cron', { pattern: '0 3 * * *', tz: 'UTC' }, { name: 'night' });
  await until('it has ticked', async () => ticks >= 3);
  const schedulers = await queue.getJobSchedulers();
  tell('schedulers', schedulers.map((each) => [each.key, each.pattern || each.every]).sort());
  tell('removed', await queue.removeJobScheduler('cron'), await queue.removeJobScheduler('none'));
  await worker.close();
  await queue.obliterate({ force: true });
  await queue.close();
}

async function flow() {
  const producer = new FlowProducer({ connection: shared });
  const queue = new Queue('flow', { connection: shared });
  const tree = await producer.add({
    name: 'parent', queueName: 'flow', opts: { jobId: 'root' },
    children: [{ name: 'x', queueName: 'flow' }, { name: 'y', queueName: 'flow' },
      { name: 'deep', queueName: 'flow', children: [{ name: 'z', queueName: 'flow', opts: { priority: 3 } }] }],
  });
  tell('flow', await tree.job.getState(), await tree.job.getDependenciesCount());
  const worker = new Worker('flow', perform, { connection: connect() });
  await until('the parent has run', () => tree.job.isCompleted());
  const parent = await queue.getJob('root');
  tell('parent', parent.returnvalue);
  await worker.close();
  await queue.close();
  await producer.close();
}

async function limited() {
  const queue = new Queue('limited', { connection: shared });
  await queue.pause();
  await queue.addBulk([1, 2, 3].map((n) => ({ name: `n${n}`, data: {} })));
  tell('paused', await queue.isPaused(), await queue.getJobCounts('wait', 'paused'));
  await queue.resume();
  const worker = new Worker('limited', perform, { connection: connect(), limiter: { max: 2, duration: 300 } });
  await until('all have run', async () => (await queue.getCompletedCount()) === 3);
  tell('limited', (await queue.getCompleted(0, -1, true)).map((job) => job.name));
  await worker.close();
  tell('drained', await queue.drain(), await queue.count());
  await queue.close();
}

async function main() {
  const events = {};
  const queue = new Queue('work', { connection: shared });
  const listener = new QueueEvents('work', { connection: connect(), lastEventId: '0-0' }); // from the first
  const known = ['waiting', 'delayed', 'progress', 'completed', 'failed', 'retries-exhausted', 'duplicated', 'deduplicated'];
  for (const name of known) {
    listener.on(name, () => { events[name] = (events[name] || 0) + 1; });
  }
  await listener.waitUntilReady();
  await addEverything(queue);
  await tellJobs(queue);
  const worker = await runEverything(queue, events);
  await tellJobs(queue);
  await retryAndRemove(queue);
  await worker.close();
  await listener.close();
  await queue.close();
  await repeat();
  await flow();
  await limited();
  const keys = (await shared.keys('*')).map((key) => key.replace(/[0-9a-f-]{36}|:\d+(?=:|$)/g, ':ID'));
  tell('keys', [...new Set(keys)].sort());
  for (const connection of connections) connection.disconnect();
  console.log(story.join('\n'));
}

main().catch((error) => { console.error(error); process.exit(1); });
