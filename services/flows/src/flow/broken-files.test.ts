import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ALL, ON } from '../../fixtures/broken-flows.ts';
import { problemsIn, problemsOf } from '../../fixtures/problems.ts';
import type { FlowError } from './flow-error.ts';
import { loadFlows } from './load-flows.ts';

describe('a broken message', () => {
  const problemOf = (message: string, flow = `${ON}\nthen: { message: m }`): string =>
    problemsOf(flow, `messages:\n  m:\n${message.trim().replaceAll(/^/gm, '    ')}\n`);

  it('is named where it is written', () => {
    const text = 'en: |\n  Hello ${order.userId},\n  by ${event.carier}, ${order.items}\n';
    assert.equal(
      problemOf(text),
      [
        '1.yaml:9:18: messages.m.en: There is no field carier; did you mean carrier?',
        '1.yaml:9:29: messages.m.en: is a list of records, which a text cannot show; name one of its fields',
      ].join('\n'),
    );
    assert.match(
      problemOf('en: "Hello ${order"'),
      /^1.yaml:7:16: messages.m.en: A placeholder is not closed; write \$\{…\}$/,
    );
  });

  it('needs a default locale, real locales and a text that is left in any case', () => {
    const lacks = 'needs a text for en, which people get whose language has none';
    assert.equal(problemOf('de: Hallo'), `1.yaml:6:3: messages.m: ${lacks}`);
    assert.match(
      problemOf('en: x\nenglish_: y'),
      /^1.yaml:8:5: messages.m.english_: must be a locale such as en or de-AT$/,
    );
    assert.match(problemOf('en: Hello ${order.userId}'), /^1.yaml:7:5: messages.m.en: may be left with no text: /);
    assert.equal(problemOf(`en: 'Hello \${has(order.userId) ? order.userId : "you"}'`), 'loads');
    const otherwise = `${ALL}\nwithin: 5m\nthen: { node: x }\notherwise: { message: m }`;
    assert.match(
      problemOf('en: Order ${payment.orderId}', otherwise),
      /^1.yaml:10:5: messages.m.en: may be left with no text/,
    );
    assert.equal(problemOf('en: Order ${key}', otherwise), 'loads');
    assert.match(
      problemsOf(`${ON}\nthen: { message: { text: { de: Hallo } } }`),
      /^1.yaml:4:24: flows.a.then.message.text: needs a text for en/,
    );
  });

  it('is suggested when a flow names another', () => {
    const flow = (name: string): string => problemOf('en: x', `${ON}\nthen: { message: ${name} }`);
    assert.equal(flow('n'), '1.yaml:4:13: flows.a.then.message: There is no message n; did you mean m?');
    assert.match(flow('order-shipped'), /There is no message order-shipped; add it under messages, which has m$/);
  });
});

describe('files', () => {
  const FLOW = `flows: { a: { ${ON}, then: { node: x } } }`;

  it('are YAML tables of messages and flows', () => {
    assert.match(problemsIn('flows:\n  a:\n   on: ['), /^1.yaml:3:\d+: is not YAML: /);
    assert.match(problemsIn('flows: {}\nflows: {}'), /^1.yaml:2:1: is not YAML: Map keys must be unique$/);
    assert.match(problemsIn('messages:\n  m:\n    en: a ? b : c: d'), /: quote a text that has a colon in it$/);
    assert.equal(problemsIn('- a'), '1.yaml:1:1: must be a table of messages, flows');
    assert.equal(problemsIn('flow: {}'), '1.yaml:1:1: flow: is not known here; use messages, flows');
    assert.match(problemsIn('flows: { A b: {} }'), /^1.yaml:1:10: flows.A b: must be a name of lower-case letters/m);
    assert.equal(problemsIn('# nothing yet', ''), 'loads');
    assert.match(problemsIn('a: &a [x, x]\nb: &b [*a, *a]\nflows: *missing'), /^1.yaml:\d+:\d+: /);
  });

  it('share messages, and no names', () => {
    assert.equal(problemsIn(FLOW.replace('node: x', 'message: m'), 'messages: { m: { en: x } }'), 'loads');
    assert.equal(problemsIn(FLOW, FLOW), '2.yaml:1:10: flows.a: is also in 1.yaml; give it another name');
    const messages = 'messages: { m: { en: x } }';
    assert.equal(problemsIn(messages, messages), '2.yaml:1:13: messages.m: is also in 1.yaml; give it another name');
  });

  it('report everything that is wrong at once', () => {
    const text = `flows:\n  a: { ${ON}, when: event.x, then: { message: m } }\n  b: { on: order.shippd, set: { user.x: key } }\n`;
    assert.equal(problemsIn(text).split('\n').length, 2);
  });
});

describe('flows that publish for one another', () => {
  const publish = (on: string, type: string): string =>
    `{ on: ${on}, then: { event: { type: ${type}, fields: { orderId: key } } } }`;

  it('must not be a cycle', () => {
    const text = `flows:\n  a: ${publish('order.shipped', 'order.delivered')}\n  b: ${publish('order.delivered', 'order.cancelled')}\n  c: ${publish('order.cancelled', 'order.shipped')}`;
    assert.equal(
      problemsIn(text),
      '1.yaml:2:35: flows.a.then.event: publishes an event that leads back to it: a → b → c → a; publish another type',
    );
  });

  it('must not multiply an event', () => {
    const flows = ['delivered', 'cancelled'].flatMap((to, level) =>
      Array.from({ length: 8 }, (_, index) => {
        const from = level === 0 ? 'order.shipped' : 'order.delivered';
        return `  f${level}${index}: ${publish(from, `order.${to}`)}`;
      }),
    );
    assert.equal(problemsIn(`flows:\n${flows.join('\n')}`), 'loads');
    const one = Array(7).fill('{ event: { type: order.delivered, fields: { orderId: key } } }').join(', ');
    assert.match(
      problemsIn(`flows:\n  a: { on: order.shipped, then: [${one}] }\n${flows.slice(8).join('\n')}`),
      /^1.yaml:2:\d+: flows.a.then\[0\].event: leads to 63 events, with the flows that wait for them; at most 50 can follow$/,
    );
  });
});

describe('a version', () => {
  const text = (version: number, en: string, kept = 'event.carrier'): string =>
    `messages: { m: { en: '${en}' } }\nflows:\n  a:\n    version: ${version}\n    on: order.shipped\n    set: { user.x: ${kept} }\n    then: { message: m }`;
  const hash = loadFlows([{ path: '1', text: text(1, 'Hello') }]).flows[0]?.hash as string;
  const load = (content: string): string => {
    try {
      loadFlows([{ path: '1.yaml', text: content }], { known: new Map([['a@1', hash]]) });
      return 'loads';
    } catch (error) {
      return (error as FlowError).message;
    }
  };

  it('is not changed in place', () => {
    assert.match(
      load(text(1, 'Hello', 'key')),
      /^1.yaml:4:5: flows.a.version: has changed, but is still version 1; write version: 2\. /,
    );
    assert.match(
      load(text(1, 'Hello', 'key').replace('    version: 1\n', '')),
      /^1.yaml:3:3: flows.a.version: has changed/,
    );
    assert.equal(load(text(2, 'Hello', 'key')), 'loads');
  });

  it('may be worded otherwise, as long as it reads what its instances have kept', () => {
    assert.equal(load(text(1, 'Good day')), 'loads');
    assert.equal(load(text(1, 'Good day\n\n\n      by ${event.carrier}')), 'loads');
    assert.match(load(text(1, 'Hello\n\n\n      ${event.trackingNumber}')), /has changed, but is still version 1/);
  });
});
