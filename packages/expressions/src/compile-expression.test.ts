import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileExpression } from './compile-expression.ts';
import { ExpressionError } from './expression-error.ts';

const variables = { body: 'dyn', headers: 'map<string, string>' };
const compile = (text: string) => compileExpression(text, { variables });
const evaluate = (text: string, body: unknown = {}) => compile(text).evaluate({ body, headers: {} });
const computed = (text: string, body?: unknown) => {
  const result = evaluate(text, body);
  return result.kind === 'value' ? result.value : assert.fail(JSON.stringify(result));
};

const refusal = (text: string): string => {
  try {
    compile(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return `${error.code} ${error.line}:${error.column} ${error.message}`;
  }
  return assert.fail(`${text} is not refused`);
};

describe('an expression', () => {
  it('computes JSON from JSON', () => {
    assert.equal(computed('body.total / 100.0', { total: 1250 }), 12.5);
    assert.equal(computed('size(body.lines)', { lines: [1, 2] }), 2);
    assert.equal(computed('body.first + " " + body.last', { first: 'Bo', last: 'Li' }), 'Bo Li');
    assert.equal(computed('string(body.id)', { id: 4711 }), '4711');
    assert.equal(computed('has(body.a) && body.a == "x"'), false);
    assert.equal(computed('body.a in ["x", "y"] ? 1 : 2', { a: 'y' }), 1);
    assert.equal(computed('"a" in body && !("b" in body)', { a: null }), true);
    assert.deepEqual(computed('[{"role": "user", "text": body.text}]', { text: 'hi' }), [{ role: 'user', text: 'hi' }]);
    assert.deepEqual(computed('body.l.filter(x, x.n > 1).map(x, x.n)', { l: [{ n: 1 }, { n: 2 }] }), [2]);
    assert.equal(computed('body.l.exists(x, x.kind == "a")', { l: [{}, { kind: 'a' }] }), true);
    assert.equal(computed('9007199254740993'), '9007199254740993');
  });

  it('has no value when it reads an absent field', () => {
    for (const text of [
      'body.a',
      'body.a.b',
      'body["a"]',
      'body.l[3]',
      'headers["x-kind"]',
      'body.a + "x"',
      'has(body.a.b)',
    ]) {
      assert.deepEqual(evaluate(text, { l: [1] }), { kind: 'absent' }, text);
    }
    assert.deepEqual(evaluate('body.a.b', { a: 5 }), { kind: 'absent' });
    assert.deepEqual(evaluate('body.toString'), { kind: 'absent' });
  });

  it('says what failed and where, without the value', () => {
    assert.deepEqual(evaluate('1 > 0 && body.a + 1 > 0', { a: 12 }), {
      kind: 'failed',
      message: 'cannot compute double + int; JSON numbers are doubles, so write 100.0 instead of 100',
      line: 1,
      column: 10,
    });
    for (const [text, message] of [
      ['body.a.lowerAscii()', /kind that the function does not take/],
      ['body.a ? 1 : 2', /needs a condition that is true or false/],
      ['bool(body.t)', /cannot be computed/],
      ['body.a.map(x, x)', /can only go through a list/],
      ['body.o == body.o', /does not compare objects/],
      ['body.a / 0.0', /no value that JSON can hold/],
    ] as const) {
      const result = evaluate(text, { a: 12, t: 'hunter2', o: {} });
      assert.equal(result.kind, 'failed', text);
      assert.match(result.kind === 'failed' ? result.message : '', message);
      assert.doesNotMatch(JSON.stringify(result), /hunter2/);
    }
  });

  it('reads objects with any key', () => {
    const body = JSON.parse('{"constructor":{"prototype":1},"__proto__":{"b":2},"a":{"constructor":5,"b":"x"}}');
    assert.equal(computed('body.a.b + "y"', body), 'xy');
    assert.equal(computed('body.a == null', body), false);
    assert.deepEqual(computed('[1].map(i, body.a.b)', body), ['x']);
  });

  it('knows whether it only reads a path, and which paths it reads', () => {
    assert.deepEqual(compile('body.lines[0].title').path, ['body', 'lines', 0, 'title']);
    assert.deepEqual(compile('headers["x-kind"]').path, ['headers', 'x-kind']);
    assert.deepEqual(compile('body').path, ['body']);
    for (const text of ['body.a + ""', 'body[body.a]', 'body[-1]', 'has(body.a)']) {
      assert.equal(compile(text).path, undefined, text);
    }
    assert.deepEqual(compile('has(body.a.b) || body.l.exists(x, x.y == headers["k"])').reads, [
      ['body', 'a', 'b'],
      ['body', 'l'],
      ['headers', 'k'],
    ]);
  });

  it('has the type that the checker finds', () => {
    assert.equal(compile('body.a').type, 'dyn');
    assert.equal(compile('body.a == 1').type, 'bool');
    assert.equal(compile('"a" + body.b').type, 'string');
    assert.equal(compile('headers["k"]').type, 'string');
  });

  it('checks the fields of variables with declared types', () => {
    const typed = { event: { orderId: 'string', customer: { email: 'string' } } };
    assert.equal(compileExpression('event.customer.email', { variables: typed }).type, 'string');
    assert.throws(() => compileExpression('event.customer.mail', { variables: typed }), /There is no field mail/);
    const { evaluate: run } = compileExpression('event.orderId + "!"', { variables: typed });
    assert.deepEqual(run({ event: { orderId: 'o' } }), { kind: 'value', value: 'o!' });
  });

  describe('with declared records', () => {
    const records = {
      'shop.Item': { sku: 'string', quantity: 'int' },
      'shop.Order': { orderId: 'string', amount: 'double', first: 'shop.Item', items: 'list<shop.Item>' },
    };
    const compileRecords = (text: string) => compileExpression(text, { variables: { event: 'shop.Order' }, records });
    const refused = (text: string): string => {
      try {
        return compileRecords(text).type;
      } catch (error) {
        const { code, line, column, message, unknown } = error as ExpressionError;
        return `${code} ${line}:${column} ${message} ${unknown}`;
      }
    };

    it('checks fields wherever they are read', () => {
      const place = 'There is no field skuu skuu';
      assert.equal(refused('event.first.skuu'), `UNKNOWN_FIELD 1:13 ${place}`);
      assert.equal(refused('has(event.first.skuu)'), `UNKNOWN_FIELD 1:17 ${place}`);
      assert.equal(refused('event.items.exists(i, i.skuu == "a")'), `UNKNOWN_FIELD 1:25 ${place}`);
      assert.equal(refused('event.items.exists(i, has(i.skuu))'), `UNKNOWN_FIELD 1:29 ${place}`);
      assert.equal(refused('event.items[0].skuu'), `UNKNOWN_FIELD 1:16 ${place}`);
      assert.equal(refused('"has(" + event.orderId'), 'string');
      assert.equal(refused('event.items.map(i, i.sku)'), 'list<string>');
    });

    it('says how to write what the types do not allow', () => {
      assert.match(refused('event.amount * 2'), /^TYPE 1:1 no such overload: double \* int; write 2\.0 instead of 2/);
      assert.match(refused('event.orderId == null'), /^TYPE 1:1 .*; an absent field is not null: write has\(…\)/);
    });

    it('runs on plain objects that lack fields', () => {
      const event = { amount: 3, items: [{ quantity: 2n }] };
      const computedBy = (text: string) => compileRecords(text).evaluate({ event });
      assert.deepEqual(computedBy('event.items[0].quantity * 2'), { kind: 'value', value: 4 });
      assert.deepEqual(computedBy('has(event.orderId)'), { kind: 'value', value: false });
      assert.deepEqual(computedBy('has(event.first.sku)'), { kind: 'absent' });
      assert.deepEqual(computedBy('event.orderId'), { kind: 'absent' });
    });
  });

  it('is refused with its place when it is no expression of known names and fitting types', () => {
    assert.match(refusal('body.'), /^SYNTAX 1:6 /);
    assert.match(refusal('body.a ==\n  && true'), /^SYNTAX 2:3 /);
    assert.match(refusal('true &&\n bdy.a'), /^UNKNOWN_NAME 2:2 Unknown variable bdy; use body, headers/);
    assert.match(refusal('1 + "a"'), /^TYPE 1:1 no such overload: int \+ string/);
    assert.match(refusal('body.a.sum()'), /^NOT_ALLOWED 1:\d+ There is no function sum; the functions are all, /);
    assert.match(refusal('cel.bind(a, body, a)'), /^(UNKNOWN_NAME|NOT_ALLOWED) /);
    assert.match(refusal('google'), /^UNKNOWN_NAME /);
    assert.match(refusal('body.a.substring()'), /^TYPE /);
  });

  it('is refused when its time has no bound', () => {
    assert.match(refusal('body.a.matches("^(a+)+$")'), /^NOT_ALLOWED 1:\d+ Regular expressions are not allowed; use /);
    assert.match(refusal('true || [body.a].exists(x, x.matches("a"))'), /^NOT_ALLOWED /);
    assert.match(refusal(Array(200).fill('[body.a, 1, 2]').join(' == ')), /^TOO_LARGE /);
    assert.match(refusal(`[${Array(600).fill('1').join(', ')}]`), /^TOO_LARGE .* at most 500 parts/);
    assert.match(refusal(`${'('.repeat(500)}1${')'.repeat(500)}`), /^TOO_LARGE /);
    assert.match(refusal(`body${'.a'.repeat(31)}`), /^TOO_LARGE .* at most 30 deep/);
    const nested = 'body.a.all(x, x.all(y, y.all(z, z)))';
    assert.match(refusal(nested), /^TOO_LARGE 1:\d+ all is inside of 2 others/);
    assert.match(refusal('timestamp(body.a)'), /^NOT_ALLOWED /);
  });
});
