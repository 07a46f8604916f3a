// Reads {key, secret, requests: [{method, path, headers, body}]} and answers what Sinch's own SDK
// says of each: whether its signature holds, and which event it parses to.
//
//   node judge.cjs FOLDER      FOLDER holds node_modules with @sinch/voice
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { readFileSync } = require('node:fs');

const { VoiceCallbackWebhooks } = createRequire(join(process.argv[2], 'x.js'))('@sinch/voice');
const { key, secret, requests } = JSON.parse(readFileSync(0, 'utf8'));
const webhooks = new VoiceCallbackWebhooks({ applicationKey: key, applicationSecret: secret });
const verdicts = requests.map(({ method, path, headers, body }) => {
  const event = webhooks.parseEvent(JSON.parse(body));
  return {
    isSigned: webhooks.validateAuthenticationHeader(headers, body, path, method),
    event: event.event,
    callid: event.callid,
    isDate: event.timestamp instanceof Date,
    told: event.cli ?? event.menuResult?.value ?? event.amd?.status ?? event.reason ?? event.type,
  };
});
process.stdout.write(JSON.stringify(verdicts));
