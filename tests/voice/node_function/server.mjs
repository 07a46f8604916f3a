// A function that keeps session, rate and customer under the keys, and for the times, that "Working
// with the Cache" gives them, behind Node's own http module.
// It knows nothing of the tool that calls it.
//
//   node server.mjs            serves on a free port of 127.0.0.1 and prints {"port": ...}
//
// Its cache is in memory, or the Redis on REDIS_PORT. GET /received answers the requests so far;
// POST /mode/<name> makes the next replies misbehave.
import { createHmac, createHash } from 'node:crypto';
import http from 'node:http';

import { MemoryCache, RedisCache } from './caches.mjs';

const { REDIS_PORT } = process.env;
const context = { cache: REDIS_PORT ? new RedisCache(Number(REDIS_PORT)) : new MemoryCache() };

const CALLS_AN_HOUR = 10;
const DIRECTORY = { '+12025550117': { id: 'c-2001', name: 'Alice Moreau' } };

async function callsTooOften(cache, caller) {
  const calls = (await cache.get(`rate:${caller}`)) ?? 0;
  const isOver = calls >= CALLS_AN_HOUR;
  if (!isOver) await cache.set(`rate:${caller}`, calls + 1, 3600);
  return isOver;
}

async function customerOf(cache, phone) {
  const known = (await cache.get(`customer:${phone}`)) ?? null;
  if (known !== null) return known;
  const found = DIRECTORY[phone] ?? null;
  if (found !== null) await cache.set(`customer:${phone}`, found, 300);
  return found;
}

const say = (text) => ({ name: 'say', text, locale: 'en-US' });
const hangup = (text) => ({ instructions: [say(text)], action: { name: 'hangup' } });

const OFFER = 'Press 1 for sales, 2 for support, or 3 for our opening hours.';

const runMenu = (menu, ...instructions) => ({
  instructions,
  action: { name: 'runMenu', menus: [{ id: 'main', repeats: 2, timeoutMills: 8000, ...menu }] },
});

const mainMenu = (greeting) => runMenu({
  mainPrompt: `#tts[${OFFER}]`,
  repeatPrompt: `#tts[Sorry, I did not get that. ${OFFER}]`,
  options: [
    { dtmf: '1', action: 'return(sales)' },
    { dtmf: '2', action: 'return(support)' },
    { dtmf: '3', action: 'return(hours)' },
  ],
}, say(greeting));

const caseMenu = () => runMenu({ mainPrompt: '#tts[Please enter your case number.]', maxDigits: 4 });

const handlers = {
  async ice({ cache }, event) {
    if (await callsTooOften(cache, event.cli)) return hangup('You have called too often.');
    const customer = await customerOf(cache, event.cli);
    await cache.set(
      `session:${event.callId}`,
      { callerNumber: event.cli, startTime: Date.now() },
      600,
    );
    return mainMenu(customer ? `Welcome back, ${customer.name}.` : 'Welcome.');
  },
  async pie({ cache }, event) {
    const key = `session:${event.callId}`;
    const session = await cache.get(key);
    if (session === null) return hangup('Your session has expired. Please call again.');
    const { type, value } = event.menuResult ?? {};
    if (type === 'sequence') {
      await cache.set(key, { ...session, caseNumber: value }, 600);
      return hangup(`We will call you back about case ${value}.`);
    }
    if (type !== 'return') return hangup('We did not get your choice. Please call again.');
    await cache.set(key, { ...session, menuChoice: value }, 600);
    if (value === 'hours') return mainMenu('We are open from 8 to 17.');
    if (value === 'support') return caseMenu();
    return hangup(`${value} for ${session.callerNumber}.`);
  },
  async ace() {
    return { action: { name: 'continue' } };
  },
  async dice() {},
  async notify() {},
};

// The signature as "Callback signed request" describes it, written once more and independently.
function isSigned(request, body) {
  const { APPLICATION_KEY: key, APPLICATION_SECRET: secret } = process.env;
  const stamp = request.headers['x-timestamp'];
  const text = [
    request.method,
    createHash('md5').update(body).digest('base64'),
    request.headers['content-type'],
    `x-timestamp:${stamp}`,
    request.url,
  ].join('\n');
  const mac = createHmac('sha256', Buffer.from(secret, 'base64')).update(text).digest('base64');
  return request.headers.authorization === `application ${key}:${mac}`;
}

const received = [];
let mode = '';

const misbehave = {
  empty: (response) => response.end(),
  text: (response) => response.end('<html>Not Found</html>'),
  'not-found': (response) => response.writeHead(404).end('no such handler'),
  broken: (response) => response.writeHead(500).end('{"error":"boom"}'),
  redirect: (response) => response.writeHead(307, { Location: '/elsewhere' }).end(),
  endless: (response) => {
    const more = () => {
      while (response.write('x'.repeat(65536)));
    };
    response.on('drain', more);
    response.on('error', () => {});
    more();
  },
  silent: () => {},
  reset: (response) => response.socket.destroy(),
  half: (response) => {
    response.writeHead(200, { 'Content-Length': '100' }).write('{"action"');
    setTimeout(() => response.socket.destroy(), 20);
  },
  gzip: (response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('x'),
};

function reply(response, value) {
  if (value === undefined) {
    response.writeHead(200).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}

async function serve(request, response) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces);
  if (request.url === '/received') return reply(response, received);
  if (request.url.startsWith('/mode/')) {
    mode = request.url.slice('/mode/'.length);
    return reply(response, {});
  }
  if (!process.env.QUIET) {
    received.push({
      method: request.method,
      path: request.url,
      headers: request.headers,
      body: body.toString('utf8'),
    });
  }
  if (process.env.APPLICATION_SECRET && !isSigned(request, body)) {
    return response.writeHead(401).end('{"error":"unauthorized"}');
  }
  if (mode) return misbehave[mode](response);
  const event = JSON.parse(body.toString('utf8'));
  const name = request.url.split('/').at(-1);
  const handler = handlers[name] ?? handlers[event.event];
  return reply(response, await handler(context, event));
}

const server = http.createServer((request, response) => {
  serve(request, response).catch((error) => {
    response.writeHead(500).end(JSON.stringify({ error: String(error) }));
  });
});
server.keepAliveTimeout = 30_000;
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`);
});
// Whoever started it holds its standard input; it goes when they go.
process.stdin.on('end', () => process.exit(0)).resume();
