import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isExact } from './fault.ts';
import { type JsonObject, MAX_DEPTH, parse } from './parse.ts';

const read = (text: string) => parse(Buffer.from(text));

const refusal = (body: string | Buffer): string => {
  const parsed = parse(Buffer.from(body));
  assert.equal(parsed.ok, false, `accepted: ${body.toString().slice(0, 80)}`);
  return parsed.ok ? '' : parsed.message;
};

describe('JSON parsing', () => {
  it('says what is wrong with a body that is no JSON object', () => {
    const cases: [body: string | Buffer, message: RegExp][] = [
      ['', /is empty/],
      ['\uFEFF{"a":1}', /byte order mark/],
      [Buffer.from('7b2261223a22ff227d', 'hex'), /not valid UTF-8/],
      [Buffer.from('7b2261223a22eda080227d', 'hex'), /not valid UTF-8/],
      ['null', /not an object/],
      ['"text"', /not an object/],
      ['{"a":1', /ends too early/],
      ['{"a":"b', /ends too early/],
      ['{"a"', /ends too early/],
      ['{"a":tru', /ends too early/],
      ['{"a":1}}', /not JSON: see position 7/],
      ["{'a':1}", /not JSON/],
      ['{"a":NaN}', /not JSON/],
      ['{"a":1,}', /not JSON/],
      ['{"a":01}', /not JSON/],
      ['a=1&b=2', /not JSON/],
      ['{"a":"\u0001"}', /not JSON/],
    ];
    for (const [body, message] of cases) assert.match(refusal(body), message);
  });

  it('keeps numbers that a double does not hold as text, where the sender cannot be asked for another form', () => {
    const text = '{"id":4912661846655238145,"price":0.1,"list":[1e400,{"n":-9007199254740993}],"same":1.50}';
    const parsed = parse(Buffer.from(text), { inexactNumbers: 'text' });
    assert.ok(parsed.ok);
    const list = ['1e400', { n: '-9007199254740993' }];
    assert.deepEqual(parsed.value, { id: '4912661846655238145', price: 0.1, list, same: 1.5 });
    assert.ok(!parse(Buffer.from('{"a":4912661846655238145,"a":1}'), { inexactNumbers: 'text' }).ok);
  });

  it('never repeats the body in its message', () => {
    for (const body of ['{"a":secret}', 'secret', '{"a":"b" "secret"}', '{"id":12345678901234567890}']) {
      assert.doesNotMatch(refusal(body), /secret|1234567890/);
    }
  });

  it('names a duplicate key and where it is, however it is written', () => {
    assert.equal(refusal('{"a":1,"a":1}'), 'Duplicate key "a"');
    assert.equal(refusal('{"data":{"x":[0,{"a":1,"\\u0061":2}]}}'), 'Duplicate key "a" at /data/x/1');
    assert.equal(refusal('{"__proto__":1,"__proto__":2}'), 'Duplicate key "__proto__"');
    assert.equal(refusal('{"":1,"":2}'), 'Duplicate key ""');
    assert.equal(read('{"a":{"b":1},"b":{"a":":{\\"a\\":"}}').ok, true);
  });

  it('refuses a key that would make the engine misread later ones', () => {
    for (const key of ['"\\\\"', '"\\u005C"', '"a\\\\b"']) {
      for (let time = 0; time < 100; time += 1) assert.match(refusal(`{"":1,${key} :2}`), /holds a backslash/);
    }
    for (const key of ['\\u540d', '\\n', '\\"']) {
      const parsed = read(`{"":1,"${key}":2}`);
      assert.deepEqual(parsed.ok && Object.keys(parsed.value), ['', JSON.parse(`"${key}"`)]);
    }
    assert.equal(read('{"a":"\\\\","b":["\\u005c"],"c":"\\\\"}').ok, true);
  });

  it('keeps keys that name the prototype as plain data', () => {
    const text = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":1}';
    const parsed = read(text);
    assert.ok(parsed.ok);
    assert.equal(JSON.stringify(parsed.value), text);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });

  it('refuses numbers that a double changes, and says where they are', () => {
    assert.equal(
      refusal('{"data":[1,{"n":9007199254740993}]}'),
      'The number at /data/1/n cannot be kept exactly: send it as a string',
    );
    for (const number of [
      '9007199254740993',
      '12345678901234567890',
      '1e400',
      '-1e400',
      '1e-400',
      '0.1234567890123456789',
    ]) {
      assert.match(refusal(`{"n":${number}}`), /cannot be kept exactly/, number);
    }
    for (const number of [
      '9007199254740992',
      '1e22',
      '1E+2',
      '100000000000000000000',
      '0.10',
      '-0',
      '0e99999',
      '1.5e-7',
    ]) {
      assert.ok(read(`{"n":${number}}`).ok, number);
    }
    assert.ok(read('{"card":"12345678901234567890"}').ok, 'digits in a string are no number');
  });

  it('refuses a lone surrogate, and keeps a pair and NUL', () => {
    for (const text of [
      '"\\ud800"',
      '"\\udc00"',
      '"\\uDBFFx"',
      '"\\udc00\\ud800"',
      '"\\ud83d\\n\\ude00"',
      '"\\ud83d\\ud83d\\ude00"',
    ]) {
      assert.match(refusal(`{"a":[${text}]}`), /Lone surrogate at \/a\/0/, text);
    }
    assert.match(refusal('{"\\ud800":1}'), /Lone surrogate/);
    for (const [text, value] of [
      ['\\ud83d\\ude00', '😀'],
      ['\\uD83D\\uDE00', '😀'],
      ['\\u0000', '\0'],
      ['\\\\ud800', '\\ud800'],
      ['\\"\\ud83d\\ude00', '"😀'],
    ]) {
      const parsed = read(`{"a":"${text}"}`);
      assert.ok(parsed.ok, text);
      assert.equal((parsed.value as JsonObject).a, value);
    }
  });

  it(`accepts ${MAX_DEPTH} levels of nesting and not one more`, () => {
    const nested = (levels: number): string => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;
    assert.ok(read(nested(MAX_DEPTH)).ok);
    assert.match(refusal(nested(MAX_DEPTH + 1)), /deeper than 64/);
    assert.match(refusal(`{"a":${'['.repeat(500_000)}`), /deeper than 64/);
    assert.ok(read(`{"a":"${'['.repeat(1_000)}"}`).ok, 'brackets in a string do not nest');
  });

  it('accepts what JSON.stringify writes, and changes nothing', () => {
    // An object with a backslash in a key would make V8 misread what the other tests of this process parse.
    const unit = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }).filter((text) => text !== '\\');
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit }), fc.jsonValue({ maxDepth: 8, stringUnit: unit })), (value) => {
        const text = JSON.stringify(value);
        const parsed = read(text);
        assert.ok(parsed.ok, `${text}: ${parsed.ok ? '' : parsed.message}`);
        assert.equal(JSON.stringify(parsed.value), text);
      }),
      { numRuns: 2_000 },
    );
  });

  it('accepts no text that JSON.parse refuses', () => {
    const fragment = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"',
      '\\',
      '"a"',
      'e',
      '1',
      '.',
      '-',
      ' ',
      'true',
      '\\ud800',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 24 }), (fragments) => {
        const text = fragments.join('');
        if (read(text).ok) assert.doesNotThrow(() => JSON.parse(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it('finds every key that is written twice, wherever it is', () => {
    const keys = fc.array(fc.constantFrom('a', 'b', '__proto__', '', '0', '1', 'ä', '\u0000'), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(keys, keys, fc.boolean(), (outer, inner, escaped) => {
        const write = (key: string): string =>
          escaped
            ? `"${[...key].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`
            : JSON.stringify(key);
        const object = (names: string[], value: string): string =>
          `{${names.map((key) => `${write(key)}:${value}`).join()}}`;
        const unique = (names: string[]): boolean => new Set(names).size === names.length;
        assert.equal(read(object(outer, object(inner, '1'))).ok, unique(outer) && unique(inner));
      }),
      { numRuns: 2_000 },
    );
  });

  it('accepts a number exactly when its decimal value survives', () => {
    const exactly = (decimal: string): { units: bigint; scale: number } => {
      const [mantissa = '', exponent = '0'] = decimal.toLowerCase().split('e');
      const [whole = '', fraction = ''] = mantissa.split('.');
      return { units: BigInt(whole + fraction), scale: fraction.length - Number(exponent) };
    };
    const sameValue = (a: string, b: string): boolean => {
      const [x, y] = [exactly(a), exactly(b)];
      const scale = Math.max(x.scale, y.scale);
      return x.units * 10n ** BigInt(scale - x.scale) === y.units * 10n ** BigInt(scale - y.scale);
    };
    const digits = fc.stringMatching(/^(0|[1-9]\d{0,24})$/);
    const fraction = fc.option(fc.stringMatching(/^\d{1,24}$/), { nil: undefined });
    const exponent = fc.option(fc.integer({ min: -30, max: 30 }), { nil: undefined });
    fc.assert(
      fc.property(digits, fraction, exponent, (whole, part, power) => {
        const decimal = `${whole}${part === undefined ? '' : `.${part}`}${power === undefined ? '' : `e${power}`}`;
        assert.equal(isExact(decimal), sameValue(decimal, String(Number(decimal))), decimal);
        assert.equal(read(`{"n":${decimal}}`).ok, isExact(decimal), decimal);
      }),
      { numRuns: 3_000 },
    );
  });

  it('takes time in proportion to the length of hostile input', () => {
    const hostile: [name: string, make: (length: number) => string][] = [
      ['digits', (n) => `{"a":${'9'.repeat(n)}}`],
      ['zeros before the end', (n) => `{"a":0.${'0'.repeat(n)}1}`],
      ['many long numbers', (n) => `{"a":[${'1e5,'.repeat(n / 4)}1]}`],
      ['backslashes', (n) => `{"a":"${'\\\\'.repeat(n / 2)}"}`],
      ['surrogates', (n) => `{"a":"${'\\ud83d\\ude00'.repeat(n / 12)}","b":1e1}`],
      ['quotes', (n) => `{"a":[${'"",'.repeat(n / 3)}1e5]}`],
      ['distinct keys', (n) => `{${Array.from({ length: n / 12 }, (_, i) => `"k${i}":1,`).join('')}"n":1e5}`],
      ['the same key', (n) => `{${'"a":1,'.repeat(n / 6)}"a":1}`],
      ['unclosed', (n) => `{"a":"${'x'.repeat(n)}`],
      ['exponent', (n) => `{"a":1e${'9'.repeat(n)}}`],
      ['blanks', (n) => `{${' '.repeat(n)}"a":1e5}`],
    ];
    for (const [name, make] of hostile) {
      const time = (length: number): number => {
        const body = Buffer.from(make(length));
        let best = Number.POSITIVE_INFINITY;
        for (let run = 0; run < 5; run += 1) {
          const before = process.threadCpuUsage();
          parse(body);
          const { user, system } = process.threadCpuUsage(before);
          best = Math.min(best, (user + system) / 1_000);
          if (best > 1_000) break;
        }
        return best;
      };
      // For 16 times the input, quadratic work would take 256 times as long.
      const [small, large] = [time(16 * 1024), time(256 * 1024)];
      assert.ok(large < 100 * Math.max(small, 0.3), `${name}: ${small.toFixed(2)} ms became ${large.toFixed(2)} ms`);
    }
  });
});
