import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTokenSource, type Token } from './token-source.ts';

/** A source of t1, t2, … with a clock that the test sets. */
function source(lifetimeMs: number | undefined): {
  now: number;
  failing: boolean;
  issued: number;
  token(signal?: AbortSignal): Promise<string>;
  forget(token: string): void;
} {
  const state = { now: 1_000_000, failing: false, issued: 0 };
  async function issue(): Promise<Token> {
    if (state.failing) throw new Error('the issuer is down');
    state.issued += 1;
    return { token: `t${state.issued}`, lifetimeMs };
  }
  const { token, forget } = createTokenSource(issue, () => state.now);
  return Object.assign(state, { token, forget: (refused: string) => forget((kept) => kept === refused) });
}

describe('a token', () => {
  it('is renewed 60 s before it ends', async () => {
    const tokens = source(3_600_000);
    assert.equal(await tokens.token(), 't1');
    tokens.now += 3_539_999;
    assert.equal(await tokens.token(), 't1');
    tokens.now += 1;
    assert.equal(await tokens.token(), 't2');
  });

  it('of a minute or less is used for half of its life', async () => {
    const tokens = source(40_000);
    await tokens.token();
    tokens.now += 19_999;
    assert.equal(await tokens.token(), 't1');
    tokens.now += 1;
    assert.equal(await tokens.token(), 't2');
  });

  it('of unknown life is used until it is refused', async () => {
    const tokens = source(undefined);
    await tokens.token();
    tokens.now += 1e12;
    assert.equal(await tokens.token(), 't1');
    tokens.forget('t0');
    assert.equal(await tokens.token(), 't1', 'another one was refused');
    tokens.forget('t1');
    assert.equal(await tokens.token(), 't2');
  });

  it('is used to its end when it cannot be renewed, and not after it', async () => {
    const tokens = source(3_600_000);
    await tokens.token();
    tokens.failing = true;
    tokens.now += 3_599_999;
    assert.equal(await tokens.token(), 't1');
    tokens.now += 1;
    await assert.rejects(tokens.token(), { message: 'the issuer is down' });
    tokens.failing = false;
    assert.equal(await tokens.token(), 't2');
  });

  it('is waited for no longer than the caller wants; the others still get it', async () => {
    let issue: (token: Token) => void = () => {};
    const tokens = createTokenSource(() => new Promise((resolve) => (issue = resolve)));
    const controller = new AbortController();
    const [impatient, patient] = [tokens.token(controller.signal), tokens.token()];
    controller.abort(new Error('enough'));
    await assert.rejects(impatient, { message: 'enough' });
    issue({ token: 't1' });
    assert.equal(await patient, 't1');
  });
});
