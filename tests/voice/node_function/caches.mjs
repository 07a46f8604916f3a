// The two caches of Sinch Functions, as far as the function beside this file needs them: in memory,
// as in development, and shared, as in production. Values are JSON.
import net from 'node:net';

export class MemoryCache {
  #entries = new Map();

  async set(key, value, ttl = 3600) {
    this.#entries.set(key, { text: JSON.stringify(value), until: Date.now() + ttl * 1000 });
  }

  async get(key) {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.until <= Date.now()) return null;
    return JSON.parse(entry.text);
  }
}

export class RedisCache {
  #socket;
  #waiting = [];
  #received = Buffer.alloc(0);

  constructor(port) {
    this.#socket = net.connect(port, '127.0.0.1');
    this.#socket.setNoDelay();
    this.#socket.on('data', (piece) => this.#read(piece));
    this.#socket.on('error', (error) => this.#waiting.splice(0).forEach((each) => each.no(error)));
  }

  async set(key, value, ttl = 3600) {
    await this.#ask('SET', key, JSON.stringify(value), 'EX', String(ttl));
  }

  async get(key) {
    const text = await this.#ask('GET', key);
    return text === null ? null : JSON.parse(text);
  }

  #ask(...words) {
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    this.#socket.write(`*${words.length}\r\n${parts.join('')}`);
    return new Promise((yes, no) => this.#waiting.push({ yes, no }));
  }

  #read(piece) {
    this.#received = Buffer.concat([this.#received, piece]);
    while (this.#readReply());
  }

  // Takes one whole reply off what was received, if there is one.
  #readReply() {
    const line = this.#received.indexOf('\r\n');
    if (line < 0) return false;
    const head = this.#received.toString('utf8', 0, line);
    let end = line + 2;
    let value = head.slice(1);
    if (head[0] === '$') {
      const length = Number(value);
      value = null;
      if (length >= 0) {
        if (this.#received.length < end + length + 2) return false;
        value = this.#received.toString('utf8', end, end + length);
        end += length + 2;
      }
    }
    this.#received = this.#received.subarray(end);
    const { yes, no } = this.#waiting.shift();
    if (head[0] === '-') no(new Error(value));
    else yes(value);
    return true;
  }
}
