interface Places {
  ingestUrl: string;
  sandboxUrl: string;
  registryUrl: string;
  logs: string;
}

/** What a person needs to know when everything runs. */
export const welcome = ({ ingestUrl, sandboxUrl, registryUrl, logs }: Places, secret: string): string => `
Switchboard is ready

Play a small story, and watch what it causes on ${sandboxUrl}

  npm run send -- demo

Talk to the bot on ${sandboxUrl}/chat

Send one event:

  npm run send -- conversation.escalated

or, by hand:

${curlCommand(ingestUrl, secret).replaceAll(/^/gm, '  ')}

Look at:

  ${ingestUrl}/catalogue
  ${ingestUrl}/health
  ${ingestUrl}/metrics
  ${registryUrl}/subjects
  ${logs}

Ctrl-C stops everything.
`;

/** Signs and sends an event by what every machine has. The conversation is a new one each time this is printed. */
function curlCommand(ingestUrl: string, secret: string, conversationId = `conv-${Date.now().toString(36)}`): string {
  const event = {
    event: 'conversation.escalated',
    timestamp: new Date().toISOString(),
    data: { conversationId, intent: 'refund', reason: 'customer_frustrated', confidence: 0.15 },
  };
  return [
    `body=${quoted(JSON.stringify(event))}`,
    `signature=$(printf %s "$body" | openssl dgst -sha256 -hmac ${quoted(secret)} | sed 's/.* //')`,
    `curl -i ${ingestUrl}/webhooks/escalation -H 'content-type: application/json' \\`,
    `  -H "x-webhook-signature: $signature" --data-binary "$body"; echo`,
  ].join('\n');
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
