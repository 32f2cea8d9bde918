import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';
import type { Auth } from '@switchboard/outbound';
import { credentials, type Sandbox, startSandbox } from '@switchboard/sandbox';
import { readConfig } from '@switchboard/service';
import type { Connection } from '@switchboard/systems';
import { openDesk } from '../fixtures/desk.ts';
import { escalation, resolution } from '../fixtures/escalation.ts';
import { variablesFor } from '../fixtures/variables.ts';
import { ticketingConfig } from './config.ts';
import { connectionOfVariables } from './connection-of-variables.ts';
import { openHelpdesk } from './open-helpdesk.ts';

let sandbox: Sandbox;
before(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.reset());
after(() => sandbox.close());

const open = (variables: Record<string, string> = {}) => openDesk('http', sandbox, { variables });

describe('any helpdesk', () => {
  it('gets the ticket as the guide describes it', async () => {
    await using desk = open();
    await desk.escalate(escalation('evt-1'));
    const [ticket] = desk.tickets();
    const { description, ...others } = (ticket?.body ?? {}) as Record<string, unknown>;
    assert.deepEqual(others, {
      subject: '[Chatbot Escalation] refund',
      requester: { name: 'Jane Doe', email: 'jane.doe@example.com' },
      priority: 'high',
      tags: ['chatbot-escalation', 'refund'],
      custom_fields: {
        conversation_id: 'conv-20260115-4711',
        escalation_reason: 'customer_frustrated',
        ai_confidence: 0.15,
        session_duration: 312,
      },
      external_id: 'conv-20260115-4711',
    });
    assert.match(String(description), /^Summary: The kettle arrived broken.*\n/);
    assert.match(String(description), /\n\nCustomer · 2026-01-15 10:24:48\nMy second kettle is broken/);
    assert.match(ticket?.headers['idempotency-key'] ?? '', /^[0-9a-f]{24}$/);
  });

  it('gets Markdown or HTML where it takes it, and no markup of a customer', async () => {
    const text = '# *bold* [a](javascript:x) <b>\n1. one\n    code';
    const transcript = [{ role: 'user', text, timestamp: null }];
    for (const [HELPDESK_HTTP_FORMAT, expected] of [
      ['markdown', '**Customer**  \n\\# \\*bold\\* \\[a\\](javascript:x) \\<b\\>  \n1\\. one  \ncode'],
      ['html', '<b>Customer</b><br># *bold* [a](javascript:x) &lt;b&gt;<br>1. one<br>    code'],
    ] as const) {
      sandbox.reset();
      await using desk = open({ HELPDESK_HTTP_FORMAT });
      await desk.escalate(escalation('evt-1', { transcript }));
      const sent = desk.tickets().map(({ body }) => (body as { description: string }).description);
      assert.ok(sent[0]?.includes(expected), sent[0]);
    }
  });

  it('is not asked for tickets without a look-up, and the idempotency key prevents a second one', async () => {
    await using desk = open({ HELPDESK_HTTP_LOOKUP_PATH: '' });
    sandbox.fault('helpdesk', { dropResponse: true, count: 1 });
    await assert.rejects(desk.escalate(escalation('evt-1')), { code: 'CONNECTION_FAILED' });
    await desk.escalate(escalation('evt-1'));
    assert.deepEqual(
      sandbox.effects('helpdesk').map(({ method, kind }) => `${method} ${kind}`),
      ['POST effect', 'POST lookup'],
    );
  });

  it('gets no note without a path for comments', async () => {
    await using desk = open({ HELPDESK_HTTP_COMMENT_PATH: '' });
    await desk.escalate(escalation('evt-1'));
    assert.equal(await desk.end(resolution('evt-2')), 'no_comments');
    assert.equal(desk.notes().length, 0);
  });

  it('finds its ticket where the list leaves out the description', async () => {
    const requests: string[] = [];
    const config = readConfig(ticketingConfig, variablesFor('http', sandbox.url));
    const helpdesk = openHelpdesk(
      connectionOfVariables(config) as Connection,
      {
        name: 'http',
        async request({ method, path, query }) {
          requests.push(`${method} ${path} ${new URLSearchParams(query)}`);
          const body =
            path === '/tickets'
              ? [{ id: 9 }, { id: 10 }]
              : { id: 10, description: path.endsWith('10') ? 'conv/e' : 'x' };
          return { status: 200, headers: {}, body };
        },
        refusal: () => undefined,
        credentialsRefused: () => assert.fail('not asked for'),
        check() {},
        close: () => Promise.resolve(),
      },
      0,
    );
    const origin = { conversationId: 'a b&c', conversation: 'conv/', event: 'e' };
    const requester = { name: 'Jane', email: undefined, externalId: 'u' };
    const found = await helpdesk.findTickets({ ...origin, requester }, AbortSignal.timeout(1_000));
    assert.deepEqual(
      found.map(({ id }) => id),
      ['10'],
    );
    assert.deepEqual(requests, ['GET /tickets external_id=a+b%26c', 'GET /tickets/9 ', 'GET /tickets/10 ']);
  });

  it('is not believed when its look-up answers with something else than a list', async () => {
    await using desk = open({ HELPDESK_HTTP_LOOKUP_PATH: '/tickets/{conversationId}/comments' });
    await assert.rejects(desk.escalate(escalation('evt-1')), { retry: 'never' });
    assert.equal(desk.tickets().length, 0);
  });
});

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const HELPDESK_HTTP_PRIVATE_KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const jwt = { HELPDESK_HTTP_ISSUER: 'i', HELPDESK_HTTP_AUDIENCE: 'a', HELPDESK_HTTP_PRIVATE_KEY };
const HELPDESK_HTTP_TOKEN_URL = 'https://login.example/token';

describe('requests to any helpdesk', () => {
  for (const [kind, variables, expected] of [
    ['none', {}, undefined],
    ['bearer', { HELPDESK_HTTP_TOKEN: 't' }, { kind: 'bearer', token: 't' }],
    ['header', { HELPDESK_HTTP_TOKEN: 't' }, { kind: 'header', name: 'X-API-Key', value: 't' }],
    ['basic', { HELPDESK_HTTP_USER: 'u', HELPDESK_HTTP_PASSWORD: 'p' }, { kind: 'basic', user: 'u', password: 'p' }],
    [
      'client-credentials',
      { HELPDESK_HTTP_TOKEN_URL, HELPDESK_HTTP_CLIENT_ID: 'c', HELPDESK_HTTP_CLIENT_SECRET: 's' },
      { kind: 'client-credentials', tokenUrl: HELPDESK_HTTP_TOKEN_URL, clientId: 'c', clientSecret: 's' },
    ],
    [
      'jwt-bearer',
      { HELPDESK_HTTP_TOKEN_URL, ...jwt },
      {
        kind: 'jwt-bearer',
        tokenUrl: HELPDESK_HTTP_TOKEN_URL,
        issuer: 'i',
        audience: 'a',
        privateKey: HELPDESK_HTTP_PRIVATE_KEY,
      },
    ],
    ['jwt', jwt, { kind: 'jwt', issuer: 'i', audience: 'a', privateKey: HELPDESK_HTTP_PRIVATE_KEY }],
  ] as const satisfies [string, Record<string, string>, Auth | undefined][]) {
    const authOf = (given: Record<string, string>): Auth | undefined => {
      const address = { HELPDESK: 'http', HELPDESK_HTTP_URL: 'https://desk.example', HELPDESK_HTTP_AUTH: kind };
      return connectionOfVariables(readConfig(ticketingConfig, { ...address, ...given }))?.auth;
    };

    it(`are authenticated by ${kind}`, () => {
      assert.deepEqual(authOf(variables), expected);
      if (expected !== undefined) assert.throws(() => authOf({}), { name: 'ConfigError' });
    });
  }

  it('have the API key in its header', async () => {
    await using desk = open({ HELPDESK_HTTP_AUTH: 'header', HELPDESK_HTTP_TOKEN: credentials.helpdesk.apiKey });
    await desk.escalate(escalation('evt-1'));
    assert.equal(desk.tickets().length, 1);
  });
});
