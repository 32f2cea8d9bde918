import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { openLiveFiles } from './live-files.ts';
import { createLogger } from './logger.ts';

/** Polls for up to 10 s. */
async function eventually(assertion: () => void | Promise<void>): Promise<void> {
  for (let left = 500; ; left -= 1) {
    try {
      return await assertion();
    } catch (error) {
      if (left === 0) throw error;
      await sleep(20);
    }
  }
}

/** Reads the texts of a folder; a text that begins with `!` cannot be used. */
async function open(t: TestContext, texts: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'live-files-'));
  const put = (name: string, text: string) => writeFile(join(folder, name), text);
  for (const [name, text] of Object.entries(texts)) await put(name, text);
  const lines: string[] = [];
  const metrics = new Registry();
  let readings = 0;
  const files = await openLiveFiles({
    what: 'texts',
    failed: { name: 'texts_reload_failed', help: 'test' },
    async read(follow) {
      readings += 1;
      await follow(folder);
      const found: string[] = [];
      for (const name of (await readdir(folder)).sort()) {
        await follow(join(folder, name));
        found.push(await readFile(join(folder, name), 'utf8'));
      }
      if (found.some((text) => text.startsWith('!'))) throw new Error('a text cannot be used');
      return found;
    },
    describe: ({ length }) => ({ texts: length }),
    logger: createLogger('test', 'info', { write: (line: string) => void lines.push(line) }),
    metrics,
    pollMs: 20,
  });
  t.after(async () => {
    await files.close();
    await rm(folder, { recursive: true });
  });
  const failed = async () => (await metrics.getSingleMetric('texts_reload_failed')?.get())?.values[0]?.value;
  return { folder, put, files, failed, lines, readings: () => readings };
}

describe('live files', () => {
  it('follow the files of a folder: changed, added and removed', async (t) => {
    const { folder, put, files } = await open(t, { a: 'one' });
    await put('a', 'first');
    await eventually(() => assert.deepEqual(files.current(), ['first']));
    await put('b', 'second');
    await eventually(() => assert.deepEqual(files.current(), ['first', 'second']));
    // The new file is followed too.
    await put('b', 'the second');
    await eventually(() => assert.deepEqual(files.current(), ['first', 'the second']));
    await rm(join(folder, 'a'));
    await eventually(() => assert.deepEqual(files.current(), ['the second']));
  });

  it('keep the earlier reading while the files cannot be used, and say so once', async (t) => {
    const { put, files, failed, lines } = await open(t, { a: 'one' });
    await put('a', '!');
    await eventually(async () => assert.equal(await failed(), 1));
    await files.reload();
    assert.deepEqual(files.current(), ['one']);
    assert.equal(lines.filter((line) => /"problem":"a text cannot be used".*texts not reloaded/.test(line)).length, 1);
    await put('a', 'two');
    await eventually(() => assert.deepEqual(files.current(), ['two']));
    assert.equal(await failed(), 0);
    assert.match(lines.at(-1) ?? '', /"texts":1.*texts reloaded/);
  });

  it('are not read again without a change', async (t) => {
    const { put, files, readings } = await open(t, { a: 'one' });
    await put('a', 'two');
    await eventually(() => assert.deepEqual(files.current(), ['two']));
    // It may have been read while it was being written, and once more after that.
    await eventually(async () => {
      const before = readings();
      await sleep(200);
      assert.equal(readings(), before);
    });
  });

  it('refuse to open when they cannot be used', async (t) => {
    await assert.rejects(open(t, { a: '!' }), /a text cannot be used/);
  });
});
